"""Provinces, plants and users on tiny days."""

from __future__ import annotations

from typing import Any

import mesa
from hypothesis import given
from hypothesis import strategies as st

from shengdian.agents import build
from shengdian.agents.plant import PowerPlant
from shengdian.agents.province import Province
from shengdian.agents.strategy import Me
from shengdian.agents.user import User
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.hour_result import Generation, HourResult, StageResult
from shengdian.sim.base.types import Bid, Offer, Segment, Supply
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec, UserSpec


def view(hour: int) -> View:
    return View(hour, ("GD",), 0, 150_000, (1000,), (None,))


def result(hour: int, plant: str = "P", metered: int = 0, stages: tuple[StageResult, ...] = ()) -> HourResult:
    generation = (Generation(plant, "GD", "coal_300", 0, 0, metered, metered, 0, 0, "plant", "capacity"),)
    return HourResult(hour, stages, generation, (), (), (), (), {}, {}, 0)


def plant(
    available: tuple[int, ...], ramp: int = 10**9, budget: tuple[int, ...] | None = None, net_load: tuple[int, ...] = ()
) -> PowerPlant:
    supply: Supply = "capacity" if budget is None else "budget"
    spec = PlantSpec("P", "GD", "any", max(available), 0, ramp, 20_000, 900, 45_000, available, available, budget, supply=supply)
    return PowerPlant(mesa.Model(), 1, spec, net_load or (1,) * len(available))


def user(name: str, demand: int, captive: bool = True) -> UserSpec:
    return UserSpec(name, "GD", "residential", captive, (demand,))


def quantity(order: Any) -> int:
    return sum(segment.quantity for segment in order.segments) if order else 0


def test_a_plant_offers_what_its_contract_leaves() -> None:
    agent = plant((100, 100))
    agent.begin_day(0, (70, 80))
    assert quantity(agent.propose(view(0))) == 30


def test_a_plant_with_nothing_left_does_not_offer() -> None:
    agent = plant((100,))
    agent.begin_day(0, (100,))
    assert agent.propose(view(0)) is None


def test_a_plant_offers_no_more_than_it_can_ramp_up() -> None:
    agent = plant((100, 100), ramp=15)
    agent.begin_day(0, (50, 55))
    agent.end_hour(0, 50)
    assert agent.room(1) == 10  # 50 + 15 - 55


def test_a_plant_without_contracts_offers_all_it_has() -> None:
    agent = plant((100, 100), ramp=60)
    agent.begin_day(0, (0, 0))
    assert agent.room(0) == 100
    agent.end_hour(0, 100)
    assert agent.room(1) == 100


def test_a_plant_in_an_outage_does_not_offer() -> None:
    agent = plant((30, 100))
    agent.begin_day(0, (50, 50))
    assert agent.propose(view(0)) is None


def test_a_rolled_allocation_replaces_the_contracts() -> None:
    agent = plant((100, 100))
    agent.begin_day(0, (30, 50))
    agent.begin_day(0, (30, 60))
    assert agent.room(1) == 40


def test_water_is_spread_in_proportion_to_net_load() -> None:
    agent = plant((100, 100, 100), budget=(120,), net_load=(10, 20, 30))
    agent.begin_day(0, (10, 20, 30))
    assert agent.room(0) == 10  # 60 left x 10 / 60
    agent.end_hour(0, 10)
    assert agent.room(1) == 20  # whatever was sold before


@given(
    capacity=st.integers(1, 10_000),
    hours=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(-100, 1000)), min_size=1, max_size=24),
    full=st.floats(0, 1),
)
def test_a_reservoir_never_exceeds_its_budget_over_a_day(capacity: int, hours: list[tuple[float, float, int]], full: float) -> None:
    contracts = tuple(int(capacity * share) for share, _, _ in hours)
    budget = sum(contracts) + int(full * (capacity * len(hours) - sum(contracts)))
    agent = plant((capacity,) * len(hours), budget=(budget,), net_load=tuple(load for _, _, load in hours))
    agent.begin_day(0, contracts)
    released = 0
    for hour, (_, sold, _) in enumerate(hours):
        offered = quantity(agent.propose(view(hour)))
        assert contracts[hour] + offered <= capacity
        metered = contracts[hour] + int(sold * offered)
        released += metered
        agent.end_hour(hour, metered)
    assert released <= budget


