"""The auctions and their twins agree bit for bit: outcomes, errors with their figures, and logs, on random books and spoiled solutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from fills import unpack_fills
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import CLOCK, POSTER_ROLE, START, Pair, error
from random_books import Market, markets
from tiny_books import tiny_rules

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.line_words import pack_line
from shengdian.sim.base.orders import pack
from shengdian.sim.base.types import READINGS, Bid, Line, Offer, Order, Rules, Segment, Submission, SurplusDeficit
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Receipt, Transaction
from shengdian.sim.solve.arcs import NANO
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import solve, solve_two_stage
from shengdian.sim.solve.redispatch import solve_one_price
from tests.sim.where_strict import where_strict

PLANT = 1
ORDERS_AT, GATE, OPEN_TO_ALL = 60, 1800, 2700
some = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
Words = tuple[list[int], list[int]]


class Auction(Pair):
    """An auction of one kind on both chains, with one trader for each order."""

    def __init__(
        self,
        rules: Rules,
        zones_of: Sequence[int],
        reading: SurplusDeficit | None = None,
        kind: str = "UniformAuction",
        reserves: bool = False,
    ) -> None:
        self.traders = [f"trader {index}" for index in range(len(zones_of))]
        super().__init__(self.traders)
        self.rules, self.reading = rules, reading
        self.kind = kind if reading is None else "TwoStageAuction"
        operator = self.address["operator"]
        create = [
            self.create("Registry", operator, rules.zones + 1),
            self.create("Ledger", operator),
        ]
        lines = [pack_line(line.source, line.target, line.capacity, line.charge, line.loss) for line in rules.lines]
        born = (rules.zones, rules.floor, rules.cap, rules.k, CLOCK)
        extra = () if reading is None else (READINGS.index(reading),)
        create.append(self.create(self.kind, self.contracts["Registry"], self.contracts["Ledger"], born, lines, *extra))
        heed = []
        if reserves:
            create.append(self.create("Reservations", self.contracts["Registry"], CLOCK))
            heed = [self.to(self.kind, "honour", self.contracts["Reservations"])]
        self.block(create, START - 100)
        self.addresses = [self.address[trader] for trader in self.traders]
        enrol = [self.to("Registry", "enrol", address, PLANT, zone) for address, zone in zip(self.addresses, zones_of, strict=True)]
        grant = self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts[self.kind])
        self.block([grant, *enrol, *heed, self.to(self.kind, "admit", self.addresses)], START - 50)

    def order(self, order: Order, hour: int = 0, sender: str = "") -> Transaction:
        word, more = pack(order, hour)
        return self.word(sender or order.trader, word, more)

    def word(self, sender: str, word: int, more: int | None = None) -> Transaction:
        if more is None:
            return self.to(self.kind, "submit(uint256)", word, sender=sender)
        return self.to(self.kind, "submit(uint256,uint256)", word, more, sender=sender)

    def solution(self, book: Book) -> Words:
        with where_strict():
            if self.reading is not None:
                submissions: Sequence[Submission] = solve_two_stage(book, self.rules, self.reading, 0)[:2]
            elif self.kind == "OnePriceAuction":
                submissions = solve_one_price(book, self.rules, 0)
            else:
                submissions = [solve(book, self.rules, 0)]
        last = submissions[-1]
        flows = [sent << 128 | received for sent, received in zip(last.sent, last.received, strict=True)]
        return flows, [low << 128 | high for each in submissions for low, high in zip(each.low, each.high, strict=True)]

    def clear(self, words: Words, hour: int = 0, traders: Sequence[bytes] | None = None, sender: str = "operator") -> Transaction:
        return self.to(self.kind, "clear", hour, self.addresses if traders is None else list(traders), *words, sender=sender)

    def balances(self) -> list[int]:
        return [self.read("Ledger", "balanceOf", number) for number in range(2 + len(self.traders))]


@st.composite
def spoiled(draw: st.DrawFn, words: Words, most: int) -> Words:
    """The words of a solution with one to three figures changed a little or a lot."""
    flows, bounds = list(words[0]), list(words[1])
    step = st.one_of(st.sampled_from((-1, 1, -2, 2, -NANO, NANO, -most, most)), st.integers(-most, most))
    for _ in range(draw(st.integers(1, 3))):
        words_ = draw(st.sampled_from((flows, bounds))) if flows else bounds
        place, upper, both = draw(st.integers(0, len(words_) - 1)), draw(st.booleans()), draw(st.booleans())
        high, low = words_[place] >> 128, words_[place] & (2**128 - 1)
        change = draw(step)
        high += change if upper or both else 0
        low += change if not upper or both else 0
        words_[place] = (high % 2**128) << 128 | low % 2**128
    return flows, bounds


def placed(auction: Auction, book: Book) -> None:
    """One order of one segment a trader, all of which stand."""
    orders = [
        (Offer if book.sells[row] else Bid)(trader, (Segment(int(book.price[row]), int(book.quantity[row])),))
        for row, trader in enumerate(auction.traders)
    ]
    block = auction.block([auction.order(order) for order in orders], START + ORDERS_AT)
    assert all(receipt.success for receipt in block.receipts)


def in_two_stages(auction: Auction, book: Book, data: st.DataObject) -> Book:
    """Has some traders give wind, sun or water and some ask or bid otherwise in the second stage; returns the book with it."""
    most = auction.rules.cap - auction.rules.floor
    flags = data.draw(st.lists(st.booleans(), min_size=len(book), max_size=len(book)))
    markups = data.draw(st.lists(st.integers(-most - 1, most + 1) | st.just(0), min_size=len(book), max_size=len(book)))
    told = [address for address, flag in zip(auction.addresses, flags, strict=True) if flag]
    sent = [
        auction.to(auction.kind, "amendRegional", 0, markup, sender=trader)
        for trader, markup in zip(auction.traders, markups, strict=True)
        if markup
    ]
    receipts = auction.block([auction.to(auction.kind, "noteRenewables", told), *sent], START + ORDERS_AT + 1).receipts
    assert receipts[0].success
    taken = [markup if abs(markup) <= most else 0 for markup in markups]
    for trader, address, markup in zip(auction.traders, auction.addresses, taken, strict=True):
        assert auction.read(auction.kind, "regionalMarkupOf", address, 0) == markup, trader
    regional = np.clip(book.price + np.array(taken, np.int64), auction.rules.floor, auction.rules.cap)
    return replace(book, regional=regional, renewable=np.array(flags, np.bool_))


@pytest.mark.long
@pytest.mark.parametrize(
    ("reading", "kind"),
    [(None, "UniformAuction"), (None, "PayAsBidAuction"), (None, "OnePriceAuction"), ("physical", ""), ("renewable", ""), ("economic", "")],
    ids=["uniform", "pay_as_bid", "one_price", *READINGS],
)
@some
@given(market=markets(most_zones=5, most_orders=10), data=st.data())
def test_random_books_and_spoiled_solutions(reading: SurplusDeficit | None, kind: str, market: Market, data: st.DataObject) -> None:
    book, rules = market
    auction = Auction(rules, book.zone.tolist(), reading, kind)
    placed(auction, book)
    if reading is not None:
        book = in_two_stages(auction, book, data)
    words = auction.solution(book)
    wrong = data.draw(st.lists(spoiled(words, 10_000_000), min_size=4, max_size=8))
    spoilt = auction.block([auction.clear(each) for each in wrong], START + GATE)
    right = auction.block([auction.clear(words)], START + GATE + 1).receipts[0]
    assert right.success or any(receipt.success for receipt in spoilt.receipts)
    assert sum(auction.balances()) == 0


@pytest.mark.parametrize("reading", [None, *READINGS])
def test_orders_of_several_segments_fill_alike(reading: SurplusDeficit | None) -> None:
    rules = tiny_rules((30, 2, 0), (10, 1, 50_000), floor=-20, cap=300)
    auction = Auction(rules, (0, 0, 1, 1), reading)
    orders = [
        Offer("trader 0", tuple(Segment(price, 7) for price in (-20, 5, 5, 90, 200))),
        Bid("trader 1", (Segment(100, 11), Segment(5, 3))),
        Bid("trader 2", tuple(Segment(price, 6) for price in (300, 250, 90, 20))),
        Offer("trader 3", (Segment(80, 4), Segment(90, 5), Segment(90, 6))),
    ]
    assert all(receipt.success for receipt in auction.block([auction.order(order) for order in orders], START + ORDERS_AT).receipts)
    zones = (0, 0, 1, 1)
    rows = [(zones[i], isinstance(order, Offer), seg.price, seg.quantity) for i, order in enumerate(orders) for seg in order.segments]
    receipt = auction.block([auction.clear(auction.solution(Book.of(rows)))], START + GATE).receipts[0]
    assert receipt.success
    cleared = [log for log in receipt.logs if log.address == auction.contracts[auction.kind]]
    name, event = interface(auction.kind).event(cleared[-1])
    assert name == "HourCleared"
    assert event["stage"] == 1
    assert sum(unpack_fills(event["fills"], len(rows))) > 0
    assert len(cleared) == (1 if reading is None else 2)
    for trader in auction.addresses:
        auction.read(auction.kind, "accountOf", trader)
    assert sum(auction.balances()) == 0
    # the lines' charges; nobody gives wind, sun or water, so under that reading nothing is for sale
    assert auction.balances()[0] > 0 or reading == "renewable"


def errors(receipts: Sequence[Receipt]) -> list[str]:
    return [error(receipt) for receipt in receipts]


def test_orders_are_refused_alike() -> None:
    auction = Auction(tiny_rules(floor=-5), (0, 1))
    good = Offer("trader 0", (Segment(3, 4),))
    word, _ = pack(good, 0)
    five = Offer("trader 0", tuple(Segment(price, 1) for price in range(5)))
    long_word, more = pack(five, 0)
    assert more is not None
    orders = [
        (auction.order(good, sender="stranger"), "NotAdmitted"),
        (auction.order(good, hour=1), "WrongHour"),
        (auction.order(Offer("trader 0", ())), "SegmentCount"),
        (auction.word("trader 0", word | 7 << 192), "SegmentCount"),
        (auction.word("trader 0", word, 0), "SegmentCount"),
        (auction.word("trader 0", long_word), "SegmentCount"),
        (auction.word("trader 0", long_word | 7 << 192, more), "SegmentCount"),
        (auction.order(Offer("trader 0", (Segment(3, 4), Segment(3, 0)))), "QuantityZero"),
        (auction.word("trader 0", long_word, 0), "QuantityZero"),
        (auction.order(Offer("trader 0", (Segment(-6, 4),))), "PriceBelowFloor"),
        (auction.order(Offer("trader 0", (Segment(11, 4),))), "PriceAboveCap"),
        (auction.to(auction.kind, "withdraw", sender="trader 0"), "NoOrder"),
        (auction.to(auction.kind, "withdraw", sender="stranger"), "NotAdmitted"),
        (auction.word("trader 0", word | 0xFFFF << 240 | 0xFF << 232 | 0xFFF << 220), None),
        (auction.word("trader 0", word | 5 << 64), None),
        (auction.word("trader 0", long_word, more | 9 << 128), None),
        (auction.order(good), ""),
        (auction.to(auction.kind, "withdraw", sender="trader 0"), ""),
        (auction.to(auction.kind, "withdraw", sender="trader 0"), "NoOrder"),
        (auction.order(five), ""),
        (auction.order(good), ""),
    ]
    block = auction.block([transaction for transaction, _ in orders], START + ORDERS_AT)
    for receipt, (_, expected) in zip(block.receipts, orders, strict=True):
        assert expected is None or error(receipt) == expected
    auction.read(auction.kind, "accountOf", auction.addresses[0])
    auction.read(auction.kind, "accountOf", auction.address["stranger"])
    late = auction.block(
        [auction.order(good), auction.to(auction.kind, "withdraw", sender="trader 0"), auction.word("stranger", word)], START + GATE
    )
    assert errors(late.receipts) == ["GateClosed", "GateClosed", "NotAdmitted"]


def test_an_hour_is_opened_and_closed_alike() -> None:
    auction = Auction(tiny_rules((5, 0, 0)), (0, 1))
    book = Book.of([(0, True, 2, 4), (1, False, 8, 3)])
    words = auction.solution(book)
    early = auction.block([auction.order(Offer("trader 0", (Segment(2, 4),))), auction.clear(words)], START - 1)
    assert errors(early.receipts) == ["NotStarted", "NotStarted"]
    assert auction.read(auction.kind, "currentHour") == Reverted("NotStarted", {"time": START - 1, "start": START})
    placed(auction, book)
    assert auction.read(auction.kind, "currentHour") == 0
    assert errors(auction.block([auction.clear(words)], START + GATE - 1).receipts) == ["GateOpen"]
    flows, bounds = words
    first, second = auction.addresses
    calls = [
        auction.clear(words, hour=1),
        auction.clear(words, sender="stranger"),
        auction.clear(words, traders=[first]),
        auction.clear(words, traders=[second, first]),
        auction.clear(words, traders=[first, first]),
        auction.clear(words, traders=[first, auction.address["stranger"]]),
        auction.clear((flows * 2, bounds)),
        auction.clear((flows, bounds[:1])),
        auction.clear(([], []), traders=[]),
        auction.to("Ledger", "revokeRole", POSTER_ROLE, auction.contracts[auction.kind]),
        auction.clear(words),
        auction.to("Ledger", "grantRole", POSTER_ROLE, auction.contracts[auction.kind]),
    ]
    assert errors(auction.block(calls, START + GATE).receipts) == [
        "WrongHour", "NotOperator", "WrongLength", "WrongNumber", "WrongNumber", "WrongNumber",
        "WrongLength", "WrongLength", "WrongLength", "", "AccessControlUnauthorizedAccount", "",
    ]  # fmt: skip
    by_anyone = auction.block([auction.clear(words, sender="stranger"), auction.clear(words)], START + OPEN_TO_ALL)
    assert errors(by_anyone.receipts) == ["", "AlreadyCleared"]
    assert auction.balances() == [0, 0, 6, -6]  # 3 kWh at 2, the price of the part-filled offer
    later = auction.block([auction.clear(([0], [10 * NANO, 10 * NANO]), hour=1)], START + 3600 + GATE)
    assert errors(later.receipts) == [""]  # an hour without orders: nothing of the last one stands


def test_traders_are_admitted_in_number_order_alike() -> None:
    auction = Auction(tiny_rules(), (0,))
    for index in (1, 2):
        auction.address[f"late {index}"] = auction.address[("operator", "stranger")[index - 1]]
    first, second = auction.address["late 1"], auction.address["late 2"]
    block = auction.block(
        [
            auction.to("Registry", "enrol", first, PLANT, 0),
            auction.to("Registry", "enrol", second, PLANT, 2),
            auction.to(auction.kind, "admit", [second]),
            auction.to(auction.kind, "admit", [first, first]),
            auction.to(auction.kind, "admit", [auction.contracts["Ledger"]]),
            auction.to(auction.kind, "admit", []),
            auction.to(auction.kind, "admit", [first, second]),
            auction.to(auction.kind, "admit", [first], sender="stranger"),
            auction.to(auction.kind, "admit", [first]),
            auction.to(auction.kind, "admit", [first]),
        ],
        START - 10,
    )
    assert errors(block.receipts) == [
        "", "", "WrongNumber", "WrongNumber", "NotEnrolled", "", "UnknownZone", "NotOperator", "", "WrongNumber",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Rules(0, (), 0, 10, 0), "BadRules"),
        (Rules(1, (), 10, 10, 0), ""),
        (Rules(1, (), 10, 9, 0), "BadRules"),
        (Rules(1, (), 0, 10, 1_000_001), "BadRules"),
        (Rules(2, (Line(0, 2, 1, 0, 0),), 0, 10, 0), "UnknownLineZone"),
        (Rules(2, (Line(0, 1, 1, 0, 0), Line(3, 2, 1, 0, 0)), 0, 10, 0), "UnknownLineZone"),
        (Rules(2, (Line(1, 1, 1, 0, 0),), 0, 10, 0), "LineToItself"),
        (Rules(2, (Line(0, 1, 1, 0, 1_000_000),), 0, 10, 0), "LossTooHigh"),
        (Rules(2, (Line(0, 1, 1, 0, 1),), -1, 10, 0), "LineRewardsLoss"),
        (Rules(2, (Line(0, 1, 1, 1, 1_000_000 // 5),), -5, 10, 0), ""),
    ],
)
@pytest.mark.parametrize("reading", [None, "economic"], ids=["uniform", "two_stage"])
def test_rules_are_checked_alike(rules: Rules, expected: str, reading: SurplusDeficit | None) -> None:
    pair = Pair()
    lines = [(line.source, line.target, line.capacity, line.charge, line.loss) for line in rules.lines]
    extra = () if reading is None else (READINGS.index(reading),)
    name = "UniformAuction" if reading is None else "TwoStageAuction"
    operator = pair.address["operator"]
    born = (rules.zones, rules.floor, rules.cap, rules.k, CLOCK)
    create = pair.create(name, operator, operator, born, [pack_line(*line) for line in lines], *extra)
    assert errors(pair.block([create], START).receipts) == [expected]
    if not expected:
        assert pair.read(name, "lineCount") == len(lines)
        outcomes = [pair.read(name, "lineAt", line) for line in range(len(lines) + 1)]
        assert outcomes[:-1] == lines
        assert isinstance(outcomes[-1], Reverted)
