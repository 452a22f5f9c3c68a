"""What a plant with a reservoir may offer, and what it tells its strategy that water costs."""

from __future__ import annotations

from dataclasses import replace

import mesa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.agents.owner import join
from shengdian.agents.plant import PowerPlant
from shengdian.agents.society import Society
from shengdian.agents.strategies import names, strategy
from shengdian.agents.strategy import Many
from shengdian.sim.base.types import Offer, Segment
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec

TOGETHER = [name for name in names("plant") if isinstance(strategy(name)(), Many)]
HOURS = 24


def lake(name: str = "P", inflow: int = 240, volume: int = 1000, hours: int = HOURS, **more: object) -> PlantSpec:
    """10 kWh an hour flow in, 100 may be given; at most 1,000 are kept; a kWh costs 3.00 CNY/MWh, and 200.00 more while it is empty."""
    days = -(-hours // HOURS)
    at = (100,) * hours
    spec = PlantSpec(name, "GD", "lake", 100, 0, 100, 300, 0, 0, at, at, (inflow,) * days, supply="budget")
    return replace(spec, volume=volume, water_value=20_000, **more)  # type: ignore[arg-type]


def agent(spec: PlantSpec) -> PowerPlant:
    return PowerPlant(mesa.Model(), 1, spec, (1,) * len(spec.available))


def view(hour: int = 0) -> View:
    return View(hour, ("GD",), 0, 150_000, (1000,), (None,))


def test_a_plant_offers_what_its_reservoir_has_stored_besides_the_day_s_inflow() -> None:
    plant = agent(lake())
    plant.begin_day(0, (4,) * HOURS, stored=480)
    assert plant.room(0) == (240 + 480 - 4 * HOURS) // HOURS


def test_a_full_reservoir_offers_all_its_capacity_in_every_hour() -> None:
    plant = agent(lake(volume=100_000))
    plant.begin_day(0, (4,) * HOURS, stored=100_000)
    assert {plant.room(hour) for hour in range(HOURS)} == {96}


def test_water_that_contracts_need_today_is_not_offered() -> None:
    plant = agent(lake(inflow=240))
    plant.begin_day(0, (0,) * 12 + (20,) * 12, stored=0)
    assert [plant.room(hour) for hour in range(HOURS)] == [0] * HOURS


@given(
    stored=st.integers(0, 5000),
    inflow=st.integers(0, 2400),
    contracted=st.floats(0, 1),
    loads=st.lists(st.integers(-100, 1000), min_size=HOURS, max_size=HOURS),
)
def test_contracts_and_offers_of_a_day_that_is_ordered_ahead_never_exceed_its_water(
    stored: int, inflow: int, contracted: float, loads: list[int]
) -> None:
    spec = lake(inflow=inflow, volume=5000)
    plant = PowerPlant(mesa.Model(), 1, spec, loads)
    contracts = (int(contracted * inflow) // HOURS,) * HOURS
    plant.begin_day(0, contracts, stored)
    offered = [plant.room(hour) for hour in range(HOURS)]  # nothing is metered in between
    assert sum(offered) + sum(contracts) <= stored + inflow
    assert all(own + contract <= spec.capacity for own, contract in zip(offered, contracts, strict=True))


@pytest.mark.parametrize(("stored", "price"), [(0, 20_300), (500, 10_300), (999, 320), (1000, 301)])
def test_water_is_offered_the_dearer_the_less_the_reservoir_holds(stored: int, price: int) -> None:
    plant = agent(lake(inflow=0))
    plant.begin_day(0, (0,) * HOURS, stored)
    order = plant.propose(view())
    if stored:
        assert order == Offer("P", (Segment(price, stored // HOURS),))
    else:
        assert order is None
    assert plant.me.spec.cost == price  # type: ignore[union-attr]


def test_water_is_priced_by_what_the_reservoir_would_hold_tonight_if_it_sold_nothing() -> None:
    plant = agent(lake(inflow=480))
    plant.begin_day(0, (5,) * HOURS, stored=140)
    assert plant.me.spec.cost == 300 + 20_000 // 2  # type: ignore[union-attr]  # 140 + 480 - 120 of 1,000


def test_regulation_is_listed_at_what_a_plant_pays_not_at_what_its_water_is_worth() -> None:
    plant = agent(lake())
    plant.begin_day(0, (0,) * HOURS, stored=0)
    assert plant.spec.cost == 300


def test_a_reservoir_that_keeps_nothing_offers_at_its_cost() -> None:
    plant = agent(lake(volume=0))
    plant.begin_day(0, (0,) * HOURS)
    assert plant.propose(view()) == Offer("P", (Segment(300, 10),))


@pytest.mark.parametrize("name", TOGETHER)
def test_a_crowd_heeds_that_water_costs_another_price_on_another_day(name: str) -> None:
    plants = [agent(lake(f"P{at}", hours=48, strategy=name)) for at in range(3)]
    society = Society(plants)
    for day, stored in enumerate((0, 700)):
        for plant in plants:
            plant.begin_day(day, (0,) * HOURS, stored)
        seen = view(day * HOURS)
        orders = society.propose(seen)
        assert not society._alone
        assert [orders.order(row) for row in range(len(orders))] == [plant.propose(seen) for plant in plants]


def test_plants_of_an_owner_know_what_each_other_s_water_costs() -> None:
    plants = [agent(lake(name, owner="O", strategy="roth_erev")) for name in ("P", "Q")]
    join(plants)
    plants[1].begin_day(0, (10,) * HOURS, stored=500)
    for plant in plants:
        assert [each.cost for each in plant.me.owned] == [300, 10_300]
        assert plant.me.state is plants[0].me.state
