"""Periods of 30 and 15 minutes: the same market in smaller parts, on a clock of any length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shengdian import agents
from shengdian.audit import audit
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.figures.generation import generation_mix
from shengdian.experiments.results.report import report
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.runs.progress import Quiet
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world import periods
from shengdian.experiments.world.profiles import profiles
from shengdian.regions import series, text_table
from shengdian.regions.faults import Faults
from shengdian.regions.region import region_of
from shengdian.regions.series import Series
from shengdian.sim.adapters import revm
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.model import Model
from shengdian.sim.record.finished_run import Run, load
from shengdian.sim.scenario import Scenario

SMALL = {"region.path": "two-zones", "run.chain": "mirror", "run.hours": 3, "settlement.retail": "none"}
INFLEXIBLE = {f"strategies.{sector}": {"name": "inflexible", "parameters": {}} for sector in ("industry", "commerce", "residential")}
"""so that no ladder cuts what is needed into segments that do not divide"""
DESIGNS = ("provincial", "two_stage", "coupled", "day_ahead")
CLOCK = timezone(timedelta(hours=8))
QUARTERS, FULL = 4, 16
"""parts of an hour; kWh of which a quarter of a quarter is whole"""


def config(**keys: Any) -> Any:
    """The base case's rules in a small region."""
    return override(load_config("base"), {**SMALL, **{key.replace("__", "."): value for key, value in keys.items()}})


