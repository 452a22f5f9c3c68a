"""Certificate and twin where figures are large: prices of two billion ticks, and gaps that rounding makes of billions of kWh."""

from __future__ import annotations

import pytest
from pair import START, error
from test_twins_agree import GATE, Auction, placed
from tiny_books import tiny_book, tiny_rules

from shengdian.sim.base.types import Line, Rules
from shengdian.sim.base.units import PPM
from shengdian.sim.chain.abi import interface
from shengdian.sim.solve.book import Book

WIDE = 2 * 10**9
"""fen/MWh or kWh"""


def cleared(book: Book, rules: Rules) -> tuple[list[int], int]:
    """Prices, and the gap in 1e-5 CNY, as the event has them."""
    auction = Auction(rules, book.zone.tolist())
    placed(auction, book)
    receipt = auction.block([auction.clear(auction.solution(book))], START + GATE).receipts[0]
    assert error(receipt) == ""
    event = interface(auction.kind).event(receipt.logs[0])[1]
    return list(event["prices"]), int(event["gap"])


@pytest.mark.parametrize("price", [999_999_999, 1_500_000_000, WIDE])
def test_a_price_of_billions_is_right_to_the_tick(price: int) -> None:
    assert cleared(tiny_book(f"s1@{price}, b1@{price}"), tiny_rules(zones=1, cap=WIDE, k=0)) == ([price], 0)


@pytest.mark.parametrize("loss", [12_345, 66_667, 123_456, 250_001, 333_333])
@pytest.mark.parametrize("k", [0, 333_333, PPM])
def test_a_gap_is_what_rounding_leaves_of_billions_of_kwh(loss: int, k: int) -> None:
    """A line with room carries all: its prices are right to a billionth of a tick, which billions of kWh make a gap of some units."""
    book = tiny_book(f"A s{WIDE}@10, B b{WIDE}@400")
    _, gap = cleared(book, tiny_rules((2 * WIDE, 7, loss), cap=500, k=k))
    assert 0 <= gap < 10


@pytest.mark.parametrize("k", [0, 333_333, PPM])
def test_a_lost_kwh_counts_at_its_price_from_0_and_not_from_the_floor(k: int) -> None:
    """Of A's 2 kWh one arrives, all but two millionths of another is lost on the way to where energy is worth a billion."""
    rules = Rules(2, (Line(0, 1, 2, 2_000, 1),), -WIDE, WIDE, k)
    prices, gap = cleared(tiny_book(f"A s2@{-WIDE // 2}, B b9@{WIDE // 2}"), rules)
    assert prices[1] == WIDE // 2
    assert gap > 0
