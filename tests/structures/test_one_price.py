"""One price with redispatch on random books, with losses, charges, offers below 0 and bids at any price."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from random_books import Market, markets
from tiny_books import tiny_book, tiny_rules

from shengdian.sim.base.types import Rules
from shengdian.sim.solve.book import Book, Integers, welfare
from shengdian.sim.solve.certificate import Clearing, certify
from shengdian.sim.solve.clearing import NoStrictSolution
from shengdian.sim.solve.redispatch import fixed_load, merit_order, payments_of, solve_one_price

some = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def cleared(book: Book, rules: Rules) -> tuple[Clearing, Clearing, Integers]:
    """The merit order, the redispatch and 1e-5 of money by row."""
    try:
        (first, second), strict = solve_one_price(book, rules, 0), True
    except NoStrictSolution:
        (first, second), strict = solve_one_price(book, rules, 0, loosely=True), False
    merit = merit_order(book, rules, first, 0)
    found = certify(fixed_load(book, merit.fills, rules.cap), rules, second, 0, strict=strict)
    price = merit.prices[0] or 0
    return merit, found, payments_of(book, np.full(len(book), price), merit.fills, found.fills)


@some
@given(market=markets(most_zones=5))
def test_uplift_is_not_below_zero_and_nobody_trades_worse_than_the_own_order(market: Market) -> None:
    book, rules = market
    merit, found, money = cleared(book, rules)
    uplift = int(money.sum()) + sum(found.charges)
    # a lossy line may take a kWh more than its loss, which offers below 0 make worth something
    assert uplift >= min(rules.floor, 0) * sum(1 for line in rules.lines if line.loss)
    own = book.price * found.fills
    assert (money[book.sells] >= own[book.sells]).all()
    assert (-money[~book.sells] <= own[~book.sells]).all()
    assert (found.fills[~book.sells] <= merit.fills[~book.sells]).all()
    # what everybody gains beside the price: uplift is what the lines cost in welfare, at the one price for load that goes without
    price = merit.prices[0] or 0
    without = int((merit.fills - found.fills)[~book.sells].sum())
    served = welfare(book, np.where(book.sells, merit.fills, 0)) - welfare(book, np.where(book.sells, found.fills, 0))
    assert uplift == served + price * without + sum(found.charges)


@some
@given(market=markets(losses=False, most_zones=4))
def test_load_of_the_merit_order_is_served_where_every_zone_could_serve_its_own(market: Market) -> None:
    book, rules = market
    merit, found, _ = cleared(book, rules)
    for zone in range(rules.zones):
        here = book.zone == zone
        if book.quantity[here & book.sells].sum() < merit.fills[here & ~book.sells].sum():
            return
    assert (found.fills[~book.sells] == merit.fills[~book.sells]).all()


@some
@given(market=markets(most_zones=1))
def test_of_one_zone_nothing_is_redispatched(market: Market) -> None:
    merit, found, money = cleared(*market)
    assert (found.fills == merit.fills).all()
    assert money.sum() == 0


def test_a_bid_that_gives_way_keeps_to_the_merit_order_when_a_line_is_full() -> None:
    """A bids 3 at 6 and B's plant asks 9; the line carries 2 of A's 10 kWh. B's load stays, though it bid less than 9."""
    book, rules = tiny_book("A s10@2, b3@6, B s10@9, b5@8"), tiny_rules((2, 0, 0), k=0)
    merit, found, money = cleared(book, rules)
    assert merit.prices == (2,)
    assert merit.fills.tolist() == [8, 3, 0, 5]
    assert found.fills.tolist() == [5, 3, 3, 5]
    assert money.tolist() == [8 * 2 - 3 * 2, -3 * 2, 3 * 9, -5 * 2]
    assert money.sum() == 3 * (9 - 2)
