"""Plants of one owner: one choice an hour, one reward for all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markets import VIEW, hour, me, row

from shengdian.agents.learning import profit, reward
from shengdian.agents.strategies import for_owners, strategy
from shengdian.agents.strategy import Me
from shengdian.sim.base.streams import stream
from shengdian.sim.scenario import PlantSpec

GIVEN = {"actions": 5, "highest_per_mwh": 100}


def pair(name: str) -> tuple[Me, Me]:
    """Plants P (100.00 CNY/MWh) and Q (200.00 CNY/MWh) of one owner, 100 kWh each."""
    first = me(name, GIVEN)
    assert isinstance(first.spec, PlantSpec)
    other = replace(first.spec, id="Q", cost=20_000)
    owned = (first.spec, other)
    return replace(first, owned=owned), Me(other, first.parameters, first.state, owned)


def test_strategies_that_learn_a_markup_can_decide_for_owners() -> None:
    assert for_owners() == ["q_learning", "roth_erev"]


@pytest.mark.parametrize("name", for_owners())
def test_plants_of_one_owner_offer_at_the_same_markup_whatever_they_would_have_drawn(name: str) -> None:
    mine = strategy(name)()
    for seed in range(10):
        cheap, dear = pair(name)
        one = mine.propose(cheap, VIEW, stream(seed, "one"), 100)
        two = mine.propose(dear, VIEW, stream(seed, "two"), 40)
        assert one is not None
        assert two is not None
        assert one.segments[0].price - 10_000 == two.segments[0].price - 20_000
        assert cheap.state["offered"] == 140


def test_an_owner_earns_what_all_of_its_plants_earn() -> None:
    cheap, dear = pair("roth_erev")
    cheap.state["offered"] = 200.0
    result = hour(row("P", "sell", 10_000, 100, 100, 25_000), row("Q", "sell", 20_000, 100, 50, 25_000), row("R", "sell", 0, 9, 9, 25_000))
    # 15,000 x 100 + 5,000 x 50
    assert profit(cheap, result) == profit(dear, result) == 1_750_000
    assert reward(cheap, result) == pytest.approx(1_750_000 / (200 * 10_000))


def test_the_next_hour_is_a_new_choice() -> None:
    (cheap, _), mine, rng, choices = pair("roth_erev"), strategy("roth_erev")(), stream(1, "one"), set()
    for _ in range(20):
        mine.propose(cheap, VIEW, rng, 100)
        choices.add(cheap.state["action"])
        reward(cheap, hour())
        assert cheap.state["offered"] == 0
    assert choices == {0, 1, 2, 3, 4}
