"""What the flow certificate leaves to whoever solves: of orders at their node's price, which trade. No tie-breaking cost decides there."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from nodal import Nodal
from pair import START, error
from random_networks import Meshed, networks
from test_flow_certificate import triangle

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.types import NodalSolution, Rules
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import staircases
from shengdian.sim.solve.flow_certificate import NodalClearing, certify_nodal
from shengdian.sim.solve.nodal_clearing import _priced, solve_nodal

GATE = 1800
EQUAL = Book.of([(0, True, 10, 500), (1, True, 10, 500), (2, False, 60, 500)])
"""two plants ask the same at two nodes, and one of them is enough"""


@pytest.mark.parametrize("first", [0, 1, 250, 499, 500])
def test_of_equal_offers_at_two_nodes_whoever_solves_chooses_how_much_each_sells(first: int) -> None:
    rules = triangle(10**6)
    auction = Nodal(EQUAL, rules)
    chosen = with_exports(EQUAL, rules, (first, 500 - first, -500))
    assert error(auction.block([auction.clear(chosen)], START + GATE).receipts[0]) == ""
    assert auction.balances() == [0, 0, 10 * first, 10 * (500 - first), -5_000]


def with_exports(book: Book, rules: Rules, net: tuple[int, ...]) -> NodalSolution:
    """The solution with these net exports; RuntimeError or Reverted where no prices support them."""
    assert rules.network is not None
    return _priced(net, staircases(book, rules), rules, rules.network)


def others(book: Book, rules: Rules, right: NodalSolution) -> list[NodalClearing]:
    """What is accepted besides, of all that has 1, 7 or 50 kWh sold at another node."""
    found = []
    for energy in (1, 7, 50):
        for more, less in permutations(range(rules.zones), 2):
            net = list(right.net)
            net[more], net[less] = net[more] + energy, net[less] - energy
            try:
                found.append(certify_nodal(book, rules, with_exports(book, rules, tuple(net))))
            except (RuntimeError, Reverted):
                continue
    return found


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=networks(most_zones=4, most_orders=12))
def test_no_choice_moves_a_price_or_what_anybody_gains_by_the_own_orders(case: Meshed) -> None:
    """Prices are the same where anything is traded, and who is filled otherwise gets what it asked, or pays what it bid."""
    book, rules, _ = case
    book = replace(book, price=np.clip(book.price // 40 * 40, rules.floor, rules.cap))
    right = solve_nodal(book, rules)
    first = certify_nodal(book, rules, right)
    gains = gained(book, first)
    for other in others(book, rules, right):
        assert other.prices == first.prices or None in (other.prices[0], first.prices[0])
        assert gained(book, other) == gains


def gained(book: Book, clearing: NodalClearing) -> list[int]:
    """1e-5 CNY by order: what its node's price is better than its own, times its fill."""
    prices = [clearing.prices[zone] for zone in book.zone.tolist()]
    rows = zip(prices, book.price.tolist(), book.sells.tolist(), clearing.fills.tolist(), strict=True)
    return [0 if price is None else (price - own if sells else own - price) * fill for price, own, sells, fill in rows]