def even(energies: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(energy // FULL * FULL for energy in energies)


def hourly(design: str) -> Scenario:
    """A world whose every energy divides, and in which no ramp binds."""
    world = build_scenario(override(config(contracts__share=0.0), INFLEXIBLE), design, 1)
    plants = []
    for plant in world.plants:
        capacity = plant.capacity // FULL * FULL
        minimum, available, forecast = plant.minimum // FULL * FULL, even(plant.available), even(plant.forecast)
        plants.append(replace(plant, capacity=capacity, minimum=minimum, ramp=capacity, available=available, forecast=forecast))
    users = tuple(replace(user, demand=even(user.demand)) for user in world.users)
    exchanges = tuple(replace(each, imported=each.imported // FULL * FULL) for each in world.exchanges)
    lines = tuple(replace(line, capacity=line.capacity // FULL * FULL) for line in world.lines)
    return replace(world, plants=tuple(plants), users=users, exchanges=exchanges, lines=lines)


def simulated(world: Scenario) -> list[HourResult]:
    """Every period of a run."""
    model = Model(world, agents.build)
    return [model.step_hour() for _ in range(world.hours)]


def in_quarters(world: Scenario) -> Scenario:
    asked = config()
    return periods.in_periods(world, QUARTERS, profiles(asked, region_of(asked)))


@cache
def pair(design: str) -> tuple[list[HourResult], list[HourResult]]:
    """The same world by the hour and by the quarter of an hour."""
    world = hourly(design)
    return simulated(world), simulated(in_quarters(world))


def quarters(design: str) -> Iterator[tuple[HourResult, list[HourResult]]]:
    """Every hour with its quarters."""
    whole, fine = pair(design)
    assert len(fine) == QUARTERS * len(whole)
    for hour, result in enumerate(whole):
        yield result, fine[QUARTERS * hour : QUARTERS * (hour + 1)]


@pytest.mark.parametrize("design", DESIGNS)
def test_every_quarter_has_the_prices_of_its_hour(design: str) -> None:
    for hour, parts in quarters(design):
        for part in parts:
            assert [stage.prices for stage in part.stages] == [stage.prices for stage in hour.stages]


def by_zone(result: HourResult, table: str, name: str) -> dict[str, int]:
    """A sum by zone."""
    found: dict[str, int] = {}
    for row in getattr(result, table):
        found[row.zone] = found.get(row.zone, 0) + getattr(row, name)
    return found


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(("table", "name"), [("consumption", "demand"), ("consumption", "bought"), ("generation", "available")])
def test_every_quarter_has_a_quarter_of_its_hours_energy(design: str, table: str, name: str) -> None:
    for hour, parts in quarters(design):
        for part in parts:
            assert {zone: QUARTERS * energy for zone, energy in by_zone(part, table, name).items()} == by_zone(hour, table, name)


def test_without_lines_the_quarters_of_a_day_sum_to_what_it_generated() -> None:
    whole, fine = pair("provincial")
    sums = [sum(sum(by_zone(result, "generation", "metered").values()) for result in run) for run in (whole, fine)]
    assert sums[0] == sums[1]


@pytest.mark.parametrize("design", DESIGNS)
def test_lines_send_in_four_quarters_what_they_send_in_an_hour_but_for_whole_kwh(design: str) -> None:
    for hour, parts in quarters(design):
        for at, stage in enumerate(hour.stages):
            for place, flow in enumerate(stage.flows):
                assert abs(sum(part.stages[at].flows[place].sent for part in parts) - flow.sent) <= QUARTERS


def finished(out: Path, **keys: Any) -> Run:
    (path,) = run_config(config(**keys), out)
    return load(path)


@pytest.mark.parametrize("chain", ["mirror", pytest.param("revm", marks=pytest.mark.skipif(not revm.installed(), reason="extra `fast`"))])
@pytest.mark.parametrize("minutes", [30, 15])
@pytest.mark.parametrize("design", DESIGNS)
def test_audit_finds_nothing_in_a_run_of_shorter_periods(design: str, minutes: int, chain: str, tmp_path: Path) -> None:
    run = finished(tmp_path, run__design=design, market__period_minutes=minutes, run__chain=chain, run__hours=2)
    assert run.hours == 2 * 60 // minutes
    assert audit(run, rerun=True).differences == ()


EVERYTHING = {
    "settlement.deviation": "pre_listed",
    "settlement.retail": "average_cost",
    "uncertainty.load_error": 0.03,
    "uncertainty.wind_error": 0.2,
    "uncertainty.forced_outage_rate": 0.02,
    "collateral.required": True,
    "collateral.hours": 2,
    "strategies.storage": {"name": "spread", "parameters": {}},
    "market.period_minutes": 15,
    "market.period_seconds": 10,
}


@pytest.mark.parametrize("design", ["two_stage", "coupled"])
def test_meters_bills_collateral_and_storage_keep_to_quarters_of_ten_seconds(design: str, tmp_path: Path) -> None:
    (path,) = run_config(override(config(run__design=design), EVERYTHING), tmp_path)
    assert audit(path).differences == ()


@pytest.mark.parametrize("design", DESIGNS)
def test_prices_are_the_same_however_many_seconds_of_the_chain_a_period_lasts(design: str) -> None:
    worlds = [build_scenario(config(market__period_seconds=seconds), design, 1) for seconds in (10, 3600)]
    ten, thousands = ([result.stages for result in simulated(world)] for world in worlds)
    assert [[stage.prices for stage in stages] for stages in ten] == [[stage.prices for stage in stages] for stages in thousands]


class Stopped(Exception):
    """The run ends here."""


class StopsAfter(Quiet):
    """Ends the run that it watches after so many periods."""

    def __init__(self, periods: int) -> None:
        self.left = periods

    def advance(self, place: int, hours: int, before: bool) -> None:
        self.left -= hours
        if self.left == 0:
            raise Stopped


def test_a_run_of_quarters_goes_on_after_a_stop_as_if_there_was_none(tmp_path: Path) -> None:
    asked = config(run__design="coupled", market__period_minutes=15, run__hours=26)
    whole = load(run_config(asked, tmp_path / "whole")[0])
    with pytest.raises(Stopped):
        run_config(asked, tmp_path / "stopped", progress=StopsAfter(98))
    again = load(run_config(asked, tmp_path / "stopped", resume=True)[0])
    assert again.digest == whole.digest
    assert again.summary == whole.summary


def test_a_day_of_quarters_is_allocated_in_96_periods_that_sum_to_the_contract() -> None:
    world = build_scenario(config(market__period_minutes=15, run__hours=24, run__design="coupled"), "coupled", 1)
    plans = Model(world, agents.build).planning.begin_hour(0)
    planned = {plant.id: plant for plan in plans.values() for plant in plan.plants}
    assert {len(plant.hours) for plant in planned.values()} == {96}
    for plant in world.plants:
        if planned[plant.id].status == "ok":
            assert sum(planned[plant.id].hours) == plant.contractible[0]


def test_power_becomes_the_energy_of_a_period_and_ramps_follow_from_it() -> None:
    hour, quarter = (build_scenario(config(market__period_minutes=minutes), "coupled", 1) for minutes in (60, 15))
    for whole, part in zip(hour.plants, quarter.plants, strict=True):
        assert part.capacity == -(-whole.capacity // QUARTERS)
        assert part.minimum == whole.minimum // QUARTERS
        assert part.ramp == (part.capacity if whole.ramp >= whole.capacity else whole.ramp // QUARTERS**2)
        assert sum(part.available) == sum(whole.available)
        assert part.contractible == whole.contractible
        assert part.energy_budget == whole.energy_budget
    for before, after in zip(hour.lines, quarter.lines, strict=True):
        assert after.capacity == before.capacity // QUARTERS


def test_a_year_ahead_is_refused_with_shorter_periods() -> None:
    with pytest.raises(InputError, match=r"market.period_minutes is 15; it should be 60 where medium_term.trade is true"):
        config(market__period_minutes=15, medium_term__trade=True)


def test_other_lengths_of_a_period_are_refused() -> None:
    with pytest.raises(InputError, match=r"market.period_minutes"):
        config(market__period_minutes=20)


def test_every_row_says_when_its_period_begins_in_the_market(tmp_path: Path) -> None:
    run = finished(tmp_path, run__design="coupled", market__period_minutes=15, run__hours=2)
    times = run.tables["prices"].groupby("hour")["time"].first().tolist()
    assert times[:5] == [f"2016-07-01T{at}+08:00" for at in ("00:00", "00:15", "00:30", "00:45", "01:00")]


def test_figures_show_power_and_a_report_says_the_periods(tmp_path: Path) -> None:
    hour, quarter = (
        finished(tmp_path / str(minutes), run__design="coupled", market__period_minutes=minutes, contracts__share=0.0)
        for minutes in (60, 15)
    )
    tops = [generation_mix([run]).axes[0].get_ylim()[1] for run in (hour, quarter)]
    assert tops[0] == pytest.approx(tops[1], rel=0.01)
    assert "3 hours, 12 periods of 15 minutes." in report([quarter])


def series_of(rows: list[str]) -> Series:
    """A region's hourly series of one zone, of rows under the header."""
    faults = Faults()
    found = series.read(text_table.read("load_hourly.csv", "\n".join(["time,EAST", *rows]).encode()), ["EAST"], 1e6, CLOCK, faults)
    faults.stop()
    assert found is not None
    return found


def test_quarter_hours_of_a_regions_series_are_taken_as_they_are_and_averaged_for_longer_periods() -> None:
    found = series_of([f"2016-01-0{1 + at // 96} {at % 96 // 4:02d}:{at % 4 * 15:02d},{at}" for at in range(192)])
    assert found.of_run("EAST", date(2016, 1, 1), 2) == (1.5, 5.5)
    assert found.within("EAST", date(2016, 1, 1), 2, 4) == ((0, 1, 2, 3), (4, 5, 6, 7))
    assert found.within("EAST", date(2016, 1, 2), 1, 2) == ((96.5, 98.5),)


def test_half_hours_hold_in_both_of_their_quarters() -> None:
    found = series_of([f"2016-01-01 {at // 2:02d}:{at % 2 * 30:02d},{at}" for at in range(48)])
    assert found.within("EAST", date(2016, 1, 1), 1, 4) == ((0, 0, 1, 1),)


def test_time_stamps_that_change_their_step_are_refused() -> None:
    with pytest.raises(InputError, match="it should be 2016-01-01 00:30: times every 15 minutes follow without gaps"):
        series_of(["2016-01-01 00:00,1", "2016-01-01 00:15,1", "2016-01-01 01:00,1"])


def test_time_stamps_fill_whole_hours() -> None:
    with pytest.raises(InputError, match="it has 3 rows; there should be whole hours of 4 rows each"):
        series_of([f"2016-01-01 00:{at * 15:02d},1" for at in range(3)])
