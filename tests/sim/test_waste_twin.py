"""Contract and twin judge alike every whole flow of books with losses: what is wasted, what a zone could use, when a line is full."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import START, error
from test_certificate_on_chain import LOOSE_FROM, words_of
from test_twins_agree import GATE, Auction, placed
from tiny_books import tiny_book

from evidence.uniqueness.books import tiny_market
from shengdian.sim.base.types import Line, Rules, Submission
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import Market, solve
from shengdian.sim.solve.supporting_prices import NotSupporting

HALF = 500_000


def supported(book: Book, rules: Rules) -> list[Submission]:
    """Every whole flow for which there are supporting prices, with them."""
    market, found = Market(book, rules, 0), []
    for sent in product(*(range(line.capacity + 1) for line in rules.lines)):
        try:
            found.append(market.priced(sent))
        except (NotSupporting, RuntimeError):
            continue
    return found


@pytest.mark.long
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6))
def test_every_flow_of_a_tiny_lossy_book_that_prices_support_is_judged_alike(seed: int) -> None:
    """No two are taken by the strict rule that pay differently; all that it refuses are wasteful, and pass late in the hour."""
    book, rules, _ = tiny_market(Random(seed))
    auction = Auction(rules, book.zone.tolist())
    placed(auction, book)
    flows = supported(book, rules)
    receipts = auction.block([auction.clear(words_of(each)) for each in flows], START + GATE).receipts
    assert {error(receipt) for receipt in receipts} <= {"", "AlreadyCleared", "EnergyWasted"}
    if flows and not any(receipt.success for receipt in receipts):
        assert auction.block([auction.clear(words_of(flows[0]))], START + LOOSE_FROM).receipts[0].success
    assert sum(auction.balances()) == 0


@pytest.mark.parametrize(
    ("book", "lines", "sent", "expected"),
    [
        # Half of what A sends arrives in B, which wants more: of an odd kWh nothing arrives.
        ("A s3@10, B b9@1000", (Line(0, 1, 5, 0, HALF),), (3,), ""),  # A has nothing else to do with it
        ("A s9@10, B b9@1000", (Line(0, 1, 5, 0, HALF),), (5,), "EnergyWasted"),  # A need not have sold it
        # C brings A what A sends on.
        ("C s9@10, B b9@1000", (Line(0, 1, 5, 0, HALF), Line(2, 0, 5, 0, 0)), (5, 5), "EnergyWasted"),  # C could bring one less
        ("C s3@10, B b9@1000", (Line(0, 1, 5, 0, HALF), Line(2, 0, 5, 0, 0)), (3, 3), ""),  # and would be no better off
        # C would pay 10 for it, more than A's plant asks.
        ("A s5@5, B b9@1000, C b9@10", (Line(0, 1, 5, 0, HALF), Line(0, 2, 5, 0, 0)), (5, 0), "EnergyWasted"),
        # C would pay less than the 500 that it is worth in A.
        ("A s3@10, B b9@1000, C b9@4", (Line(0, 1, 5, 0, HALF), Line(0, 2, 5, 0, 0)), (3, 0), ""),
        # Of the only kWh nothing arrives, and C could keep it.
        ("C s9@10, B b9@1000", (Line(0, 1, 1, 0, HALF), Line(2, 0, 5, 0, 0)), (1, 1), "EnergyWasted"),
    ],
    ids=["all that there is", "own offer", "brought", "brought all", "sent elsewhere", "worth less", "only one"],
)
def test_a_kwh_may_be_wasted_where_nobody_could_use_it(book: str, lines: tuple[Line, ...], sent: tuple[int, ...], expected: str) -> None:
    rows, rules = tiny_book(book), Rules(3, lines, 0, 1000, HALF)
    auction = Auction(rules, rows.zone.tolist())
    placed(auction, rows)
    wasteful = words_of(Market(rows, rules, 0).priced(sent))
    assert error(auction.block([auction.clear(wasteful)], START + GATE).receipts[0]) == expected
    late = auction.block([auction.clear(wasteful)], START + LOOSE_FROM).receipts[0]
    assert error(late) == ("" if expected else "AlreadyCleared")


@pytest.mark.parametrize(("capacity", "loss"), [(16, HALF), (16, 250_000), (16, 66_667), (2, 1)])
def test_a_line_is_full_at_what_can_arrive_of_its_capacity(capacity: int, loss: int) -> None:
    """What it could send beyond that would be lost; the price behind it is then its own."""
    rows, rules = tiny_book("A s99@10, B b99@400"), Rules(2, (Line(0, 1, capacity, 0, loss),), 0, 500, HALF)
    auction = Auction(rules, rows.zone.tolist())
    placed(auction, rows)
    arrive = [(PPM - loss) * sent // PPM for sent in range(capacity + 1)]
    right = solve(rows, rules, 0)
    assert right.sent == (arrive.index(arrive[-1]),)
    others = [replace(right, sent=(sent,), received=(arrive[sent],)) for sent in range(capacity + 1) if (sent,) != right.sent]
    receipts = auction.block([auction.clear(words_of(each)) for each in (*others, right)], START + GATE).receipts
    assert [receipt.success for receipt in receipts] == [False] * capacity + [True]
