"""Auctions and twins where words end: rows that fill a word of eight or one more, and more lines than one hash has draws."""

from __future__ import annotations

import pytest
from fills import unpack_fills
from pair import START, error
from test_certificate_on_chain import words_of
from test_matched_pairs_twin import GATE, KIND, Matching
from test_twins_agree import Auction, placed
from tiny_books import tiny_book, tiny_rules

from shengdian.sim.base.types import Bid, Line, Offer, Order, Rules, Segment
from shengdian.sim.chain.abi import interface
from shengdian.sim.solve.arcs import DRAWS_A_HASH, tie_costs
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import Market
from shengdian.sim.solve.pairing import sequence, sequence_words


def alternating(count: int) -> Book:
    """Offers at 2 and bids at 8 in turn, 1 kWh more each."""
    return Book.of([(0, row % 2 == 0, 2 if row % 2 == 0 else 8, 1 + row) for row in range(count)])


@pytest.mark.parametrize("count", [1, 7, 8, 9, 16, 17])
def test_a_sequence_and_its_fills_have_eight_rows_a_word(count: int) -> None:
    book = alternating(count)
    matching = Matching(book, tiny_rules(zones=1))
    words = sequence_words(sequence(book))
    assert len(words) == -(-count // 8)
    calls = [matching.clear(each) for each in ([*words, 0], words[:-1], words)]
    receipts = matching.block(calls, START + GATE).receipts
    assert [error(receipt) for receipt in receipts] == ["WrongLength", "WrongLength", ""]
    assert len(interface(KIND).event(receipts[-1].logs[0])[1]["fills"]) == len(words)


@pytest.mark.parametrize("count", [1, 8, 9, 16])
@pytest.mark.parametrize("kind", ["UniformAuction", "PayAsBidAuction"])
def test_fills_have_eight_rows_a_word(kind: str, count: int) -> None:
    book = alternating(count)
    auction = Auction(tiny_rules(zones=1), book.zone.tolist(), kind=kind)
    placed(auction, book)
    receipt = auction.block([auction.clear(auction.solution(book))], START + GATE).receipts[0]
    assert error(receipt) == ""
    fills = next(interface(kind).event(log)[1]["fills"] for log in receipt.logs if log.address == auction.contracts[kind])
    assert len(fills) == -(-count // 8)
    assert sum(unpack_fills(fills, count)[::2]) == sum(unpack_fills(fills, count)[1::2])


@pytest.mark.parametrize("hour", [0, 1])
def test_every_line_has_the_draw_of_its_place_beyond_the_first_hash_too(hour: int) -> None:
    """Of 40 equal lines of 1 kWh the 20 with the lowest draws carry A's energy, and one more is refused in the place of any of them."""
    lines, carried = 40, 20
    assert lines > 2 * DRAWS_A_HASH
    book = tiny_book(f"A s{lines}@2, B b{carried}@8")
    rules = Rules(2, (Line(0, 1, 1, 1, 0),) * lines, 0, 10, 500_000)
    auction = Auction(rules, book.zone.tolist())
    costs = tie_costs(2, lines, hour)
    lowest = sorted(range(lines), key=costs.__getitem__)
    sent = tuple(int(line in lowest[:carried]) for line in range(lines))
    auction.block([auction.order(order, hour) for order in orders_of(auction, book)], START + 3600 * hour + 60)
    right = Market(book, rules, hour).priced(sent)
    assert sum(sent[DRAWS_A_HASH : 2 * DRAWS_A_HASH]) > 0
    swapped = list(sent)
    swapped[lowest[carried - 1]], swapped[lowest[carried]] = 0, 1
    flows = [sent << 128 | sent for sent in swapped]
    calls = [auction.clear((flows, words_of(right)[1]), hour), auction.clear(words_of(right), hour)]
    receipts = auction.block(calls, START + 3600 * hour + GATE).receipts
    assert error(receipts[0]) in ("LowNotSupporting", "HighNotSupporting")
    assert error(receipts[1]) == ""


def orders_of(auction: Auction, book: Book) -> list[Order]:
    """One order of one segment a trader."""
    return [
        (Offer if book.sells[row] else Bid)(trader, (Segment(int(book.price[row]), int(book.quantity[row])),))
        for row, trader in enumerate(auction.traders)
    ]
