"""The inter-provincial spot rule: tiny regions worked by hand, and its laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_books import Market, markets
from tiny_books import tiny_book

from shengdian.sim.base.types import READINGS, Line, SurplusDeficit
from shengdian.sim.solve.book import Book, welfare
from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.clearing import solve
from shengdian.sim.solve.corridor_matching import Matched, match
from shengdian.sim.solve.paths import Path, list_paths
from tests.sim.where_strict import where_strict


def line(source: int, target: int, capacity: int = 1000, tariff: int = 0, loss: int = 0) -> Line:
    return Line(source, target, capacity, tariff, loss, tariff=tariff)


def matched(
    text: str,
    *lines: Line,
    zones: int = 2,
    provinces: int = 0,
    sold: tuple[int, ...] = (),
    reading: SurplusDeficit = "economic",
    longest: int = 4,
) -> Matched:
    """The region of a tiny book, every row another trader's; `sold` is kWh by row that cleared at home."""
    book = tiny_book(text)
    fills = np.array(sold or (0,) * len(book), np.int64)
    paths = list_paths(lines, provinces or zones, longest)
    return match(book, fills, reading, range(len(book)), paths, [each.capacity for each in lines], zones)


def met(result: Matched) -> list[tuple[int, int, int, int, int]]:
    """Path, ask, bid, sent and received of every match."""
    return [(each.path, each.ask, each.bid, each.sent, each.received) for each in result.matches]


def test_two_provinces_on_one_path() -> None:
    """Bids 100 and 60 are worth 100 x .9 - 10 x .9 = 81 and 45 at A. 81 - 20 first, then 81 - 40, then 45 - 40; 45 - 50 is negative."""
    result = matched("A s90@20 s90@40 s90@50 B b100@100 b100@60", line(0, 1, tariff=10, loss=100_000))
    assert met(result) == [(0, 20, 100, 90, 81), (0, 40, 100, 21, 19), (0, 40, 60, 69, 62)]
    assert result.sold.tolist() == [90, 90, 0, 0, 0]
    assert result.bought.tolist() == [0, 0, 0, 100, 62]
    assert result.prices == (42, 57)  # half of 40 and 45; (42 + 9) / .9 = 56.67
    assert result.money.tolist() == [90 * 42, 90 * 42, 0, -100 * 57, -62 * 57]
    assert result.flows == ((180, 162),)


def test_the_largest_difference_goes_first() -> None:
    """A to B differs by 50, A to C by 70: the 30 kWh of A go to C first, B gets the rest."""
    result = matched("A s30@10 B b25@60 C b20@80", line(0, 1), line(0, 2), zones=3)
    assert met(result) == [(1, 10, 80, 20, 20), (0, 10, 60, 10, 10)]
    assert result.prices == (35, 35, 35)  # of A's last match, with B


def test_three_provinces_share_a_hub() -> None:
    """Both A and B sell to C over hub D, whose line to C carries 30: the cheaper A takes 20 of it, B the rest."""
    lines = (line(0, 3, 20), line(1, 3, 20), line(3, 2, 30))
    result = matched("A s50@10 B s50@15 C b100@40", *lines, zones=4, provinces=3)
    assert met(result) == [(0, 10, 40, 20, 20), (1, 15, 40, 10, 10)]
    assert result.flows == ((20, 20), (10, 10), (30, 30))
    assert result.prices == (25, 27, 25, None)  # C pays 25 for 20 and 27 for 10


def test_orders_at_one_price_share_pro_rata() -> None:
    result = matched("A s10@10 s20@10 B b9@50 b6@50", line(0, 1))
    assert met(result) == [(0, 10, 50, 15, 15)]
    assert result.sold.tolist() == [5, 10, 0, 0]
    assert result.bought.tolist() == [0, 0, 9, 6]


def test_tied_provinces_share_pro_rata() -> None:
    """A with 30 and B with 10 tie for the 20 kWh of C."""
    result = matched("A s30@10 B s10@10 C b20@50", line(0, 2), line(1, 2), zones=3)
    assert met(result) == [(0, 10, 50, 15, 15), (1, 10, 50, 5, 5)]


def test_tied_paths_on_an_overloaded_channel_are_scaled() -> None:
    """60 of A for C and 40 of B for D would load the line E to F with 100; it carries 50: 30 and 20."""
    lines = (line(0, 4), line(1, 4), line(4, 5, 50), line(5, 2), line(5, 3))
    text = "A s60@10 B s40@10 C b60@50 D b40@50"
    result = matched(text, *lines, zones=6, provinces=4)
    assert sum(each.received for each in result.matches) == 50
    assert result.sold.tolist()[:2] == [30, 20]
    assert result.bought.tolist()[2:] == [30, 20]


def test_the_most_violated_channel_is_scaled_first() -> None:
    """60 of A and 60 of C load A's line with 6 x its room of 10 and then B's line of 60 with 10 + 60: 8 and 51. The last kWh is A's.

    B's line first would leave 10 and 50.
    """
    lines = (line(0, 3, 10), line(2, 3), line(3, 1, 60))
    result = matched("A s60@10 B b200@50 C s60@10", *lines, zones=4, provinces=3)
    assert result.sold.tolist() == [9, 0, 51]


def test_without_a_path_nothing_meets() -> None:
    assert matched("A s10@10 B b10@50", line(1, 0)).matches == ()
    assert matched("A s10@10 B b10@50", line(0, 1, capacity=0)).matches == ()


