"""Matched pairs and their twin agree bit for bit, on random books, on spoiled sequences, and on a book worked by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from fills import unpack_fills
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import CLOCK, POSTER_ROLE, START, Pair, error
from random_books import Market, markets
from tiny_books import tiny_book, tiny_rules

from shengdian.sim.adapters import eth_tester, revm
from shengdian.sim.base.orders import pack
from shengdian.sim.base.pro_rata import shares
from shengdian.sim.base.types import Bid, Offer, Rules, Segment
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Transaction
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.clearing import solve
from shengdian.sim.solve.pairing import Pair as Match
from shengdian.sim.solve.pairing import pack_pair, sequence, sequence_words, unpack_pair
from shengdian.sim.twins.matched_pairs_auction import MOST_LOOKS, match

KIND = "MatchedPairsAuction"
PLANT, ORDERS_AT, GATE = 1, 60, 1800
some = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


class Matching(Pair):
    """The auction on both chains with the orders of a book standing, one trader for each, at the gate of hour 0."""

    def __init__(self, book: Book, rules: Rules, evm: Any = eth_tester) -> None:
        self.traders = [f"trader {row}" for row in range(len(book))]
        super().__init__(self.traders, evm)
        self.addresses = [self.address[trader] for trader in self.traders]
        create = [self.create("Registry", self.address["operator"], rules.zones), self.create("Ledger", self.address["operator"])]
        born = (rules.zones, rules.floor, rules.cap, rules.k, CLOCK)
        create.append(self.create(KIND, self.contracts["Registry"], self.contracts["Ledger"], born))
        self.block(create, START - 100)
        enrol = [
            self.to("Registry", "enrol", address, PLANT, zone) for address, zone in zip(self.addresses, book.zone.tolist(), strict=True)
        ]
        grant = self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts[KIND])
        self.block([grant, *enrol, self.to(KIND, "admit", self.addresses)], START - 50)
        words = [
            pack((Offer if book.sells[row] else Bid)(trader, (Segment(int(book.price[row]), int(book.quantity[row])),)), 0)[0]
            for row, trader in enumerate(self.traders)
        ]
        orders = [self.to(KIND, "submit(uint256)", word, sender=trader) for trader, word in zip(self.traders, words, strict=True)]
        assert all(receipt.success for receipt in self.block(orders, START + ORDERS_AT).receipts)

    def clear(self, words: list[int]) -> Transaction:
        return self.to(KIND, "clear", 0, self.addresses, words)

    def balances(self) -> list[int]:
        return [self.read("Ledger", "balanceOf", number) for number in range(2 + len(self.traders))]


@pytest.mark.long
@some
@given(market=markets(most_zones=3, most_orders=12), data=st.data())
def test_random_books_and_spoiled_sequences(market: Market, data: st.DataObject) -> None:
    book, rules = market
    matching = Matching(book, rules)
    right = sequence(book)
    wrong = []
    for _ in range(3):
        spoiled = data.draw(st.permutations(right))
        if spoiled and data.draw(st.booleans()):
            spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.sampled_from((0, len(book), 2**32 - 1)))
        wrong.append(sequence_words(spoiled) + [0] * data.draw(st.sampled_from((0, 0, 1))))
    block = matching.block([matching.clear(words) for words in wrong], START + GATE)
    if not any(receipt.success for receipt in block.receipts):
        block = matching.block([matching.clear(sequence_words(right))], START + GATE + 1)
    assert any(receipt.success for receipt in block.receipts)
    assert sum(matching.balances()) == 0
    assert matching.balances()[:2] == [0, 0]


@settings(max_examples=200, deadline=None)
@given(market=markets(most_zones=3))
def test_volume_and_fills_are_the_uniform_auctions(market: Market) -> None:
    book, rules = market[0], replace(market[1], lines=())
    pairs, fills = match(book, sequence(book), rules.k)
    assert fills == certify(book, rules, solve(book, rules, 0), 0).fills.tolist()
    traded = [0] * len(book)
    for pair in pairs:
        assert book.price[pair.seller] <= pair.price <= book.price[pair.buyer]
        assert book.zone[pair.seller] == book.zone[pair.buyer]
        traded[pair.seller] += pair.quantity
        traded[pair.buyer] += pair.quantity
    assert traded == fills


def test_zones_are_paired_apart() -> None:
    book = tiny_book("A s10@1 B s10@3 A b6@5 B b4@9")
    assert match(book, sequence(book), 500_000) == ([Match(0, 2, 6, 3), Match(1, 3, 4, 6)], [6, 4, 6, 4])


def test_both_sides_tied_share_every_pairing_pro_rata() -> None:
    book = tiny_book("s6@2 s3@2 b2@8 b4@8 b3@4")
    assert match(book, sequence(book), 500_000)[0] == [
        Match(0, 2, 2, 5),  # 6 kWh: sellers 4 + 2, buyers 2 + 4
        Match(0, 3, 2, 5),
        Match(1, 3, 2, 5),
        Match(0, 4, 2, 3),  # the other 3 kWh: sellers 2 + 1
        Match(1, 4, 1, 3),
    ]


def test_shares_round_down_and_remainders_go_in_order_to_shares_that_are_not_whole() -> None:
    assert shares([4, 3, 3], 5) == [2, 2, 1]
    assert shares([1, 1, 1], 2) == [1, 1, 0]
    assert shares([5, 0], 5) == [5, 0]


def test_a_trade_survives_its_word_with_a_negative_price() -> None:
    pair = Match(seller=70_000, buyer=3, quantity=2**32 - 1, price=-5)
    assert unpack_pair(pack_pair(pair)) == pair


def test_log_and_money_of_a_book_worked_by_hand() -> None:
    matching = Matching(tiny_book("s10@1 s10@3 b12@8 b6@6"), tiny_rules(zones=1))
    receipt = matching.block([matching.clear([3 << 96 | 2 << 64 | 1 << 32])], START + GATE).receipts[0]
    events = dict(interface(KIND).event(log) for log in receipt.logs[:2])
    assert unpack_fills(events["HourCleared"]["fills"], 4) == [10, 8, 12, 6]
    assert [unpack_pair(word) for word in events["TradesMade"]["trades"]] == [Match(0, 2, 10, 4), Match(1, 2, 2, 5), Match(1, 3, 6, 4)]
    assert matching.balances() == [0, 0, 40, 34, -50, -24]


def test_refusals_are_alike() -> None:
    matching = Matching(tiny_book("s1@2 b1@3"), tiny_rules(zones=1))
    calls = [matching.clear(words) for words in ([], [1, 0], [2], [1], [1 << 32 | 1], [1 << 32], [1 << 32])]
    receipts = matching.block(calls, START + GATE).receipts
    assert [error(receipt) for receipt in receipts] == [
        "WrongLength", "WrongLength", "UnknownRow", "OutOfOrder", "OutOfOrder", "", "AlreadyCleared",
    ]  # fmt: skip


def test_from_so_many_looks_on_orders_meet_by_id_alone() -> None:
    """140 tied offers share each bid at a price of its own while that is at most MOST_LOOKS orders; the bids after it, and the next zone's,
    take the offers one by one."""
    each, offers, bids = 1000, 140, 139
    rows = [(0, True, 5, each)] * offers + [(0, False, 6 + place, each) for place in range(bids)]
    rows += [(1, True, 1, 10), (1, True, 1, 10), (1, False, 9, 10), (1, False, 8, 6)]
    book, rules = Book.of(rows), tiny_rules(zones=2, cap=1000)
    matching = Matching(book, rules, revm)
    receipt = matching.block([matching.clear(sequence_words(sequence(book)))], START + GATE).receipts[0]
    assert receipt.success
    pairs, fills = match(book, sequence(book), rules.k)
    trades = Counter(pair.buyer for pair in pairs)
    shared = MOST_LOOKS // (offers + 1)
    assert sorted(trades[offers + place] for place in range(bids))[-shared:] == [offers] * shared
    assert max(sorted(trades[offers + place] for place in range(bids))[:-shared]) < 100
    assert [(pair.seller, pair.buyer, pair.quantity) for pair in pairs[-3:]] == [(279, 281, 8), (280, 281, 2), (280, 282, 6)]
    assert fills == certify(book, rules, solve(book, rules, 0), 0).fills.tolist()
