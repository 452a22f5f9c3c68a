"""Periods of 30 and 15 minutes: the same market in smaller parts, on a clock of any length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world import periods
from shengdian.experiments.world.profiles import profiles
from shengdian.regions.region import region_of
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.model import Model
from shengdian.sim.scenario import Scenario

SMALL = {"region.path": "two-zones", "run.chain": "mirror", "run.hours": 3, "settlement.retail": "none"}
INFLEXIBLE = {f"strategies.{sector}": {"name": "inflexible", "parameters": {}} for sector in ("industry", "commerce", "residential")}
"""so that no ladder cuts what is needed into segments that do not divide"""
DESIGNS = ("provincial", "two_stage", "coupled", "day_ahead")
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
