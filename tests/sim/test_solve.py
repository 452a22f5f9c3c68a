"""Laws of clearing on random books."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from random_books import Market, markets
from scipy.optimize import linprog
from tiny_books import tiny_book, tiny_rules

from shengdian.sim.base.types import Line, Rules, SurplusDeficit
from shengdian.sim.solve.book import Book, welfare
from shengdian.sim.solve.certificate import Clearing, certify, net_exports
from shengdian.sim.solve.clearing import solve, solve_two_stage
from shengdian.sim.solve.regional_book import firm_exports, flexible_book, kept
from tests.sim.where_strict import where_strict

few = settings(max_examples=60, deadline=None)


def cleared(market: Market) -> Clearing:
    book, rules = market
    with where_strict():
        return certify(book, rules, solve(book, rules, 0), 0)


def gains(book: Book, clearing: Clearing) -> int:
    """1e-5 CNY: buyers' value less sellers' cost less line charges."""
    return welfare(book, clearing.fills) - sum(clearing.charges)


def best_gains(book: Book, rules: Rules) -> float:
    """The optimum of the plain problem: every order a variable, interior point."""
    orders, lines = len(book), len(rules.lines)
    if not orders:
        return 0.0
    balance = np.zeros((rules.zones, orders + lines))
    for row in range(orders):
        balance[book.zone[row], row] = 1 if book.sells[row] else -1
    for column, line in enumerate(rules.lines, orders):
        balance[line.source, column] -= 1
        balance[line.target, column] += 1 - line.loss / 1e6
    cost = [*np.where(book.sells, book.price, -book.price), *(line.charge for line in rules.lines)]
    most = [*book.quantity, *(line.capacity for line in rules.lines)]
    best = linprog(cost, A_eq=balance, b_eq=np.zeros(rules.zones), bounds=[(0, limit) for limit in most], method="highs-ipm")
    return -float(best.fun)


def close(value: float) -> float:
    """What floats may be off at this size."""
    return 1e-3 + 1e-6 * abs(value)


@few
@given(markets(losses=False))
def test_welfare_equals_the_lp_without_losses(market: Market) -> None:
    clearing, best = cleared(market), best_gains(*market)
    assert clearing.gap == 0
    assert abs(gains(market[0], clearing) - best) <= close(best)


@few
@given(markets())
def test_welfare_is_within_the_emitted_gap_of_the_lp(market: Market) -> None:
    clearing, best = cleared(market), best_gains(*market)
    assert best - gains(market[0], clearing) <= clearing.gap + close(best)


@few
@given(markets())
def test_no_one_trades_worse_than_their_limit(market: Market) -> None:
    book, clearing = market[0], cleared(market)
    for row in np.flatnonzero(clearing.fills):
        price = clearing.prices[book.zone[row]]
        assert price is not None
        assert price >= book.price[row] if book.sells[row] else price <= book.price[row]


@few
@given(markets())
def test_energy_and_money_balance(market: Market) -> None:
    book, rules = market
    with where_strict():
        solution = solve(book, rules, 0)
    clearing = certify(book, rules, solution, 0)
    assert ((clearing.fills >= 0) & (clearing.fills <= book.quantity)).all()
    taken = np.where(book.sells, -clearing.fills, clearing.fills)
    money = sum(clearing.charges) + sum(clearing.rents)
    for zone, net in enumerate(net_exports(rules, solution)):
        assert int(taken[book.zone == zone].sum()) == -net
        money -= (clearing.prices[zone] or 0) * int(taken[book.zone == zone].sum())
    assert money == 0


@few
@given(markets(), st.randoms(use_true_random=False))
def test_order_of_submission_does_not_change_prices(market: Market, random: st.DataObject) -> None:
    book, rules = market
    places = list(range(len(book)))
    random.shuffle(places)  # type: ignore[attr-defined]
    shuffled = Book(book.zone[places], book.sells[places], book.price[places], book.quantity[places])
    assert cleared((shuffled, rules)).prices == cleared(market).prices


@few
@given(markets())
def test_lines_without_capacity_are_isolated_zones(market: Market) -> None:
    book, rules = market
    closed = replace(rules, lines=tuple(replace(line, capacity=0) for line in rules.lines))
    shut, alone = cleared((book, closed)), cleared((book, replace(rules, lines=())))
    assert shut.prices == alone.prices
    assert shut.fills.tolist() == alone.fills.tolist()


@few
@given(markets(most_zones=6))
def test_free_lines_without_limit_give_one_price(market: Market) -> None:
    book, rules = market
    ring = tuple(Line(zone, (zone + step) % rules.zones, 10**9, 0, 0) for zone in range(rules.zones) for step in (1, -1) if rules.zones > 1)
    clearing = cleared((book, replace(rules, lines=ring)))
    together = cleared((Book(book.zone * 0, book.sells, book.price, book.quantity), replace(rules, zones=1, lines=())))
    assert set(clearing.prices) - {None} <= set(together.prices)
    assert gains(book, clearing) == gains(book, together)


@few
@given(markets(losses=False))
def test_wider_markets_gain_more(market: Market) -> None:
    """Provincial, then two stages, then coupled."""
    book, rules = market
    provincial, regional, first = solve_two_stage(book, rules, reading="economic", hour=0)
    alone = certify(book, replace(rules, lines=()), provincial, 0)
    firm = firm_exports(book, first, "economic", rules.zones)
    second = certify(flexible_book(book, first, "economic"), rules, regional, 0, firm)
    final = second.fills + np.where(book.sells, 0, first)
    two_stage = welfare(book, final) - sum(second.charges)
    assert gains(book, alone) <= two_stage <= gains(book, cleared(market))


def two_stages(book: Book, rules: Rules, reading: SurplusDeficit) -> int:
    """Welfare less line charges, 1e-5 CNY."""
    _, regional, first = solve_two_stage(book, rules, reading, 0)
    second = certify(flexible_book(book, first, reading), rules, regional, 0, firm_exports(book, first, reading, rules.zones))
    return welfare(book, second.fills + kept(book, first, reading)) - sum(second.charges)


@few
@given(markets(losses=False), st.data())
def test_every_reading_gains_and_none_more_than_the_economic_one(market: Market, data: st.DataObject) -> None:
    book, rules = market
    flags = data.draw(st.lists(st.booleans(), min_size=len(book), max_size=len(book)))
    book = replace(book, renewable=np.array(flags, np.bool_))
    alone = gains(book, cleared((book, replace(rules, lines=()))))
    most = two_stages(book, rules, "economic")
    for reading in ("physical", "renewable"):
        assert alone <= two_stages(book, rules, reading) <= most


def test_coal_serves_a_short_neighbour_where_unsold_energy_is_surplus_and_not_where_only_renewables_are() -> None:
    """So no law orders `physical` and `renewable`: which gains more depends on the hour."""
    book, rules = tiny_book("A s5@2, B b5@9"), replace(tiny_rules(), lines=(Line(0, 1, 5, 0, 0),))
    assert two_stages(book, rules, "physical") == 5 * (9 - 2)
    assert two_stages(book, rules, "renewable") == 0
    water = replace(tiny_book("A s5@2, B s5@8, b5@9"), renewable=np.array([True, False, False]))
    assert two_stages(water, rules, "physical") == 5 * (9 - 8)
    assert two_stages(water, rules, "renewable") == 5 * (9 - 2)


def test_a_markup_holds_in_the_second_stage_alone() -> None:
    """A's plant at 8 asks 3 less in the region: it is replaced only by what costs less than 5 there."""
    book, rules = tiny_book("A s5@8, b5@10, B s5@2"), replace(tiny_rules(), lines=(Line(1, 0, 4, 1, 0),))
    book = replace(book, regional=np.array([5, 10, 2]))
    provincial, regional, first = solve_two_stage(book, rules, "economic", 0)
    assert certify(book, replace(rules, lines=()), provincial, 0).prices[0] == 9
    clearing = certify(flexible_book(book, first, "economic"), rules, regional, 0, (5, 0))
    assert (clearing.fills.tolist(), clearing.prices) == ([1, 0, 4], (5, 2))


