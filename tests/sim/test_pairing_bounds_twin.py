"""Pairing.sol and its twin at their bounds: shares that are whole, orders that meet two others, the widest range of prices."""

from __future__ import annotations

import pytest
from pair import START, error
from test_matched_pairs_twin import GATE, KIND, Matching
from tiny_books import tiny_book

from shengdian.sim.base.types import Rules
from shengdian.sim.chain.abi import interface
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.pairing import Pair, sequence, sequence_words, unpack_pair

LOWEST, HIGHEST = -(2**31), 2**31 - 1


def paired(book: Book, rules: Rules) -> list[Pair]:
    """The trades that contract and twin make alike."""
    matching = Matching(book, rules)
    receipt = matching.block([matching.clear(sequence_words(sequence(book)))], START + GATE).receipts[0]
    assert error(receipt) == ""
    log = [log for log in receipt.logs if log.address == matching.contracts[KIND]][-1]
    return [unpack_pair(word) for word in interface(KIND).event(log)[1]["trades"]]


@pytest.mark.parametrize(
    ("text", "trades"),
    [
        ("s2@1 s5@1 b4@9 b3@9", [(0, 2, 2), (1, 2, 2), (1, 3, 3)]),  # the first bid meets both offers
        ("s2@1 s1@1 s1@1 b2@9", [(0, 3, 1), (1, 3, 1)]),  # 1 of 2 is whole, so the last kWh is the second offer's
        ("s4@1 s1@1 s1@1 s1@1 b5@9", [(0, 4, 3), (1, 4, 1), (2, 4, 1)]),  # 20 / 7 and 5 / 7
    ],
)
def test_orders_of_a_group_meet_by_id_with_their_shares(text: str, trades: list[tuple[int, int, int]]) -> None:
    found = paired(tiny_book(text), Rules(1, (), 0, 10, 500_000))
    assert [(each.seller, each.buyer, each.quantity) for each in found] == trades


@pytest.mark.parametrize(("k", "price"), [(999_999, 1), (1_000_000, 2)])
def test_pair_price_is_rounded_down_to_the_tick(k: int, price: int) -> None:
    assert [each.price for each in paired(tiny_book("s1@1 b1@2"), Rules(1, (), 0, 10, k))] == [price]


def test_offers_come_before_bids_in_the_widest_range_of_prices() -> None:
    book = Book.of([(0, True, LOWEST, 1), (0, True, HIGHEST, 1), (0, False, HIGHEST, 2), (0, False, HIGHEST - 1, 1), (0, False, LOWEST, 1)])
    trades = paired(book, Rules(1, (), LOWEST, HIGHEST, 500_000))
    assert [(each.seller, each.buyer, each.price) for each in trades] == [(0, 2, -1), (1, 2, HIGHEST)]
