"""What second stages know besides the book, in contract and twin: who gives wind, sun or water, and who asks otherwise in the region."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bank import Bank
from fills import unpack_fills
from pair import START, Pair, error
from test_sealed_twin import Sealed
from test_twins_agree import GATE, Auction, placed
from tiny_books import tiny_book, tiny_rules

from shengdian.sim.base.types import READINGS, Bid, Offer, Segment, SurplusDeficit
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Transaction
from shengdian.sim.solve.book import Book

KIND = "TwoStageAuction"
BOOK = "A s10@2, b3@6, B s5@8, b5@9"
"""at home A sells 3 kWh at 2 and B 5 at 8; the line takes 4 of A's to B, where a plant may be replaced"""
SPAN = 10
"""fen/MWh between floor and cap"""


def market(reading: SurplusDeficit) -> tuple[Auction, Book]:
    book = tiny_book(BOOK)
    auction = Auction(tiny_rules((4, 1, 0)), book.zone.tolist(), reading)
    placed(auction, book)
    return auction, book


def note(auction: Auction, *traders: bytes, sender: str = "operator") -> Transaction:
    return auction.to(KIND, "noteRenewables", list(traders), sender=sender)


def errors(pair: Pair, transactions: list[Transaction], at: int) -> list[str]:
    return [error(receipt) for receipt in pair.block(transactions, START + at).receipts]


def regional_fills(auction: Auction, book: Book) -> list[int]:
    receipt = auction.block([auction.clear(auction.solution(book))], START + GATE).receipts[0]
    assert error(receipt) == ""
    events = [interface(KIND).event(log)[1] for log in receipt.logs if log.address == auction.contracts[KIND]]
    return unpack_fills(events[-1]["fills"], len(book))


def test_only_the_operator_says_who_is_renewable_of_those_admitted_and_before_the_first_gate() -> None:
    auction, _ = market("renewable")
    first, stranger = auction.addresses[0], auction.address["stranger"]
    calls = [note(auction, first, sender="trader 0"), note(auction, stranger), note(auction, first, stranger), note(auction, first)]
    assert errors(auction, calls, GATE - 1) == ["NotOperator", "NotAdmitted", "NotAdmitted", ""]
    assert errors(auction, calls, GATE) == ["NotOperator", *["TooLateForRenewables"] * 3]


@pytest.mark.parametrize(("noted", "expected"), [((), [3, 3, 5, 5]), ((0,), [7, 3, 1, 5]), ((2,), [3, 3, 5, 5]), ((0, 2), [3, 3, 5, 5])])
def test_what_is_noted_alone_replaces_and_is_not_replaced(noted: tuple[int, ...], expected: list[int]) -> None:
    """Nobody gives a markup. A's plant may sell more where it is noted, and B's is replaced where it is not."""
    auction, book = market("renewable")
    assert errors(auction, [note(auction, *(auction.addresses[place] for place in noted))], 61) == [""]
    flags = np.array([place in noted for place in range(len(book))], np.bool_)
    assert regional_fills(auction, replace(book, renewable=flags)) == expected


def test_each_is_noted_by_the_own_number_however_many_there_are() -> None:
    """Plants 128 and 256 of A sell 2 kWh each to B, in the place of its plant, which is the first trader; its user is the last."""
    zones = [1] * 256
    places = (0, 126, 254, 255)
    _, first, second, _ = places
    zones[first] = zones[second] = 0
    auction = Auction(tiny_rules((4, 1, 0)), zones, "renewable")
    book = tiny_book("B s5@8, A s2@2, A s2@2, B b5@9")
    orders = [
        (Offer if sells else Bid)(auction.traders[place], (Segment(int(price), int(quantity)),))
        for place, sells, price, quantity in zip(places, book.sells, book.price, book.quantity, strict=True)
    ]
    assert errors(auction, [auction.order(order) for order in orders], 60) == [""] * 4
    assert errors(auction, [note(auction, auction.addresses[first], auction.addresses[second])], 61) == [""]
    flags = np.array([False, True, True, False])
    assert regional_fills(auction, replace(book, renewable=flags)) == [1, 2, 2, 5]


def test_a_markup_may_be_the_whole_span_and_no_more_for_the_current_hour_before_its_gate() -> None:
    auction, _ = market("economic")
    first = auction.addresses[0]

    def amend(markup: int, hour: int = 0, sender: str = "trader 0") -> Transaction:
        return auction.to(KIND, "amendRegional", hour, markup, sender=sender)

    calls = [amend(1, sender="stranger"), amend(1, hour=1), amend(SPAN + 1), amend(-SPAN - 1), amend(SPAN), amend(-SPAN)]
    assert errors(auction, calls, GATE - 1) == ["NotAdmitted", "WrongHour", "MarkupTooLarge", "MarkupTooLarge", "", ""]
    assert [auction.read(KIND, "regionalMarkupOf", first, hour) for hour in (0, 1)] == [-SPAN, 0]
    assert errors(auction, [amend(1)], GATE) == ["GateClosed"]
    assert errors(auction, [amend(3, hour=1)], 3600) == [""]
    assert [auction.read(KIND, "regionalMarkupOf", first, hour) for hour in (0, 1, 2)] == [0, 3, 0]


def test_who_must_cover_its_orders_gives_no_markup() -> None:
    """A Bank's last argument is its auction's: here what is surplus."""
    bank = Bank(KIND, bond_rate=READINGS.index("economic"))
    amend = bank.to(KIND, "amendRegional", 0, 1, sender="seller")
    assert errors(bank, [amend], 60) == ["MarkupNotCovered"]


def test_sealed_second_stages_take_no_markup_and_read_none() -> None:
    sealed = Sealed(KIND)
    amend = sealed.to(sealed.kind, "amendRegional", 0, 1, sender="a")
    assert errors(sealed, [amend], 60) == ["OrdersAreSealed"]
    assert sealed.read(sealed.kind, "regionalMarkupOf", sealed.address["a"], 0) == 0
