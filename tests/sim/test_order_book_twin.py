"""The order book and its twin agree at their bounds: segments, gates of later hours, limits, reserved lines, the last hours."""

from __future__ import annotations

from typing import Any

import pytest
from fills import unpack_fills
from pair import CLOCK, POSTER_ROLE, START, Pair, error
from test_twins_agree import GATE, OPEN_TO_ALL, PLANT, Auction, errors, placed
from tiny_books import tiny_book, tiny_rules

from shengdian.sim.adapters import eth_tester, revm
from shengdian.sim.base.line_words import pack_line
from shengdian.sim.base.orders import pack
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Line, Offer, Rules, Segment, without
from shengdian.sim.base.units import PPM
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.keys import created_address
from shengdian.sim.chain.port import Transaction
from shengdian.sim.solve.book import Book
from shengdian.sim.twins import limits

HOUR = 3600
KIND = "UniformAuction"
HIGHEST = 2**24 - 1
"""the last hour that fits an order"""
ANY = 4095
"""the limit that is no limit in effect"""


class Market(Pair):
    """An auction of one zone of prices 0 to 10 in which nobody is admitted yet; hour 0 begins at `start`."""

    def __init__(self, start: int = START, evm: Any = eth_tester) -> None:
        super().__init__(("a", "b"), evm)
        clock = Timetable(start).word
        create = [self.create("Registry", self.address["operator"], 1), self.create("Ledger", self.address["operator"])]
        create.append(self.create(KIND, self.contracts["Registry"], self.contracts["Ledger"], (1, 0, 10, 500_000, clock), []))
        create.append(self.create("Collateral", *(self.contracts[name] for name in ("Registry", "Ledger", KIND)), 24, clock))
        self.address["Collateral"] = self.contracts["Collateral"]
        self.block(create, START - 100)
        self.both = [self.address["a"], self.address["b"]]
        grant = self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts[KIND])
        self.block([grant, *(self.to("Registry", "enrol", address, PLANT, 0) for address in self.both)], START - 90)

    def by(self, sender: str, function: str, *args: object) -> Transaction:
        return self.to(KIND, function, *args, sender=sender)

    def submit(self, sender: str, *segments: Segment, hour: int = 0) -> Transaction:
        word, more = pack(Bid(sender, segments), hour)
        return self.by(sender, "submit(uint256)", word) if more is None else self.by(sender, "submit(uint256,uint256)", word, more)

    def cover(self, *coded: int, until: int = 24) -> Transaction:
        return self.by("Collateral", "coverUntil", self.both[: len(coded)], list(coded), until)

    def done(self, transactions: list[Transaction], timestamp: int) -> list[str]:
        return errors(self.block(transactions, timestamp).receipts)

    def standing(self, name: str) -> int:
        word, _ = self.read(KIND, "accountOf", self.address[name])
        return int(word)


def covered() -> Market:
    """A market whose limits are set in the collateral's name, which has no key: on a chain that asks for none."""
    market = Market(evm=revm)
    appoint, admit = market.by("operator", "appointCollateral", market.address["Collateral"]), market.by("operator", "admit", market.both)
    assert market.done([appoint, admit], START - 80) == ["", ""]
    return market


ONE, BAD, NIL = Segment(3, 1), Segment(11, 1), Segment(3, 0)
GARBAGE = 0x7FFF << 240 | 0xFF << 232 | 0xFFF << 220


