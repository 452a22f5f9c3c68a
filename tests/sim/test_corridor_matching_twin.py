"""The corridor matching auction and its twin agree bit for bit, and refuse wrong submissions alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import CLOCK, POSTER_ROLE, START, Pair, error
from random_books import Market, markets

from shengdian.sim.base.orders import pack
from shengdian.sim.base.types import READINGS, Bid, Line, Offer, Rules, Segment, SurplusDeficit
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.abi_words import pack_words
from shengdian.sim.chain.port import Transaction
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.clearing import solve
from shengdian.sim.solve.corridor_matching import match, match_words, matches_of, sides
from shengdian.sim.solve.paths import list_paths, pack_path

PLANT = 1
ORDERS_AT, GATE = 60, 1800
KIND = "CorridorMatchingAuction"
Words = tuple[list[int], list[int]]


class Region(Pair):
    """An auction on both chains; trader n % `traders` has the n-th order if that is of the same side and zone, else a trader of its own."""

    def __init__(self, book: Book, rules: Rules, reading: SurplusDeficit, owner: Sequence[int], paths: Sequence[int] | None = None) -> None:
        zones = {name: int(book.zone[row]) for row, name in enumerate(owner)}
        self.traders = [f"trader {name}" for name in sorted(zones)]
        super().__init__(self.traders)
        self.book, self.rules, self.reading = book, rules, reading
        operator = self.address["operator"]
        lines = [(line.source, line.target, line.capacity, line.charge, line.loss) for line in rules.lines]
        born = (rules.zones, rules.floor, rules.cap, rules.k, CLOCK)
        self.paths = list_paths(rules.lines, rules.zones)
        words = [pack_path(path) for path in self.paths] if paths is None else list(paths)
        create = [self.create("Registry", operator, rules.zones), self.create("Ledger", operator)]
        create.append(self.create(KIND, self.contracts["Registry"], self.contracts["Ledger"], born, lines, READINGS.index(reading), words))
        create.append(self.create("Reservations", self.contracts["Registry"], CLOCK))
        self.created = self.block(create, START - 100).receipts[2]
        if not self.created.success:
            return
        addresses = [self.address[trader] for trader in self.traders]
        enrol = [self.to("Registry", "enrol", self.address[f"trader {name}"], PLANT, zones[name]) for name in sorted(zones)]
        grant = self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts[KIND])
        heed = self.to(KIND, "honour", self.contracts["Reservations"])
        self.block([grant, *enrol, heed, self.to(KIND, "admit", addresses)], START - 50)

    def place(self, owner: Sequence[int]) -> None:
        """Everyone's order; the rows of one owner are the segments of one order."""
        orders: dict[int, list[int]] = {}
        for row, name in enumerate(owner):
            orders.setdefault(name, []).append(row)
        transactions = []
        for name, rows in sorted(orders.items()):
            segments = tuple(Segment(int(self.book.price[row]), int(self.book.quantity[row])) for row in rows)
            kind = Offer if self.book.sells[rows[0]] else Bid
            word, more = pack(kind(f"trader {name}", segments), 0)
            args = (word,) if more is None else (word, more)
            signature = "submit(uint256)" if more is None else "submit(uint256,uint256)"
            transactions.append(self.to(KIND, signature, *args, sender=f"trader {name}"))
        assert all(receipt.success for receipt in self.block(transactions, START + ORDERS_AT).receipts)

    def enter_region(self, owner: Sequence[int], data: st.DataObject) -> None:
        """Has some traders give wind, sun or water and some ask or bid otherwise in the second stage."""
        names = sorted(set(owner))
        most = self.rules.cap - self.rules.floor
        flags = {name: data.draw(st.booleans()) for name in names}
        markups = {name: data.draw(st.just(0) | st.integers(-most, most)) for name in names}
        told = [self.address[f"trader {name}"] for name in names if flags[name]]
        sent = [self.to(KIND, "amendRegional", 0, markup, sender=f"trader {name}") for name, markup in markups.items() if markup]
        block = self.block([self.to(KIND, "noteRenewables", told), *sent], START + ORDERS_AT + 1)
        assert all(receipt.success for receipt in block.receipts)
        markup = np.array([markups[name] for name in owner], np.int64)
        self.book = replace(
            self.book,
            regional=np.clip(self.book.price + markup, self.rules.floor, self.rules.cap),
            renewable=np.array([flags[name] for name in owner], np.bool_),
        )

    def solution(self) -> Words:
        alone = Rules(self.rules.zones, (), self.rules.floor, self.rules.cap, self.rules.k)
        provincial = solve(self.book, alone, 0)
        fills = certify(self.book, alone, provincial, 0).fills
        listed = sides(self.book, fills, self.reading)
        bounds = [low << 128 | high for low, high in zip(provincial.low, provincial.high, strict=True)]
        return bounds, pack_words([*listed.offers, *listed.bids], 32)

    def clear(self, words: Words) -> Transaction:
        return self.to(KIND, "clear", 0, [self.address[trader] for trader in self.traders], *words)

    def balances(self) -> list[int]:
        return [self.read("Ledger", "balanceOf", number) for number in range(2 + len(self.traders))]


