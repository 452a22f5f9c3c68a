"""Capacity of lines by month: one month has it as it is, several reserve the difference by hour, and agreements come on top."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from shengdian.audit import audit
from shengdian.experiments.ahead.year import trade_year
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.network import capacities, free_share, lines, together
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import load

BASE = load_config("base")
SIX = Region.load()
MONTHS = load_config("six-provinces-months")
SMALL = {"region.zones": ["SC", "GD", "SX", "SD"], "run.hours": 25, "run.compare": [], "run.chain": "mirror", "time.month": 5}
"""the 25th hour is the first of June"""


def test_lines_are_freer_in_the_dry_season() -> None:
    shares = [free_share(BASE, SIX, month) for month in range(1, 13)]
    assert shares == [0.75] * 5 + [0.3] * 5 + [0.75] * 2


def test_a_line_may_have_a_row_of_its_own(tmp_path: Path) -> None:
    copytree(SIX.folder, tmp_path / "own")
    with (tmp_path / "own" / "residual_monthly.csv").open("a", encoding="utf-8") as file:
        file.write("SC-GD-XG,7,0.2\n")
    own = Region.load(tmp_path / "own")
    assert (free_share(BASE, own, 7, "SC-GD-XG"), free_share(BASE, own, 7, "SX-SD-AC")) == (0.2, 0.3)


@pytest.mark.parametrize(("month", "free"), [(7, 0.3), (1, 0.75)])
def test_hours_of_one_month_have_its_capacity_and_nothing_is_reserved(month: int, free: float) -> None:
    world = build_scenario(override(BASE, {"time.month": month}), "coupled", 1)
    line = next(line for line in world.lines if line.name == "SC-GD SC-GD-XG")
    assert (line.capacity, world.reserved) == (round(6_400_000 * free), ())


def test_a_number_holds_in_every_month() -> None:
    world = build_scenario(override(MONTHS, {"region.residual_share": 0.5}), "coupled", 1)
    assert world.lines[2].capacity == 3_200_000
    assert world.reserved == ()


@pytest.mark.parametrize("network", ["equivalent", "legs"])
def test_what_is_not_reserved_of_a_line_is_its_capacity_in_the_month(network: str) -> None:
    config = override(
        MONTHS, {"region.network": network, "lines": [{"from": "SC", "to": "AH", "capacity_mw": 10.0, "charge_per_mwh": 1.0, "loss": 0.0}]}
    )
    world = build_scenario(config, "coupled", 1)
    for hour in range(0, 288, 24):
        due = lines(config, SIX, (hour // 24 + 1,))
        assert [line.capacity - taken[hour] for line, taken in zip(world.lines, world.reserved, strict=True)] == [
            line.capacity for line in due
        ]
    assert not any(world.reserved[-1]), "a line of the config's own has its capacity in every month"


def test_a_design_without_lines_reserves_nothing() -> None:
    assert build_scenario(MONTHS, "provincial", 1).reserved == ()


@pytest.mark.long
@pytest.mark.parametrize("design", ["two_stage", "coupled", "day_ahead", "corridor_matching"])
def test_no_line_carries_more_than_its_month_leaves_and_the_audit_agrees(design: str, tmp_path: Path) -> None:
    config = override(MONTHS, {**SMALL, "run.design": design})
    (directory,) = run_config(config, tmp_path)
    assert audit(directory).differences == ()
    flows = load(directory).tables["flows"]
    for hour, month in ((0, 5), (24, 6)):
        sent = flows[flows.hour == hour].groupby(["from", "to"]).sent_mwh.sum()
        for ends, capacity in capacities(config.region.zones, lines(config, SIX, (month,))).items():
            assert sent.get(ends, 0.0) <= capacity
    assert flows[flows.hour == 24].sent_mwh.sum() > 0


def test_agreements_are_made_over_what_every_month_leaves_and_add_to_it() -> None:
    config = override(load_config("reserved-lines"), {"run.chain": "mirror"})
    year, wet = trade_year(config, 1, "mirror"), lines(config, SIX, (7,))
    assert lines(config, SIX) == wet == year.world.network
    world = build_scenario(config, "coupled", 1, year)
    for at, line in enumerate(world.lines):
        for hour, month in ((12, 1), (156, 7)):
            left = lines(config, SIX, (month,))[at].capacity - year.reserved[at][month - 1]
            assert line.capacity - world.reserved[at][hour] == left >= wet[at].capacity * 5 // 100


def test_reservations_add_up_and_none_is_none() -> None:
    assert together((), ((1, 2), (0, 0)), ((3, 0), (0, 1))) == ((4, 2), (0, 1))
    assert together((), ((0, 0),)) == together() == ()


@pytest.mark.parametrize("value", [1.5, -0.1, "wet", True, None])
def test_another_share_is_refused_in_one_sentence(value: object) -> None:
    with pytest.raises(InputError, match=r"region\.residual_share is .*; it should be .* or 'monthly'$"):
        override(BASE, {"region.residual_share": value})