@few
@given(markets())
def test_physical_stage_leaves_provincial_trades_alone(market: Market) -> None:
    book, rules = market
    with where_strict():
        _, regional, first = solve_two_stage(book, rules, reading="physical", hour=0)
    assert firm_exports(book, first, "physical", rules.zones) == (0,) * rules.zones
    clearing = certify(flexible_book(book, first, "physical"), rules, regional, 0)
    assert (first + clearing.fills <= book.quantity).all()


@few
@given(markets())
def test_economic_stage_serves_all_provincial_purchases(market: Market) -> None:
    book, rules = market
    with where_strict():
        _, regional, first = solve_two_stage(book, rules, reading="economic", hour=0)
    clearing = certify(flexible_book(book, first, "economic"), rules, regional, 0, firm_exports(book, first, "economic", rules.zones))
    final = clearing.fills + np.where(book.sells, 0, first)
    out, arrived = sum(regional.sent), sum(regional.received)
    assert int(final[book.sells].sum()) == int(final[~book.sells].sum()) + out - arrived


def test_cheaper_plant_of_another_province_replaces_a_cleared_one() -> None:
    """A's demand of 5 is first met at home at 8, then from B at 2; A's own plant buys back what it sold."""
    book, rules = tiny_book("A s5@8, b5@10, B s5@2"), replace(tiny_rules(), lines=(Line(1, 0, 4, 1, 0),))
    _, regional, first = solve_two_stage(book, rules, reading="economic", hour=0)
    assert first.tolist() == [5, 5, 0]
    clearing = certify(flexible_book(book, first, "economic"), rules, regional, 0, (5, 0))
    assert (regional.sent, clearing.fills.tolist(), clearing.prices) == ((4,), [1, 0, 4], (8, 2))


def test_shortage_is_priced_between_served_and_unserved_bids() -> None:
    book, rules = tiny_book("s3@1, b3@9, b2@5"), tiny_rules(zones=1)
    assert cleared((book, rules)).prices == (7,)


def test_empty_book_has_no_price() -> None:
    rules = tiny_rules((5, 0, 0))
    assert cleared((Book.of([]), rules)).prices == (None, None)


def test_zone_that_energy_passes_through_has_a_price() -> None:
    book = tiny_book("A s4@1, C b4@9")
    rules = replace(tiny_rules(zones=3), lines=(Line(0, 1, 5, 0, 0), Line(1, 2, 4, 2, 0)))
    clearing = cleared((book, rules))
    assert clearing.prices == (4, 4, 6)
    assert clearing.rents == (0, 0)


def test_large_quantities_stay_exact() -> None:
    book = tiny_book(f"A s{2**32 - 1}@1, s{2**32 - 1}@1, b{2**32 - 2}@9")
    clearing = cleared((book, tiny_rules(zones=1)))
    assert clearing.fills.tolist() == [2**31 - 1, 2**31 - 1, 2**32 - 2]
    assert ceil(clearing.gap) == 0