@st.composite
def regions(draw: st.DrawFn) -> tuple[Market, list[int]]:
    """A market, and the owner of every row, in owner's order: rows of one side and zone are one order's segments here and there."""
    book, rules = draw(markets(most_zones=5, most_orders=12))
    lines = tuple(Line(each.source, each.target, each.capacity, each.charge, each.loss, tariff=each.charge) for each in rules.lines)
    rows = sorted(
        zip(book.zone.tolist(), book.sells.tolist(), book.price.tolist(), book.quantity.tolist(), strict=True), key=lambda row: row[:2]
    )
    owner: list[int] = []
    for at, row in enumerate(rows):
        joins = at and rows[at - 1][:2] == row[:2] and owner.count(owner[-1]) < 5 and draw(st.booleans())
        owner.append(owner[-1] if joins else at)
    return (Book.of(rows), Rules(rules.zones, lines, rules.floor, rules.cap, rules.k)), owner


@st.composite
def spoiled(draw: st.DrawFn, words: Words, rows: int) -> Words:
    """A solution with a bound or two rows of the sequence changed, or a word more or less."""
    bounds, sequence = list(words[0]), list(words[1])
    what = draw(st.sampled_from(("bound", "rows", "rows", "length")))
    if what == "bound" or not sequence:
        place = draw(st.integers(0, len(bounds) - 1))
        bounds[place] = (bounds[place] + draw(st.sampled_from((1, 1 << 128, -1 << 128, 10**6)))) % 2**256
    elif what == "rows":
        place, lane = draw(st.integers(0, len(sequence) - 1)), 32 * draw(st.integers(0, 7))
        value = draw(st.integers(0, rows + 1))
        sequence[place] = sequence[place] & ~(0xFFFFFFFF << lane) | value << lane
    elif draw(st.booleans()):
        sequence.append(0)
    else:
        sequence.pop()
    return bounds, sequence


@pytest.mark.long
@pytest.mark.parametrize("reading", READINGS)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(region=regions(), data=st.data())
def test_random_regions_and_spoiled_submissions(reading: SurplusDeficit, region: tuple[Market, list[int]], data: st.DataObject) -> None:
    (book, rules), owner = region
    auction = Region(book, rules, reading, owner)
    auction.place(owner)
    auction.enter_region(owner, data)
    words = auction.solution()
    wrong = data.draw(st.lists(spoiled(words, len(book)), max_size=5))
    spoilt = auction.block([auction.clear(each) for each in wrong], START + GATE)
    right = auction.block([auction.clear(words)], START + GATE + 1).receipts[0]
    assert right.success or any(receipt.success for receipt in spoilt.receipts)
    assert sum(auction.balances()) == 0


def book_of_three() -> tuple[Book, Rules]:
    lines = (Line(0, 3, 20, 1, 10_000, tariff=1), Line(1, 3, 20, 0, 0), Line(3, 2, 30, 2, 0, tariff=2))
    book = Book.of([(0, True, 10, 50), (1, True, 15, 50), (2, False, 40, 100), (2, True, 35, 10)])
    return book, Rules(4, lines, 0, 100, 500_000)


def test_a_region_over_a_hub_with_its_log_and_money() -> None:
    """At home C's 10 kWh at 35 are sold at 40, so under `economic` they are sought too. 40 is worth 36.63 at A and 38 at B.

    A leads with 26.63 over 23: 20 kWh of it load the hub with 20; 10 of B are left of the hub's 30. A's price is half of 10 and 36.63, B's
    half of 15 and 38.
    """
    book, rules = book_of_three()
    auction = Region(book, rules, "economic", range(4))
    auction.place(range(4))
    receipt = auction.block([auction.clear(auction.solution())], START + GATE).receipts[0]
    assert receipt.success
    events = [interface(KIND).event(log) for log in receipt.logs if log.address == auction.contracts[KIND]]
    assert [name for name, _ in events] == ["HourCleared", "HourCleared", "MatchesMade"]
    assert events[1][1]["prices"] == (23, 26, 27, -(2**31))
    matches = matches_of(events[2][1]["matches"])
    assert [(each.ask, each.bid, each.sent, each.received, each.price) for each in matches] == [(10, 40, 20, 20, 27), (15, 40, 10, 10, 28)]
    assert match_words(matches) == list(events[2][1]["matches"])
    assert auction.balances()[:5] == [20 * 1 + 30 * 2, 20, 20 * 23, 10 * 26, -10 * 40 - 20 * 27 - 10 * 28]


