"""Deciding at once gives the orders of deciding one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import mesa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.agents import build
from shengdian.agents.plant import PowerPlant
from shengdian.agents.society import Society
from shengdian.agents.strategies import names, strategy
from shengdian.agents.strategy import Many
from shengdian.agents.trader import Strategist
from shengdian.agents.user import User
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.types import Offer, Order, Segment, Supply
from shengdian.sim.market.view import View
from shengdian.sim.model import proposed
from shengdian.sim.scenario import PlantSpec, UserSpec

TOGETHER = [name for name in names() if isinstance(strategy(name)(), Many)]
quantities = st.integers(0, 10**8)


def view(floor: int = 0, cap: int = 150_000) -> View:
    return View(0, ("GD",), floor, cap, (1000,), (None,))


def plant(name: str, supply: Supply, cost: int, room: int, given: dict[str, float]) -> PowerPlant:
    spec = PlantSpec("P", "GD", "any", room, 0, room, cost, 900, 45_000, (room,), (room,), strategy=name, parameters=given, supply=supply)
    agent = PowerPlant(mesa.Model(), 1, spec, (1,))
    agent.begin_day(0, (0,))
    return agent


def user(name: str, demand: int, covered: int, given: dict[str, float]) -> User:
    agent = User(mesa.Model(), 1, UserSpec("U", "GD", "industry", False, (demand,), name, given))
    agent.begin_hour(min(covered, demand))
    return agent


def same(agents: list[Strategist], seen: View) -> None:
    """Both ways give the same orders."""
    society = Society(agents)
    orders = society.propose(seen)
    assert not society._alone
    assert [orders.order(row) for row in range(len(orders))] == [order for agent in agents if (order := agent.propose(seen)) is not None]


@pytest.mark.parametrize("name", TOGETHER)
@given(data=st.data(), floor=st.integers(-10_000, 10_000), cap=st.integers(10_001, 200_000))
def test_a_crowd_orders_what_its_members_would(name: str, data: st.DataObject, floor: int, cap: int) -> None:
    limits = strategy(name).known.items()
    known: dict[str, st.SearchStrategy[float]] = {
        key: st.integers(int(limit.least), int(limit.most)).map(float)
        if limit.whole
        else st.floats(max(limit.least, -5000), min(limit.most, 5000))
        for key, limit in limits
    }
    agents: list[Strategist] = []
    for _ in range(data.draw(st.integers(1, 6))):
        given = data.draw(st.fixed_dictionaries({}, optional=known))
        if strategy(name).kind == "plant":
            supply = data.draw(st.sampled_from(get_args(Supply)))
            agents.append(plant(name, supply, data.draw(st.integers(0, 200_000)), data.draw(quantities), given))
        else:
            agents.append(user(name, data.draw(quantities), data.draw(quantities), given))
    same(agents, view(floor, cap))


def test_strategies_without_memory_and_draws_decide_together() -> None:
    assert TOGETHER == ["elastic", "inflexible", "marginal_cost", "markup"]


def test_a_scenario_proposes_the_same_orders_in_the_same_order_both_ways() -> None:
    scenario = build_scenario(load_config("six-provinces-day"), "two_stage", 1)
    society = build(mesa.Model(), scenario)
    for agent in society:
        if isinstance(agent, PowerPlant):
            agent.begin_day(0, tuple(energy // 2 for energy in agent.spec.available[:24]))
    seen = replace(view(), zones=scenario.zones, hour=9)
    at_once, one_by_one = society.propose(seen), proposed(society, seen)
    assert len(at_once) == len(one_by_one) > 100
    assert [at_once.order(row) for row in range(len(at_once))] == [one_by_one.order(row) for row in range(len(one_by_one))]


def test_an_agent_with_a_strategy_of_its_own_is_asked_alone() -> None:
    class Stubborn:
        kind, known = "plant", {}

        def propose(self, me: object, view: View, rng: object, room_kwh: int) -> Order:
            return Offer("P", (Segment(1, 1),))

    first, second = plant("markup", "profile", 100, 5, {"markup": 0.0}), plant("markup", "profile", 100, 7, {"markup": 0.0})
    society = Society([first, second])
    assert society.propose(view()).quantity[:, 0].tolist() == [5, 7]
    first.strategy = Stubborn()
    assert society.propose(view()).quantity[:, 0].tolist() == [1, 7]
