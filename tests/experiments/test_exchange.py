"""Exchange with the rest of the country: months sum to the year's figure, and every way to write them brings the same energy."""

from __future__ import annotations

from pathlib import Path

import pytest

from shengdian.audit import audit
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.world.exchange import by_hour, exchanges, imported, received
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import load

BASE = load_config("base")
SIX = Region.load()
YEAR = {"GD": 150_961, "SD": 20_414, "SX": -76_030, "AH": -45_004, "SC": -105_034, "JX": 22_435}
"""GWh of net import in 2016, by the statistics of the year"""
MONTHS = load_config("six-provinces-months")
ALL_MONTHS = tuple(range(1, 13))


@pytest.mark.parametrize(("code", "year"), YEAR.items())
def test_the_months_sum_to_the_years_net_import(code: str, year: int) -> None:
    assert sum(imported(BASE, SIX, code)) == year * 1_000_000
    hourly = by_hour(BASE, SIX, code, ALL_MONTHS)
    assert sum(energy * 24 * days for energy, days in zip(hourly, SIX.days, strict=True)) == pytest.approx(year * 1e6, abs=366 * 24)


@pytest.mark.parametrize("code", SIX.zones)
def test_january_and_february_have_the_same_power(code: str) -> None:
    january, february = by_hour(BASE, SIX, code, (1, 2))
    assert january == pytest.approx(february, rel=0.002)


def test_sichuan_sends_most_in_summer_and_shandong_sends_in_december_alone() -> None:
    sichuan, shandong = imported(BASE, SIX, "SC"), imported(BASE, SIX, "SD")
    assert min(sichuan) == sichuan[7] == -14_727_000_000
    assert [month for month, energy in zip(ALL_MONTHS, shandong, strict=True) if energy < 0] == [12]


def test_one_month_is_a_flat_exchange() -> None:
    july = {each.zone: each for each in exchanges(BASE, SIX, (7,) * 24)}
    assert july["GD"].imported == round(18_641e6 / 744)
    assert july["SC"].imported == round(-14_652e6 / 744)
    assert not any(each.sent for each in july.values())
    assert not any(received(BASE, SIX, code, (7,) * 24) for code in SIX.zones)


def test_several_months_bring_and_send_what_each_of_them_alone_does() -> None:
    sends, brings = exchanges(BASE, SIX, ALL_MONTHS), [plant for code in SIX.zones for plant in received(BASE, SIX, code, ALL_MONTHS)]
    assert [each.zone for each in sends] == ["SD", "SX", "AH", "SC"]
    assert [plant.id for plant in brings] == ["GD_exchange_imported", "SD_exchange_imported", "JX_exchange_imported"]
    for hour, month in enumerate(ALL_MONTHS):
        alone = {each.zone: each.imported for each in exchanges(BASE, SIX, (month,))}
        for code in SIX.zones:
            net = sum(each.net_import(hour) for each in sends if each.zone == code)
            assert net + sum(plant.available[hour] for plant in brings if plant.zone == code) == alone[code]


def test_the_flat_exchange_is_the_mean_of_the_year() -> None:
    fixed = exchanges(override(BASE, {"region.exchange": "fixed"}), SIX, ALL_MONTHS)
    assert {each.zone: each.imported for each in fixed}["GD"] == round(150_961e6 / 8784)
    assert exchanges(override(BASE, {"region.exchange": "none"}), SIX, ALL_MONTHS) == ()


@pytest.mark.parametrize("design", ["provincial", "two_stage", "coupled", "day_ahead"])
def test_a_run_over_two_months_delivers_them_and_its_audit_agrees(design: str, tmp_path: Path) -> None:
    keys = {"region.zones": ["GD", "SC", "SD"], "run.hours": 25, "run.design": design, "run.compare": [], "run.chain": "mirror"}
    config = override(MONTHS, {**keys, "time.month": 11})
    (directory,) = run_config(config, tmp_path)
    assert audit(directory).differences == ()
    found = load(directory)
    made, sent = found.tables["generation"], found.tables["load"]
    for hour in (0, 24):
        month = (11, 12)[hour // 24]
        for code in config.region.zones:
            arrived = made[(made.hour == hour) & (made.zone == code) & (made.role == "exchange")].metered_mwh.sum()
            left = sent[(sent.hour == hour) & (sent.zone == code) & (sent.role == "exchange")].contracted_mwh.sum()
            assert arrived - left == pytest.approx(by_hour(config, SIX, code, (month,))[0] / 1000)


@pytest.mark.parametrize("reading", ["province", "literal"])
def test_readings_that_do_not_keep_to_single_contracts_are_refused_over_several_months(reading: str) -> None:
    with pytest.raises(InputError, match=r"it should be 'per-plant', or region\.exchange 'fixed' or 'none'"):
        override(MONTHS, {"contracts.reading": reading})
    assert override(MONTHS, {"contracts.reading": reading, "region.exchange": "fixed"})
    assert override(BASE, {"contracts.reading": reading})