@pytest.mark.parametrize(
    ("segments", "count", "long", "expected"),
    [
        ((ONE,) * 3, 3, False, ""),
        ((ONE,) * 4, 4, False, "SegmentCount"),
        ((ONE,) * 3, 3, True, "SegmentCount"),
        ((ONE,) * 4, 4, True, ""),
        ((ONE,) * 5, 5, True, ""),
        ((ONE,) * 5, 6, True, "SegmentCount"),
        ((BAD, ONE, ONE, ONE), 4, True, "PriceAboveCap"),
        ((ONE, ONE, BAD, ONE), 4, True, "PriceAboveCap"),
        ((ONE, ONE, NIL, ONE), 4, True, "QuantityZero"),
        ((ONE, ONE, ONE, BAD), 4, True, "PriceAboveCap"),
        ((ONE, ONE, ONE, ONE, NIL), 5, True, "QuantityZero"),
        ((ONE, ONE, ONE, ONE, BAD), 4, True, ""),
        ((ONE, ONE, BAD), 2, False, ""),
        ((ONE, ONE, NIL), 3, False, "QuantityZero"),
    ],
)
def test_segments_are_looked_at_as_far_as_they_count(segments: tuple[Segment, ...], count: int, long: bool, expected: str) -> None:
    auction = Auction(tiny_rules(floor=1), (0,))
    word, more = pack(Bid("trader 0", segments), 0)
    sent = word & ~(7 << 192) | count << 192 | GARBAGE
    found = auction.block([auction.word("trader 0", sent, (more or 0) if long else None)], START + 60).receipts[0]
    assert error(found) == expected
    auction.read(auction.kind, "accountOf", auction.addresses[0])


@pytest.mark.parametrize("hour", [1, 7])
def test_gates_of_a_later_hour_open_and_close_to_the_second(hour: int) -> None:
    auction = Auction(tiny_rules(zones=1), (0, 0))
    words, begun = auction.solution(tiny_book("s1@2, b1@8")), START + hour * HOUR
    assert errors(auction.block([auction.clear(words, hour)], begun - 1).receipts) == ["WrongHour"]
    assert auction.read(auction.kind, "currentHour") == hour - 1
    orders = [auction.order(Offer("trader 0", (Segment(2, 1),)), hour), auction.order(Bid("trader 1", (Segment(8, 1),)), hour)]
    assert errors(auction.block(orders[:1], begun).receipts) == [""]
    assert auction.read(auction.kind, "currentHour") == hour
    early = [orders[1], auction.clear(words, hour)]
    assert errors(auction.block(early, begun + GATE - 1).receipts) == ["", "GateOpen"]
    by_operator, by_stranger = auction.clear(words, hour), auction.clear(words, hour, sender="stranger")
    assert errors(auction.block([orders[0], by_stranger], begun + GATE).receipts) == ["GateClosed", "NotOperator"]
    assert errors(auction.block([by_stranger], begun + OPEN_TO_ALL - 1).receipts) == ["NotOperator"]
    assert errors(auction.block([by_stranger, by_operator], begun + OPEN_TO_ALL).receipts) == ["", "AlreadyCleared"]
    assert auction.balances() == [0, 0, 5, -5]


def reserve(auction: Auction, energy: tuple[int, ...]) -> None:
    """Reserves kWh by line in hour 0, on chain and in the auction's rules."""
    words = [sum(kwh << 32 * line for line, kwh in enumerate(energy))] if energy else []
    assert errors(auction.block([auction.to("Reservations", "reserve", 0, words)], START + 100).receipts) == [""]
    auction.rules = without(auction.rules, energy)


@pytest.mark.parametrize(("reserved", "sent"), [((), 12), ((0, 7), 5), ((2,), 10), ((4, 3), 5), ((5, 9, 1), 0)])
def test_lines_carry_what_is_not_reserved(reserved: tuple[int, ...], sent: int) -> None:
    """Lines of 5 and 7 kWh; A offers 20 kWh at 1, B bids for 20 at 9."""
    rules, book = tiny_rules((5, 0, 0), (7, 0, 0)), tiny_book("A s20@1, B b20@9")
    auction = Auction(rules, (0, 1), reserves=True)
    placed(auction, book)
    unreserved = auction.clear(auction.solution(book))
    reserve(auction, reserved)
    clears = [*([unreserved] if sent < 12 else []), auction.clear(auction.solution(book))]
    assert errors(auction.block(clears, START + GATE).receipts)[-1] == ""
    assert auction.balances() == [0, 8 * sent, sent, -9 * sent]


