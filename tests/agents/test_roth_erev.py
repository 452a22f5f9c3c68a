"""Propensities after an hour, reckoned by hand, and what they may never become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markets import VIEW, hour, me, row, sold

from shengdian.agents.learning import drawn, reward
from shengdian.agents.strategies.roth_erev import Strategy, updated
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Offer, Segment

shares = st.floats(0, 1)


def test_the_chosen_markup_gains_most_of_the_reward_and_the_others_share_the_rest() -> None:
    # 0.9 x 10 + 0.8 x 4 = 12.2; 0.9 x 20 + 0.2 x 4 / 2 = 18.4; 0.9 x 30 + 0.4 = 27.4
    assert updated([10, 20, 30], 0, 4, 0.1, 0.2, modified=False) == pytest.approx([12.2, 18.4, 27.4])


def test_in_the_modified_form_the_others_keep_a_share_of_their_own_propensity() -> None:
    # 0.9 x 10 + 0.8 x 4 = 12.2; 0.9 x 20 + 0.2 x 20 / 2 = 20; 0.9 x 30 + 0.2 x 30 / 2 = 30
    assert updated([10, 20, 30], 0, 4, 0.1, 0.2, modified=True) == pytest.approx([12.2, 20, 30])


def test_an_hour_without_reward_teaches_only_the_modified_form() -> None:
    assert updated([1, 1, 1], 0, 0, 0.1, 0.2, modified=False) == pytest.approx([0.9, 0.9, 0.9])
    assert updated([1, 1, 1], 0, 0, 0.1, 0.2, modified=True) == pytest.approx([0.9, 1.0, 1.0])


def test_a_plant_learns_from_what_it_sold() -> None:
    agent = me("roth_erev", {"actions": 2, "highest_per_mwh": 100, "experimentation": 0.2, "forgetting": 0.1, "modified": 0})
    offer = Strategy().propose(agent, VIEW, stream(2, "test"), 100)
    chosen = int(agent.state["action"])
    assert offer == Offer("P", (Segment(10_000 + 10_000 * chosen, 100),))
    Strategy().learn(agent, sold(paid=15_000, filled=80))
    # 5,000 fen/MWh x 80 kWh on 100 kWh at a highest markup of 10,000: R = 0.4; 0.9 + 0.8 x 0.4 = 1.22 and 0.9 + 0.2 x 0.4 = 0.98
    expected = [1.22, 0.98] if chosen == 0 else [0.98, 1.22]
    assert agent.state["propensity/0"] == pytest.approx(expected)


def test_energy_bought_back_in_the_second_stage_saves_its_cost() -> None:
    agent = me("roth_erev", {"highest_per_mwh": 100})
    agent.state["offered"] = 100.0
    result = hour(row("P", "sell", 10_000, 100, 100, 20_000), row("P", "buy", 10_000, 100, 50, 6_000))
    assert reward(agent, result) == pytest.approx((10_000 * 100 + 4_000 * 50) / (10_000 * 100))


def test_an_hour_counts_once_and_only_where_the_plant_offered() -> None:
    agent = me("roth_erev", {"actions": 2})
    Strategy().learn(agent, sold(15_000, 80))
    assert "propensity/0" not in agent.state
    Strategy().propose(agent, VIEW, stream(2, "test"), 100)
    Strategy().learn(agent, sold(15_000, 80))
    once = agent.state["propensity/0"]
    Strategy().learn(agent, sold(15_000, 80))
    assert agent.state["propensity/0"] == once


def test_parts_of_the_day_are_learned_apart() -> None:
    agent = me("roth_erev", {"actions": 2, "parts": 24})
    Strategy().propose(agent, VIEW, stream(2, "test"), 100)
    Strategy().learn(agent, sold(15_000, 80))
    assert [key for key in agent.state if key.startswith("propensity")] == ["propensity/0"]


@given(
    propensities=st.lists(st.floats(0, 1e6), min_size=1, max_size=20),
    data=st.data(),
    rewards=st.lists(st.floats(0, 1e3), max_size=20),
    forgetting=shares,
    experimentation=shares,
    modified=st.booleans(),
)
def test_propensities_stay_non_negative(
    propensities: list[float], data: st.DataObject, rewards: list[float], forgetting: float, experimentation: float, modified: bool
) -> None:
    for earned in rewards:
        chosen = data.draw(st.integers(0, len(propensities) - 1))
        propensities = updated(propensities, chosen, earned, forgetting, experimentation, modified)
        assert min(propensities) >= 0
    assert 0 <= drawn(propensities, stream(1, "test")) < len(propensities)


def test_draws_are_in_proportion_to_weights() -> None:
    rng = stream(1, "test")
    draws = [drawn([1, 0, 3], rng) for _ in range(4000)]
    assert draws.count(1) == 0
    assert draws.count(2) == pytest.approx(3000, abs=150)


def test_draws_are_even_where_nothing_has_weight() -> None:
    rng = stream(1, "test")
    assert {drawn([0, 0, 0], rng) for _ in range(100)} == {0, 1, 2}
