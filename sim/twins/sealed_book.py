"""Twin of SealedBook.sol and SealedAuctions.sol: an order book by commit and reveal, in front of any auction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shengdian.sim.base.orders import SEGMENTS_A_WORD, unpack
from shengdian.sim.base.roles import FIRST_NUMBER, RENT
from shengdian.sim.base.units import U32
from shengdian.sim.twins.envelopes import commitment, committed
from shengdian.sim.twins.limits import code_of
from shengdian.sim.twins.order_book import OrderBook

SEALED = "Sealed"
"""how the name of an auction with a sealed book begins"""


class SealedBook(OrderBook):
    """Abstract; the last argument of the constructor is the bond's rate, fen/MWh."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args[:-1])
        self._bond_rate: int = args[-1]
        self._commitments: dict[bytes, int] = {}

    def submit(self, order: int, more: int | None = None) -> None:
        """Refuses with OrdersAreSealed."""
        self.revert("OrdersAreSealed")

    def withdraw(self) -> None:
        """Refuses with OrdersAreSealed."""
        self.revert("OrdersAreSealed")

    def amend_regional(self, hour: int, markup: int) -> None:
        """Refuses with OrdersAreSealed, in an auction of two stages."""
        self.revert("OrdersAreSealed")

    def commit(self, commitment: int) -> None:
        """Commits the sender to an order of the current hour by its energy and its hash.

        Refuses with NotAdmitted, WrongHour, CommitmentsClosed, BondUnpaid, and where orders must be covered, OrderAboveCollateral or
        HourNotCovered.
        """
        self._admitted()
        hour, current = committed(commitment)[0], self.current_hour()
        if hour != current:
            self.revert("WrongHour", hour, current)
        closed = self._timetable.reveals(hour)
        if self.now >= closed:
            self.revert("CommitmentsClosed", hour, closed)
        last, _ = committed(self._commitments.get(self.sender, 0))
        if last != hour and self._bond_due(self.sender):
            self.revert("BondUnpaid", self.sender, last)
        if code_of(account := self._accounts[self.sender]):
            self._require_within_limit(account, self._bond_of(commitment), hour)
        self._commitments[self.sender] = commitment
        self.emit("OrderCommitted", self.sender, commitment)

    def reveal(self, order: int, more: int, salt: int) -> None:
        """Places the order that the sender is committed to.

        Refuses with RevealsNotOpen, NotCommitted or MoreThanCommitted, and like OrderBook.submit.
        """
        hour = self.current_hour()
        opens = self._timetable.reveals(hour)
        if self.now < opens:
            self.revert("RevealsNotOpen", hour, opens)
        said = self._commitments.get(self.sender, 0)
        at_most = committed(said)[1]
        if said != commitment(hour, order, more, salt, self.sender, at_most):
            self.revert("NotCommitted", self.sender, hour)
        whole = order & (1 << 64 * SEGMENTS_A_WORD) - 1 | more << 64 * SEGMENTS_A_WORD
        energy = sum(whole >> 64 * place & U32 for place in range(order >> 192 & 7))
        if energy > at_most:
            self.revert("MoreThanCommitted", energy, at_most)
        super().submit(order, more if order >> 192 & 7 > SEGMENTS_A_WORD else None)

    def forfeit(self, hour: int, traders: Sequence[bytes]) -> None:
        """Takes the bond of traders whose committed order does not stand after the gate; refuses with GateOpen or NothingForfeited."""
        closes = self._timetable.gate(hour)
        if self.now < closes:
            self.revert("GateOpen", hour, closes)
        amounts = [0] * (FIRST_NUMBER + len(self._accounts))
        left = dict(self._commitments)
        for trader in traders:
            word = left.get(trader, 0)
            if not word or committed(word)[0] != hour or self._revealed(trader, hour):
                self.revert("NothingForfeited", trader, hour)
            left[trader], bond = 0, self._bond_of(word)
            amounts[unpack(self._accounts[trader])[0]] -= bond
            amounts[RENT] += bond
            self.emit("BondForfeited", trader, hour, bond)
        self.other(self._ledger, "post", amounts)
        self._commitments = left

    def bond_rate(self) -> int:
        """What a kWh costs that is committed and does not stand, in 1e-5 CNY: fen/MWh."""
        return self._bond_rate

    def commitment_of(self, trader: bytes) -> int:
        """The trader's last commitment: hour, energy and hash in one word; 0 where there is none."""
        return self._commitments.get(trader, 0)

    def at_risk_of(self, trader: bytes) -> tuple[int, int, bytes]:
        """As of OrderBook, with the bond of a commitment that is neither revealed nor paid."""
        worst, first, by = super().at_risk_of(trader)
        return worst + self._bond_due(trader), first, by

    def _bond_due(self, trader: bytes) -> int:
        """1e-5 CNY that a trader owes for its last commitment unless it still reveals it; 0 where it did, or has paid."""
        word = self._commitments.get(trader, 0)
        return 0 if self._revealed(trader, committed(word)[0]) else self._bond_of(word)

    def _bond_of(self, commitment: int) -> int:
        return self._bond_rate * committed(commitment)[1]

    def _revealed(self, trader: bytes, hour: int) -> bool:
        _, _, stamp, _, segments = unpack(self._accounts.get(trader, 0))
        return bool(segments) and stamp == hour


def sealed(name: str, auction: type[Any]) -> type[Any]:
    """The auction of this name that clears as `auction` does and takes orders as SealedBook does."""
    return type(name, (SealedBook, auction), {})