def test_a_negative_difference_stops() -> None:
    """50 less a tariff of 40 is the 10 that is asked; one fen more is too much."""
    assert met(matched("A s10@10 B b10@50", line(0, 1, tariff=40))) == [(0, 10, 50, 10, 10)]
    assert matched("A s10@10 B b10@50", line(0, 1, tariff=41)).matches == ()


def test_a_cleared_plant_is_replaced_under_economic_only() -> None:
    """B's plant sold 20 of its 30 kWh at home at 60 or more."""
    text, sold = "A s50@10 B s30@60 b20@90", (0, 20, 20)
    economic = matched(text, line(0, 1), sold=sold)
    assert met(economic) == [(0, 10, 60, 20, 20)]
    assert economic.bought.tolist() == [0, 20, 0]
    assert economic.money.tolist() == [20 * 35, -20 * 35, 0]
    assert matched(text, line(0, 1), sold=sold, reading="physical").matches == ()


def test_who_bought_may_not_sell() -> None:
    """B's plant buys its 20 kWh back from A first (50 - 10); so the rest of its 30 does not go to C (60 - 50)."""
    result = matched("A s20@10 B s30@50 C b10@60", line(0, 1), line(1, 2), zones=3, sold=(0, 20, 0), longest=1)
    assert met(result) == [(0, 10, 50, 20, 20)]


def test_who_sold_may_not_buy() -> None:
    """B's plant sells 10 kWh to C first (90 - 50); so A does not replace what it sold at home (50 - 30)."""
    result = matched("A s20@30 B s30@50 C b10@90", line(0, 1), line(1, 2), zones=3, sold=(0, 20, 0), longest=1)
    assert met(result) == [(1, 50, 90, 10, 10)]


Region = tuple[Market, tuple[int, ...], tuple[int, ...], tuple[Path, ...]]


@st.composite
def regions(draw: st.DrawFn, losses: bool = True) -> Region:
    """A market, what cleared at home by row, whose orders the rows are, and the paths; charges are per MWh that arrives."""
    book, rules = draw(markets(losses, most_zones=5, most_orders=16))
    lines = tuple(line(each.source, each.target, each.capacity, each.charge, each.loss) for each in rules.lines)
    rules, alone = replace(rules, lines=lines), replace(rules, lines=())
    fills = certify(book, alone, solve(book, alone, 0), 0).fills
    # up to three traders a zone and side
    side = (2 * book.zone + book.sells).tolist()
    trader = [place + 100 * draw(st.integers(0, 2)) for place in side]
    return (book, rules), tuple(fills.tolist()), tuple(trader), list_paths(lines, rules.zones)


def run(region: Region, reading: SurplusDeficit) -> Matched:
    (book, rules), fills, trader, paths = region
    return match(book, np.array(fills, np.int64), reading, trader, paths, [each.capacity for each in rules.lines], rules.zones)


@settings(max_examples=150, deadline=None)
@given(regions(), st.sampled_from(READINGS))
def test_laws_of_every_region(region: Region, reading: SurplusDeficit) -> None:
    (book, rules), fills, trader, paths = region
    result = run(region, reading)
    first = np.array(fills, np.int64)
    assert all(sent <= each.capacity for each, (sent, _) in zip(rules.lines, result.flows, strict=True))
    differences = [paths[each.path].converted(each.bid) - each.ask * 10**18 for each in result.matches]
    assert all(value >= 0 for value in differences)
    assert differences == sorted(differences, reverse=True)
    assert all(sum(part for _, part in each.parts) == each.received for each in result.matches)
    assert (result.sold <= np.where(book.sells, book.quantity - first, 0)).all()
    assert (result.bought <= np.where(book.sells, first * (reading != "physical"), book.quantity - first)).all()
    sellers, buyers = ({trader[row] for row in np.flatnonzero(energy)} for energy in (result.sold, result.bought))
    assert not sellers & buyers
    for row in np.flatnonzero(result.sold).tolist():
        assert result.money[row] >= book.price[row] * result.sold[row]
    for row in np.flatnonzero(result.bought).tolist():
        assert -result.money[row] <= book.price[row] * result.bought[row]


@settings(max_examples=150, deadline=None)
@given(regions())
def test_no_more_welfare_than_the_coupled_auction(region: Region) -> None:
    (book, rules), fills, _, _ = region
    result = run(region, "economic")
    last = np.array(fills, np.int64) + np.where(book.sells, result.sold - result.bought, result.bought)
    with where_strict():
        coupled = solve(book, rules, 0)
    clearing = certify(book, rules, coupled, 0)

    def gain(trades: np.ndarray, sent: tuple[int, ...]) -> int:
        return welfare(book, trades) - sum(each.charge * energy for each, energy in zip(rules.lines, sent, strict=True))

    sent = tuple(out for out, _ in result.flows)
    rounding = sum(abs(got * 10**6 - out * (10**6 - each.loss)) for each, (out, got) in zip(rules.lines, result.flows, strict=True))
    worth = rounding * max(abs(rules.floor), abs(rules.cap)) // 10**6 + 1
    assert gain(last, sent) <= gain(clearing.fills, coupled.sent) + clearing.gap + worth


@pytest.mark.parametrize("reading", READINGS)
def test_a_region_without_anyone_is_empty(reading: SurplusDeficit) -> None:
    result = match(Book.of(()), np.zeros(0, np.int64), reading, (), (), (), 2)
    assert result.matches == ()
    assert result.prices == (None, None)
