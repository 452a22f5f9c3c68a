"""Values after an hour, reckoned by hand, and a bandit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markets import VIEW, me, sold

from shengdian.agents.strategies.q_learning import Strategy, level, updated
from shengdian.sim.base.streams import stream


def test_a_value_moves_a_tenth_of_the_way_to_what_was_learned() -> None:
    assert updated(2.0, 1.0, 4.0, 0.1, 0.5) == pytest.approx(2.1)  # 2 + 0.1 x (1 + 0.5 x 4 - 2)


def test_a_plant_takes_in_the_reward_when_it_knows_the_next_state() -> None:
    agent = me(
        "q_learning", {"actions": 2, "highest_per_mwh": 100, "exploration": 0, "price_levels": 2, "discount": 0.5, "learning_rate": 0.1}
    )
    agent.state["value/0/1"] = [3.0, 2.0]
    rng = stream(1, "test")
    Strategy().propose(agent, VIEW, rng, 100)  # no last price: level 0, both values 0, so no markup
    Strategy().learn(agent, sold(paid=15_000, filled=80))  # R = 5,000 x 80 / (10,000 x 100) = 0.4
    assert agent.state["value/0/0"] == [0.0, 0.0]
    Strategy().propose(agent, replace(VIEW, hour=1, last_prices=(150_000,)), rng, 100)
    assert agent.state["value/0/0"] == pytest.approx([0.19, 0.0])  # 0.1 x (0.4 + 0.5 x 3)
    assert agent.state["place"] == [0.0, 1.0]


def test_price_levels_are_equal_parts_of_the_price_range() -> None:
    agent = me("q_learning", {"price_levels": 4})
    prices = (None, 0, 37_499, 37_501, 149_999, 150_000)
    assert [level(agent, replace(VIEW, last_prices=(price,))) for price in prices] == [0, 0, 0, 1, 3, 3]


def test_exploration_dies_out() -> None:
    agent = me("q_learning", {"actions": 2, "exploration": 1, "decay": 0.5})
    agent.state.update({"hours": 100.0, "value/0/0": [0.0, 1.0]})
    rng = stream(1, "test")
    for _ in range(50):
        Strategy().propose(agent, VIEW, rng, 100)
        assert agent.state["action"] == 1


@pytest.mark.parametrize("best", range(5))
def test_in_a_bandit_of_one_state_it_finds_the_best_markup(best: int) -> None:
    agent = me("q_learning", {"actions": 5, "exploration": 0.5, "decay": 0.01})
    rng = stream(best, "test")
    for _ in range(400):
        Strategy().propose(agent, VIEW, rng, 100)
        Strategy().learn(agent, sold(paid=12_000, filled=80 if agent.state["action"] == best else 40))
    values = agent.state["value/0/0"]
    assert isinstance(values, list)
    assert values.index(max(values)) == best
