"""Draws within what makes no loss."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from markets import VIEW, me

from shengdian.agents.strategies import parameters
from shengdian.agents.strategies.zero_intelligence import Strategy
from shengdian.agents.strategy import Me
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Bid, Offer
from shengdian.sim.scenario import UserSpec


def user(given: dict[str, float]) -> Me:
    return Me(UserSpec("U", "GD", "industry", False, (100,)), parameters("zero_intelligence", given))


def draws(who: Me, count: int = 300) -> list[int]:
    rng = stream(1, "test")
    orders = [Strategy().propose(who, VIEW, rng, 100) for _ in range(count)]
    return sorted(order.segments[0].price for order in orders if order)


def test_a_plant_asks_between_its_cost_and_the_highest_price() -> None:
    prices = draws(me("zero_intelligence", {"highest_per_mwh": 300}))
    assert 10_000 <= prices[0] < 11_000
    assert 29_000 < prices[-1] <= 30_000


def test_a_user_bids_up_to_what_energy_is_worth_to_it() -> None:
    prices = draws(user({"lowest_per_mwh": 100, "highest_per_mwh": 300}))
    assert 10_000 <= prices[0] < 11_000
    assert 29_000 < prices[-1] <= 30_000


def test_without_the_constraint_both_draw_from_all_prices() -> None:
    for who in (me("zero_intelligence", {"constrained": 0}), user({"constrained": 0})):
        prices = draws(who)
        assert prices[0] < 5_000
        assert prices[-1] > 145_000


def test_each_side_gives_its_own_order() -> None:
    assert isinstance(Strategy().propose(me("zero_intelligence", {}), VIEW, stream(1, "test"), 5), Offer)
    assert isinstance(Strategy().propose(user({}), VIEW, stream(1, "test"), 5), Bid)


@given(cost=st.integers(-5_000, 200_000), worth=st.integers(-50, 2_000), seed=st.integers(0, 1000))
def test_a_constrained_trader_never_makes_a_loss(cost: int, worth: int, seed: int) -> None:
    view = replace(VIEW, floor=-10_000)
    plant = Strategy().propose(me("zero_intelligence", {}, cost=cost), view, stream(seed, "test"), 5)
    bid = Strategy().propose(user({"lowest_per_mwh": 0, "highest_per_mwh": worth}), view, stream(seed, "test"), 5)
    assert plant
    assert bid
    assert plant.segments[0].price >= min(cost, view.cap)
    assert bid.segments[0].price <= worth * 100
