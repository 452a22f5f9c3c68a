"""Sealed bids that must be covered: the bond at the commitment, the order at the reveal; and what bonds are worth at a close."""

from __future__ import annotations

from bank import BUYER, CLOSE, GATE, HOUR, SELLER, Bank, bid, defaults, offer
from pair import START

from shengdian.sim.base.orders import Orders
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Order
from shengdian.sim.chain.port import Transaction
from shengdian.sim.twins.envelopes import Envelope, envelopes, seeded_salts

REVEALS_FROM = Timetable(0).reveals(0)

RATE = 10_000
"""fen/MWh, the cap"""


class SealedBank(Bank):
    """A bank with a sealed auction."""

    def __init__(self) -> None:
        super().__init__("SealedUniformAuction", bond_rate=RATE)

    def envelope(self, order: Order, hour: int = 0) -> Envelope:
        return envelopes(Orders.of([order]), hour, seeded_salts(1), self.address.__getitem__)[0]

    def commit(self, order: Order, hour: int = 0) -> Transaction:
        return self.envelope(order, hour).commit(self.contracts[self.auction])

    def reveal(self, order: Order, hour: int = 0) -> Transaction:
        return self.envelope(order, hour).reveal(self.contracts[self.auction])

    def forfeit(self, trader: str, hour: int = 0) -> Transaction:
        return self.to(self.auction, "forfeit", hour, [self.address[trader]], sender="stranger")

    def at_risk(self, trader: str) -> int:
        found: int = self.read(self.auction, "atRiskOf", self.address[trader])[0]
        return found


def test_trader_without_deposit_commits_to_nothing() -> None:
    bank = SealedBank()
    assert bank.done([bank.commit(offer((500, 100)))], START) == ["OrderAboveCollateral"]
    assert bank.done([bank.reveal(offer((500, 100)))], START + REVEALS_FROM) == ["NotCommitted"]


def test_bond_is_covered_by_the_limit_of_an_hour() -> None:
    bank = SealedBank()
    assert bank.done([bank.credit(24_000_000), bank.by(SELLER, "deposit", 24_000_000)], START - 100) == ["", ""]
    assert bank.most(SELLER) == 999_424
    assert bank.done([bank.commit(offer((500, 100))), bank.commit(offer((500, 99)))], START) == ["OrderAboveCollateral", ""]
    assert bank.done([bank.commit(offer((500, 1)), 24)], START + 24 * HOUR) == ["BondUnpaid"]
    assert bank.done([bank.forfeit(SELLER), bank.commit(offer((500, 1)), 24)], START + 24 * HOUR + 1) == ["", "HourNotCovered"]


def test_deposit_that_covers_a_bond_is_not_withdrawn_until_the_order_is_revealed() -> None:
    bank = SealedBank()
    bank.done([bank.credit(24_000_000), bank.by(SELLER, "deposit", 24_000_000)], START - 100)
    order = offer((500, 99))
    assert bank.done([bank.commit(order), bank.by(SELLER, "withdraw", 23_010_001)], START) == ["", "NotEnoughFree"]
    assert bank.at_risk(SELLER) == 990_000
    assert bank.done([bank.reveal(order), bank.by(SELLER, "withdraw", 24_000_000)], START + REVEALS_FROM) == ["", ""]
    assert bank.at_risk(SELLER) == 0


def test_deposit_covers_the_bond_after_its_hour_until_it_is_paid() -> None:
    bank = SealedBank()
    bank.done([bank.credit(24_000_000), bank.by(SELLER, "deposit", 24_000_000)], START - 100)
    assert bank.done([bank.commit(offer((500, 99)))], START) == [""]
    assert bank.done([bank.by(SELLER, "withdraw", 23_010_001)], START + 5 * HOUR) == ["NotEnoughFree"]
    assert bank.done([bank.forfeit(SELLER), bank.by(SELLER, "withdraw", 23_010_001)], START + 5 * HOUR + 1) == ["", "NotEnoughFree"]
    assert (bank.at_risk(SELLER), bank.balances()[:3]) == (0, [0, 990_000, -990_000])
    assert bank.done([bank.by(SELLER, "withdraw", 23_010_000)], START + 5 * HOUR + 2) == [""]


def test_committed_bid_at_the_cap_is_covered_where_the_bond_is_the_cap() -> None:
    bank = SealedBank()
    bank.done([bank.credit(0, 24_000_000), bank.by(BUYER, "deposit", 24_000_000)], START - 100)
    order = bid((10_000, 99))
    assert bank.done([bank.commit(order)], START) == [""]
    assert bank.done([bank.reveal(order)], START + REVEALS_FROM) == [""]
    assert bank.at_risk(BUYER) == 990_000


def test_bonds_that_nobody_pays_dilute_no_covered_seller() -> None:
    """23 envelopes kept closed at 10,000 CNY each, without a deposit: a seller who was owed 3,000,000,000 by a buyer who could pay got
    346,153,847."""
    bank = Bank()
    bank.done([bank.credit(0, 3_000_000_000), bank.by(BUYER, "deposit", 3_000_000_000)], START - 100)
    bonds = 23 * 1_000_000_000
    assert bank.done(bank.posted(0, bonds, 3_000_000_000, -3_000_000_000, -bonds), START + GATE) == ["", ""]
    closed = bank.block([bank.close()], START + CLOSE).receipts[0]
    assert defaults(closed) == [(3, 3_000_000_000, 3_000_000_000, 0, 0), (4, bonds, 0, 0, bonds)]
    assert bank.book(SELLER) == (3_000_000_000, 0, False)
    assert bank.read("Collateral", "bookOf", 1)[0] == 0
    assert (bank.balances(), bank.cash()) == ([0] * 6, 3_000_000_000)


def test_what_the_rent_cannot_bear_is_shared_by_the_others() -> None:
    bank = Bank()
    assert bank.done(bank.posted(300, 100, 100, -500, 0), START + GATE) == ["", ""]
    closed = bank.block([bank.close()], START + CLOSE).receipts[0]
    assert defaults(closed) == [(3, 500, 0, 0, 500)]
    assert [bank.read("Collateral", "bookOf", number)[0] for number in (0, 1, 2)] == [0, 0, 0]
    some = Bank()
    some.done([some.credit(0, 150), some.by(BUYER, "deposit", 150)], START - 100)
    assert some.done(some.posted(299, 100, 101, -500, 0), START + GATE) == ["", ""]
    some.block([some.close()], START + CLOSE)
    # 350 are missing: 100 out of the rent, 250 shared by 299 and 101
    assert [some.read("Collateral", "bookOf", number)[0] for number in (0, 1, 2)] == [299 - 187, 0, 101 - 63]
    assert some.cash() == 150
