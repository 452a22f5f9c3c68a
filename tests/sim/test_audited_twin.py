"""AuditedUniformAuction agrees with its twin: who sets caps and when, and that no order of an audited trader is above its cap."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pair import CLOCK, POSTER_ROLE, START, Pair, error

from shengdian.sim.base.orders import pack
from shengdian.sim.base.timetable import HOUR, Timetable
from shengdian.sim.base.types import Bid, Offer, Rules, Segment
from shengdian.sim.chain.port import Transaction
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import solve
from shengdian.sim.twins.audited_uniform_auction import NO_CAP

KIND = "AuditedUniformAuction"
PLANT, USER = 1, 2
FLOOR, CAP = -50, 1000
GATE, OPEN_TO_ALL = Timetable(0).gate(0), Timetable(0).open_to_all(0)


class Market(Pair):
    """Plant `a` may ask 300, plant `below` no more than -20, plant `free` and `user` what they like."""

    def __init__(self) -> None:
        names = ("a", "below", "free", "user")
        super().__init__(names)
        operator = self.address["operator"]
        create = [self.create("Registry", operator, 1), self.create("Ledger", operator)]
        registry, ledger = self.contracts["Registry"], self.contracts["Ledger"]
        create.append(self.create(KIND, registry, ledger, (1, FLOOR, CAP, 500_000, CLOCK), []))
        enrol = [self.to("Registry", "enrol", self.address[name], USER if name == "user" else PLANT, 0) for name in names]
        self.traders = [self.address[name] for name in names]
        ready = [self.to("Ledger", "grantRole", POSTER_ROLE, self.contracts[KIND]), self.to(KIND, "admit", self.traders)]
        assert self.done([*create, *enrol, *ready, self.audit(("a", 300), ("below", -20))], START - 60) == [""] * 10

    def done(self, transactions: Sequence[Transaction], timestamp: int) -> list[str]:
        return [error(receipt) for receipt in self.block(transactions, timestamp).receipts]

    def audit(self, *caps: tuple[str, int], sender: str = "operator") -> Transaction:
        return self.to(KIND, "audit", [self.address[name] for name, _ in caps], [price for _, price in caps], sender=sender)

    def order(self, name: str, *segments: tuple[int, int], hour: int = 0) -> Transaction:
        kind = Bid if name == "user" else Offer
        word, more = pack(kind(name, tuple(Segment(*each) for each in segments)), hour)
        if len(segments) <= 3:
            return self.to(KIND, "submit(uint256)", word, sender=name)
        return self.to(KIND, "submit(uint256,uint256)", word, more, sender=name)


def test_no_segment_of_an_audited_trader_is_above_its_cap_and_others_are_free() -> None:
    market = Market()
    sent = [
        market.order("a", (300, 5)),
        market.order("a", (301, 5)),
        market.order("a", (100, 5), (301, 1)),
        market.order("a", (1, 1), (2, 1), (3, 1), (301, 1)),
        market.order("a", (1, 1), (2, 1), (3, 1), (4, 1), (301, 1)),
        market.order("a", (1, 1), (2, 1), (3, 1), (4, 1), (300, 1)),
        market.order("below", (-20, 5)),
        market.order("below", (-19, 5)),
        market.order("free", (CAP, 5)),
        market.order("user", (CAP, 5)),
        market.order("a", (CAP + 1, 5)),
    ]
    above = "OfferAboveAudited"
    assert market.done(sent, START + 60) == ["", above, above, above, above, "", "", above, "", "", "PriceAboveCap"]


def test_caps_are_read_as_they_were_set_and_who_was_not_named_has_none() -> None:
    market = Market()
    assert [market.read(KIND, "auditedCap", each) for each in market.traders] == [300, -20, NO_CAP, NO_CAP]


@pytest.mark.parametrize(
    ("caps", "refused"),
    [
        ((("a", 200),), ""),
        ((("a", FLOOR), ("below", CAP)), ""),
        ((("a", CAP + 1),), "PriceAboveCap"),
        ((("a", FLOOR - 1),), "PriceBelowFloor"),
        ((("stranger", 5),), "NotAdmitted"),
    ],
)
def test_before_hour_0_the_operator_may_say_caps_anew_within_floor_and_cap_of_traders(
    caps: Sequence[tuple[str, int]], refused: str
) -> None:
    market = Market()
    assert market.done([market.audit(*caps)], START - 1) == [refused]
    assert market.read(KIND, "auditedCap", market.address["a"]) == (300 if refused else caps[0][1])


def test_nobody_else_sets_caps_and_from_hour_0_on_nobody_does() -> None:
    market = Market()
    assert (
        market.done([market.audit(("a", CAP), sender="a"), market.audit(("a", CAP), sender="stranger")], START - 2) == ["NotOperator"] * 2
    )
    short = market.to(KIND, "audit", market.traders, [1])
    assert market.done([short], START - 1) == ["WrongLength"]
    assert market.done([market.audit(("a", CAP))], START) == ["TooLateToAudit"]


def test_a_stranger_clears_an_hour_of_audited_orders_and_its_prices_are_kept() -> None:
    market = Market()
    rows = [(0, True, 300, 5), (0, True, 400, 5), (0, False, 500, 7)]
    orders = [market.order("a", (300, 5)), market.order("free", (400, 5)), market.order("user", (500, 7))]
    assert market.done(orders, START + 60) == [""] * 3
    found = solve(Book.of(rows), Rules(1, (), FLOOR, CAP, 500_000), 0)
    bounds = [low << 128 | high for low, high in zip(found.low, found.high, strict=True)]
    clear = market.to(KIND, "clear", 0, market.traders, [], bounds, sender="stranger")
    assert market.done([clear], START + GATE) == ["NotOperator"]
    assert market.done([clear], START + OPEN_TO_ALL) == [""]
    assert market.read(KIND, "pricesAt", 0) == (400,)
    assert market.done([market.order("a", (301, 1), hour=1)], START + HOUR + 60) == ["OfferAboveAudited"]