def test_a_user_bids_what_contracts_leave_uncovered() -> None:
    agent = User(mesa.Model(), 1, user("U", 100, captive=False))
    agent.begin_hour(80)
    assert agent.propose(view(0)) == Bid("U", (Segment(150_000, 20),))
    agent.begin_hour(100)
    assert agent.propose(view(0)) is None


def test_a_captive_user_leaves_it_to_the_supplier() -> None:
    agent = User(mesa.Model(), 1, user("U", 100))
    agent.begin_hour(80)
    assert agent.propose(view(0)) is None


def test_the_supplier_bids_at_the_cap_for_its_captive_users() -> None:
    agent = Province(mesa.Model(), "GD", [user("U", 100), user("V", 50), user("W", 1000, captive=False)])
    agent.begin_hour(120)
    assert agent.propose(view(0)) == Bid("GD_supplier", (Segment(150_000, 30),))
    assert agent.forecast(0) == 1150


def test_the_supplier_splits_what_it_bought_to_the_kwh() -> None:
    agent = Province(mesa.Model(), "GD", [user("U", 100), user("V", 50)])
    agent.begin_hour(100)
    assert agent.covered(0) == {"U": 67, "V": 33}
    assert agent.split(0, 25) == {"U": 17, "V": 8}  # by 33 : 17 that is 16.5 : 8.5, and of equal remainders the first goes first


@given(demand=st.lists(st.integers(0, 10**8), min_size=1, max_size=6), data=st.data())
def test_the_suppliers_split_is_exact_and_serves_no_one_twice(demand: list[int], data: st.DataObject) -> None:
    agent = Province(mesa.Model(), "GD", [user(f"U{at}", need) for at, need in enumerate(demand)])
    contracted = data.draw(st.integers(0, sum(demand)))
    bought = data.draw(st.integers(0, sum(demand) - contracted))
    agent.begin_hour(contracted)
    covered, split = agent.covered(0), agent.split(0, bought)
    assert sum(covered.values()) == contracted
    assert sum(split.values()) == bought
    assert all(covered[f"U{at}"] + split[f"U{at}"] <= need for at, need in enumerate(demand))


def test_agents_of_a_scenario_come_in_the_same_order_with_the_same_ids() -> None:
    scenario = build_scenario(load_config("six-provinces-day"), "two_stage", 1)
    ids = [agent.id for agent in build(mesa.Model(), scenario)]
    assert ids[:3] == ["GD_supplier", "SD_supplier", "SX_supplier"]
    assert ids[6:] == [plant.id for plant in scenario.plants] + [user.id for user in scenario.users]
    assert len(set(ids)) == len(ids) == 156


def test_agents_draw_from_streams_of_their_own() -> None:
    scenario = build_scenario(load_config("six-provinces-day"), "two_stage", 1)
    draws = [[int(agent.stream.integers(1 << 60)) for agent in build(mesa.Model(), scenario)[6:]] for _ in range(2)]
    assert draws[0] == draws[1]
    assert len(set(draws[0])) == 150


def test_what_an_agent_remembers_is_a_table_of_numbers() -> None:
    agent = plant((100,))
    agent.me.state.update({"offered": 5.0, "value/0": [1.5, 2.5]})
    found = [(row.agent, row.strategy, row.key, row.value) for row in agent.learned()]
    name = "marginal_cost"
    assert found == [("P", name, "offered", 5.0), ("P", name, "value/0/0", 1.5), ("P", name, "value/0/1", 2.5)]


def test_a_strategy_that_can_learn_is_told_what_came_of_the_hour() -> None:
    class Learning:
        def propose(self, me: Me, view: View, rng: Any, room_kwh: int) -> Offer:
            return Offer(me.spec.id, (Segment(1, room_kwh),))

        def learn(self, me: Me, result: HourResult) -> None:
            me.state["hours"] = me.state.get("hours", 0) + 1

    agent = plant((100, 100))
    agent.strategy = Learning()
    agent.receive(result(0))
    agent.receive(result(1))
    assert agent.me.state == {"hours": 2}