def test_a_path_must_be_a_simple_chain_of_known_lines() -> None:
    book, rules = book_of_three()
    there_and_back = (*rules.lines, Line(3, 0, 5, 0, 0))
    rules = Rules(rules.zones, there_and_back, rules.floor, rules.cap, rules.k)
    cases = {"PathLength": [0], "UnknownLeg": [1 | 4 << 8], "PathBroken": [2 | 0 << 8 | 1 << 16], "PassedTwice": [2 | 0 << 8 | 3 << 16]}
    for name, paths in cases.items():
        assert error(Region(book, rules, "economic", range(4), paths).created) == name
    auction = Region(book, rules, "economic", range(4))
    assert auction.read(KIND, "pathCount") == len(auction.paths)
    for place in range(len(auction.paths) + 1):
        auction.read(KIND, "pathAt", place)
        auction.read(KIND, "convert", place, 40, 1000)
    assert READINGS[auction.read(KIND, "surplusDeficitReading")] == "economic"


def test_published_conversions_hold_on_chain() -> None:
    """Legs and figures of tests/sim/test_paths.py, all on one chain of lines."""
    legs = [(3000, 20_000), (5110, 70_000), (5500, 70_000), (1080, 24_200), (3320, 15_000), (2560, 25_400)]
    lines = tuple(Line(at, at + 1, 1, tariff, loss, tariff=tariff) for at, (tariff, loss) in enumerate(legs))
    chains = [2 | 0 << 8 | 1 << 16, 1 | 2 << 8, 1 | 3 << 8, 2 | 4 << 8 | 5 << 16]
    auction = Region(Book.of([(0, True, 1, 1)]), Rules(7, lines, 0, 100_000, 0), "economic", [0], chains)
    cases = ((50_000, 100_000), (45_000, 1_000_000), (38_000, 500_000), (42_000, 300_000))
    got = [auction.read(KIND, "convert", path, *case) for path, case in enumerate(cases)]
    assert [round(price / 10**20, 3) for price, _ in got] == [379.727, 367.35, 360.265, 345.915]
    assert [sent / 1000 for _, sent in got] == [109.721, 1075.269, 512.4, 312.506]


def test_reservations_are_honoured_alike() -> None:
    book, rules = book_of_three()
    auction = Region(book, rules, "physical", range(4))
    auction.place(range(4))
    words = pack_words([5, 0, 12], 32)
    calls = [
        auction.to("Reservations", "reserve", 0, words, sender="stranger"),
        auction.to("Reservations", "reserve", 0, words),
        auction.to("Reservations", "reserve", 0, words),
    ]
    assert [error(each) for each in auction.block(calls, START + GATE - 1).receipts] == ["NotOperator", "", "HourNotAhead"]
    receipts = auction.block([auction.clear(auction.solution())], START + GATE).receipts
    assert error(receipts[0]) == ""
    events = [interface(KIND).event(log) for log in receipts[-1].logs if log.address == auction.contracts[KIND]]
    assert [flow >> 128 for flow in events[1][1]["flows"]] == [15, 3, 18]
    assert auction.read("Reservations", "reservedAt", 0) == (5, 0, 12, 0, 0, 0, 0, 0)
    assert auction.read("Reservations", "reservedAt", 1) == (5, 0, 12, 0, 0, 0, 0, 0)


def test_the_contract_makes_the_matches_of_the_rule() -> None:
    book, rules = book_of_three()
    auction = Region(book, rules, "physical", range(4))
    auction.place(range(4))
    bounds, sequence = auction.solution()
    receipt = auction.block([auction.clear((bounds, sequence))], START + GATE).receipts[0]
    name, event = interface(KIND).event([log for log in receipt.logs if log.address == auction.contracts[KIND]][-1])
    alone = Rules(rules.zones, (), rules.floor, rules.cap, rules.k)
    fills = certify(book, alone, solve(book, alone, 0), 0).fills
    expected = match(book, fills, False, range(4), auction.paths, [line.capacity for line in rules.lines], rules.zones)
    assert (name, matches_of(event["matches"])) == ("MatchesMade", list(expected.matches))
