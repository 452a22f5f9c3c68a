"""Water: what flows in is given, spilled or kept, to the kWh, and the simulator and the audit reckon it alike."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from shengdian.audit.reservoirs import Levels
from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import Generation, ReservoirDay
from shengdian.sim.market.reservoirs import Reservoirs
from shengdian.sim.scenario import PlantSpec, Scenario

energy = st.integers(0, 10**10)


def plant(name: str = "P", **more: Any) -> PlantSpec:
    spec = PlantSpec(name, "GD", "lake", 100, 0, 100, 300, 0, 0, (), (), (), supply="budget")
    return replace(spec, **more)


def generation(hour: int, plants: list[PlantSpec], metered: list[int]) -> Rows[Generation]:
    rows = [
        Generation(each.id, each.zone, each.tech, 0, 0, gave, gave, 0, 0, "plant", each.supply)
        for each, gave in zip(plants, metered, strict=True)
    ]
    return Rows.of(Generation, rows)


class World:
    """As much of a Scenario as water needs."""

    def __init__(self, plants: list[PlantSpec], hours: int) -> None:
        self.plants, self.hours, self.day = plants, hours, 24


@st.composite
def years(draw: st.DrawFn) -> tuple[list[PlantSpec], list[list[int]]]:
    """Reservoirs with and without a volume beside a plant without water, and what each gives in every hour."""
    hours = draw(st.integers(1, 75))
    days = -(-hours // 24)
    plants = []
    for at in range(draw(st.integers(1, 3))):
        volume = draw(st.one_of(st.just(0), energy))
        spec = plant(f"P{at}", volume=volume, stored=draw(st.integers(0, volume)), water_value=draw(st.integers(0, 10**5)))
        plants.append(replace(spec, energy_budget=tuple(draw(energy) for _ in range(days))))
    plants.insert(draw(st.integers(0, len(plants))), plant("coal", energy_budget=None, supply="capacity"))
    each = st.lists(st.integers(0, 10**9), min_size=len(plants), max_size=len(plants))
    return plants, [draw(each) for _ in range(hours)]


def days(plants: list[PlantSpec], metered: list[list[int]]) -> list[ReservoirDay]:
    reservoirs = Reservoirs(cast(Scenario, World(plants, len(metered))))
    return [row for hour, each in enumerate(metered) for row in reservoirs.end_hour(hour, generation(hour, plants, each))]


@given(years())
def test_inflow_is_output_and_spill_and_change_of_storage(year: tuple[list[PlantSpec], list[list[int]]]) -> None:
    plants, metered = year
    stored = {each.id: each.stored for each in plants}
    for row in days(plants, metered):
        assert row.inflow == row.output + row.spilled + row.stored - stored[row.plant]
        stored[row.plant] = row.stored


@given(years())
def test_spill_is_only_what_a_full_reservoir_cannot_keep(year: tuple[list[PlantSpec], list[list[int]]]) -> None:
    plants, metered = year
    volume = {each.id: each.volume for each in plants}
    for row in days(plants, metered):
        assert row.stored <= volume[row.plant]
        assert row.spilled >= 0
        assert not row.spilled or row.stored == volume[row.plant]


@given(years())
def test_every_kwh_on_the_meter_is_in_the_output_of_a_day(year: tuple[list[PlantSpec], list[list[int]]]) -> None:
    plants, metered = year
    rows = days(plants, metered)
    for at, each in enumerate(plants):
        if each.energy_budget is not None:
            assert sum(row.output for row in rows if row.plant == each.id) == sum(hour[at] for hour in metered)


@given(years())
def test_audit_reckons_water_as_the_simulator_does(year: tuple[list[PlantSpec], list[list[int]]]) -> None:
    plants, metered = year
    levels = Levels(cast(Scenario, World(plants, len(metered))))
    rebuilt = [row for hour, each in enumerate(metered) for row in levels.rows(hour, generation(hour, plants, each))]
    assert rebuilt == days(plants, metered)


def test_a_reservoir_that_keeps_nothing_loses_what_it_does_not_give() -> None:
    (row,) = days([plant(energy_budget=(50,), water_value=900)], [[20]])
    assert (row.inflow, row.output, row.spilled, row.stored, row.worth) == (50, 20, 30, 0, 0)


def test_water_that_is_kept_is_there_on_the_next_day() -> None:
    lake = plant(energy_budget=(50, 50), volume=100, stored=60)
    reservoirs = Reservoirs(cast(Scenario, World([lake], 48)))
    assert reservoirs.kept("P") == 60
    for hour in range(24):
        reservoirs.end_hour(hour, generation(hour, [lake], [1]))
    assert reservoirs.kept("P") == 86  # 60 + 50 - 24


def test_levels_go_on_from_a_checkpoint() -> None:
    lake = plant(energy_budget=(50, 50), volume=100, stored=60)
    before, after = (Reservoirs(cast(Scenario, World([lake], 48))) for _ in range(2))
    for hour in range(24):
        before.end_hour(hour, generation(hour, [lake], [1]))
    after.restore(before.state())
    assert after.kept("P") == 86


def test_water_costs_most_in_an_empty_reservoir_and_a_tick_above_cost_in_a_full_one() -> None:
    lake = plant(volume=200, water_value=20_000)
    assert [lake.opportunity_cost(held) for held in (-50, 0, 50, 100, 200, 900)] == [20_300, 20_300, 15_300, 10_300, 301, 301]
    assert plant().opportunity_cost(0) == 300


@given(volume=st.integers(1, 10**10), value=st.integers(0, 10**5), levels=st.lists(st.floats(0, 1), min_size=2, max_size=6))
def test_worth_of_water_does_not_depend_on_the_way_there(volume: int, value: int, levels: list[float]) -> None:
    lake = plant(volume=volume, water_value=value)
    kwh = [int(level * volume) for level in levels]
    steps = [lake.worth(before, after) for before, after in pairwise(kwh)]
    assert 0 <= lake.worth(kwh[0], kwh[-1]) - sum(steps) < len(steps)


def test_filling_a_reservoir_is_worth_half_its_water_value_on_average() -> None:
    assert plant(volume=1000, water_value=20_000).worth(0, 1000) == 1000 * 10_000