def test_full_book_ends_with_its_last_segment_where_lines_are_reserved_too() -> None:
    """The price is the floor, at which whatever would be read behind the book would be an order."""
    auction = Auction(tiny_rules((5, 0, 0), k=0), (0, 0, 1), reserves=True)
    orders = [
        Offer("trader 0", (Segment(0, 10),) * 5),
        Bid("trader 1", tuple(Segment(price, 3) for price in (9, 8, 7, 6, 0))),
        Bid("trader 2", (Segment(5, 1),) * 5),
    ]
    assert errors(auction.block([auction.order(order) for order in orders], START + 60).receipts) == [""] * 3
    reserve(auction, (2,))
    zones = (0, 0, 1)
    rows = [(zones[i], isinstance(order, Offer), each.price, each.quantity) for i, order in enumerate(orders) for each in order.segments]
    receipt = auction.block([auction.clear(auction.solution(Book.of(rows)))], START + GATE).receipts[0]
    event = interface(auction.kind).event(receipt.logs[0])[1]
    fills = unpack_fills(event["fills"], len(rows))
    assert sum(fills[:5]) == 18
    assert list(fills[5:10]) == [3] * 5
    assert sum(fills[10:]) == 3


def test_collateral_is_appointed_once_and_before_anybody_is_admitted() -> None:
    market, operator = Market(), "operator"
    other, own = market.contracts["Ledger"], market.contracts["Collateral"]
    calls = [market.by(operator, "appointCollateral", address) for address in (market.address["a"], other, bytes(20), own, own)]
    assert market.done(calls, START - 80) == ["NotCollateral", "NotCollateral", "NotCollateral", "", "TooLateForCollateral"]
    late = Market()
    calls = [late.by(operator, "admit", late.both), late.by(operator, "appointCollateral", late.contracts["Collateral"])]
    assert late.done(calls, START - 80) == ["", "TooLateForCollateral"]


def test_nothing_is_kept_of_the_limit_of_somebody_who_is_not_admitted() -> None:
    market = covered()
    cover = market.by("Collateral", "coverUntil", [market.address["stranger"], *market.both], [4000, 5, 6], 24)
    assert market.done([cover], START) == [""]
    assert [market.standing(name) >> 220 for name in ("stranger", "a", "b")] == [0, 2 << 20 | 5, 3 << 20 | 6]


def test_a_limit_beyond_its_bits_moves_nobody_to_another_zone() -> None:
    market = covered()
    assert market.done([market.cover(1 << 12 | 70, 3 << 20 | 64)], START) == [""]
    assert [market.standing(name) >> 220 for name in ("a", "b")] == [2 << 20 | 70, 3 << 20 | 64]


def test_whose_reservations_are_honoured_is_said_once_before_anybody_is_admitted() -> None:
    market = Market()
    address = market.contracts["Reservations"] = created_address(market.address["stranger"], 0)
    creation = interface("Reservations").creation(market.contracts["Registry"], CLOCK)
    calls = [
        Transaction(market.address["stranger"], b"", creation),
        market.by("stranger", "honour", address),
        *(market.by("operator", "honour", each) for each in (market.address["a"], market.contracts["Ledger"], address, address)),
    ]
    refused = ["NotOperator", "NotReservations", "NotReservations", "", "AlreadyHonoured"]
    assert market.done(calls, START - 80) == ["", *refused]
    late = Market()
    calls = [late.by("operator", "admit", late.both), late.by("operator", "honour", late.contracts["Ledger"])]
    assert late.done(calls, START - 80) == ["", "TooLateForReservations"]


