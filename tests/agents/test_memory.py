"""What a strategy remembers is all in its state: who goes on from a saved one decides as if nothing had happened."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from markets import VIEW, hour, me, row

from shengdian.agents.strategies import names, strategy
from shengdian.agents.strategy import Learner, Me
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Order

GIVEN = {"roth_erev": {"parts": 24}, "q_learning": {"price_levels": 5, "exploration": 0.5}, "best_response": {"parts": 3}}


def result(number: int, order: Order | None) -> HourResult:
    """The plant sells a part of what it offered, at a price that moves from hour to hour."""
    price = 20_000 + 1_000 * (number % 7)
    offered = (
        [row("P", "sell", segment.price, segment.quantity, segment.quantity // 2, price) for segment in order.segments] if order else []
    )
    rival = row("Q", "sell", price, 40, 40, price)
    return hour(*offered, rival, row("U", "buy", 60_000, 90 + number, 90, price), number=number)


@pytest.mark.parametrize("name", names("plant"))
def test_a_saved_and_loaded_memory_goes_on_where_it_was(name: str) -> None:
    agent, rng = me(name, GIVEN.get(name, {})), stream(1, "test")
    for number in range(60):
        decided = strategy(name)()
        order = decided.propose(agent, replace(VIEW, hour=number, last_prices=(20_000 * (number % 7),)), rng, 100)
        again = Me(agent.spec, agent.parameters, json.loads(json.dumps(agent.state)))
        assert again.state == agent.state
        if isinstance(decided, Learner):
            decided.learn(agent, result(number, order))
            decided.learn(again, result(number, order))
            assert again.state == agent.state
        agent = again
    numbers = [value for values in agent.state.values() for value in (values if isinstance(values, list) else [values])]
    assert all(type(number) in (int, float) for number in numbers)
