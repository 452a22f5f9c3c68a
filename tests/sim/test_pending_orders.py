"""What a front-runner reckons in its head is what the clearing then pays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tiny_books import tiny_book, tiny_rules

from shengdian.sim.base.orders import Orders
from shengdian.sim.base.types import Bid, Line, Offer, Segment
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.pending_orders import PendingOrders
from shengdian.sim.solve.book import Book

ME = "me"


def pending(mechanism: str) -> PendingOrders:
    """A sells 10 at 4, B (elsewhere) 10 at 1; C bids for 6 at 8, D for 6 at 6."""
    orders = [Offer("A", (Segment(4, 10),)), Offer("B", (Segment(1, 10),)), Bid("C", (Segment(8, 6),)), Bid("D", (Segment(6, 6),))]
    rules = MarketRules(("N", "S"), tiny_rules(), 0, mechanism=mechanism)
    return PendingOrders(Orders.of(orders), (), {"A": 0, "B": 1, "C": 0, "D": 0, ME: 0}, rules, 0)


def test_rivals_are_those_of_the_own_zone_where_there_are_no_lines() -> None:
    rivals = pending("uniform").rivals(ME)
    assert (rivals.price.tolist(), rivals.quantity.tolist(), rivals.zone.tolist()) == ([4, 8, 6], [10, 6, 6], [0, 0, 0])


@pytest.mark.parametrize(
    ("mechanism", "at_cost", "just_below"),
    [
        ("uniform", 6 * (4 - 2), 6 * (4 - 2)),  # A is marginal either way
        ("pay-as-bid", 0, 6 * (3 - 2)),
        ("matched-pairs", 6 * (5 - 2), 6 * (5 - 2)),  # half of 2 + 8, half of 3 + 8 rounded down
    ],
)
def test_profit_of_six_kwh_offered_at_cost_and_just_below_the_rival(mechanism: str, at_cost: int, just_below: int) -> None:
    seen = pending(mechanism)
    rivals = seen.rivals(ME)

    def earned(offer: str) -> int:
        return seen.profit(rivals, tiny_book(offer), 2)

    assert (earned("s6@2"), earned("s6@3")) == (at_cost, just_below)


def test_an_offer_above_every_bid_earns_nothing() -> None:
    seen = pending("uniform")
    assert seen.profit(seen.rivals(ME), Book.of([(0, True, 9, 5)]), 2) == 0


@pytest.mark.parametrize(("water", "left"), [(("B",), 6 * (7 - 3)), ((), 6 * (7 - 4))])
def test_who_gives_water_may_replace_the_offer_in_a_second_stage(water: tuple[str, ...], left: int) -> None:
    """At home 6 are sold at 7, half of 6 and 8, at a cost of 4. B's water takes them over, and we buy back at 3, half of 1 and 6, rounded
    down; what burns fuel does not."""
    orders = [Offer("B", (Segment(1, 10),)), Bid("C", (Segment(8, 6),))]
    rules = MarketRules(("N", "S"), replace(tiny_rules(), lines=(Line(1, 0, 6, 0, 0),)), 0, surplus_deficit="renewable")
    seen = PendingOrders(Orders.of(orders), (), {"B": 1, "C": 0, ME: 0}, rules, 0, water)
    assert seen.rivals(ME).renewables().tolist() == [bool(water), False]
    assert seen.profit(seen.rivals(ME), seen.offer(ME, (Segment(6, 6),)), 4) == left