def test_a_limit_leaves_the_order_that_stands_as_it_is() -> None:
    market = covered()
    bids = [market.submit("a", Segment(7, 5)), market.submit("b", Segment(3, 2**31 - 1), Segment(10, 1))]
    assert market.done([market.cover(ANY, ANY), *bids], START) == ["", "", ""]
    orders = [market.standing(name) & (1 << 220) - 1 for name in ("a", "b")]
    for place, (first, second) in enumerate([(0x7FF, 0x800), (0, ANY), (0x555, 0xAAA), (1, 0)]):
        assert market.done([market.cover(first, second)], START + 1 + place) == [""]
        assert [market.standing(name) & (1 << 220) - 1 for name in ("a", "b")] == orders
        assert [market.standing(name) >> 220 for name in ("a", "b")] == [2 << 20 | first, 3 << 20 | second]


def test_an_order_taken_back_leaves_number_zone_and_limit() -> None:
    market = covered()
    coded = limits.encode(7 * 5) | 1
    assert market.done([market.cover(ANY, 4094), market.submit("a", Segment(7, 5)), market.submit("b", Segment(7, 5))], START) == [""] * 3
    assert market.done([market.by("a", "withdraw"), market.by("b", "withdraw"), market.by("b", "withdraw")], START + 1) == [
        "",
        "",
        "NoOrder",
    ]
    assert [market.standing(name) for name in ("a", "b")] == [(2 << 20 | ANY) << 220, (3 << 20 | 4094) << 220]
    assert market.done([market.cover(coded), market.submit("a", Segment(7, 5))], START + 2) == ["", "OrderAboveCollateral"]


@pytest.mark.parametrize("hour", [2**23 - 1, 2**23, HIGHEST])
def test_hours_of_twenty_four_bits_take_orders_and_give_them_back(hour: int) -> None:
    market = Market()
    begun = START + hour * HOUR
    assert market.done([market.by("operator", "admit", market.both)], START - 80) == [""]
    sent = [market.submit("a", ONE, hour=hour), market.submit("b", *(ONE,) * 5, hour=hour), market.submit("a", ONE, hour=hour & 2**23 - 1)]
    assert market.done(sent, begun) == ["", "", "WrongHour" if hour >= 2**23 else ""]
    assert market.standing("a") == 2 << 240 | pack(Bid("a", (ONE,)), hour)[0]
    taken = [market.by("a", "withdraw"), market.submit("a", ONE, hour=hour), market.by("b", "withdraw"), market.by("b", "withdraw")]
    assert market.done(taken, begun + 1) == ["", "", "", "NoOrder"]
    assert market.standing("b") == 3 << 240


def test_after_the_last_hour_that_fits_an_order_none_is_taken() -> None:
    market = Market()
    assert market.done([market.by("operator", "admit", market.both)], START - 80) == [""]
    assert market.done([market.submit("a", ONE, hour=0)], START + (HIGHEST + 1) * HOUR) == ["WrongHour"]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Rules(2, (Line(2, 0, 1, 0, 0),), 0, 10, 0), "UnknownLineZone"),
        (Rules(2, (Line(1, 2, 1, 0, 0),), 0, 10, 0), "UnknownLineZone"),
        (Rules(2, (Line(1, 0, 1, 0, 0),), 0, 10, PPM), ""),
        (Rules(2, (Line(0, 1, 1, 0, PPM - 1),), 0, 10, 0), ""),
        (Rules(2, (Line(0, 1, 1, 1, 9_901),), -101, 10, 0), "LineRewardsLoss"),  # 10^6 less 1,000,001
        (Rules(2, (Line(0, 1, 1, 1, 9_999),), -100, 10, 0), ""),
        (Rules(2, (Line(0, 1, 1, 1, 10_000),), -100, 10, 0), ""),  # just none
        (Rules(2, (Line(0, 1, 1, 1, 10_001),), -100, 10, 0), "LineRewardsLoss"),
    ],
)
def test_rules_are_taken_up_to_their_bounds(rules: Rules, expected: str) -> None:
    pair = Pair()
    lines = [pack_line(line.source, line.target, line.capacity, line.charge, line.loss) for line in rules.lines]
    operator = pair.address["operator"]
    create = pair.create(KIND, operator, operator, (rules.zones, rules.floor, rules.cap, rules.k, CLOCK), lines)
    assert errors(pair.block([create], START).receipts) == [expected]
