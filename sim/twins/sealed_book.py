"""Twin of SealedBook.sol and SealedAuctions.sol: an order book by commit and reveal, in front of any auction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shengdian.sim.base.orders import SEGMENTS_A_WORD, unpack
from shengdian.sim.base.roles import FIRST_NUMBER, RENT
from shengdian.sim.base.timetable import GATE, HOUR, REVEALS_FROM
from shengdian.sim.twins.envelopes import HASH_BITS, commitment
from shengdian.sim.twins.order_book import OrderBook

SEALED = "Sealed"
"""how the name of an auction with a sealed book begins"""


class SealedBook(OrderBook):
    """Abstract; the last argument of the constructor is the bond, 1e-5 CNY."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args[:-1])
        self._bond: int = args[-1]
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
        """Commits the sender to an order of the current hour by its hash; refuses with NotAdmitted, WrongHour or CommitmentsClosed."""
        self._admitted()
        hour, current = commitment >> HASH_BITS, self.current_hour()
        if hour != current:
            self.revert("WrongHour", hour, current)
        closed = self._start + hour * HOUR + REVEALS_FROM
        if self.now >= closed:
            self.revert("CommitmentsClosed", hour, closed)
        self._commitments[self.sender] = commitment
        self.emit("OrderCommitted", self.sender, commitment)

    def reveal(self, order: int, more: int, salt: int) -> None:
        """Places the order that the sender is committed to; refuses with RevealsNotOpen or NotCommitted, and like OrderBook.submit."""
        hour = self.current_hour()
        opens = self._start + hour * HOUR + REVEALS_FROM
        if self.now < opens:
            self.revert("RevealsNotOpen", hour, opens)
        if self._commitments.get(self.sender, 0) != commitment(hour, order, more, salt, self.sender):
            self.revert("NotCommitted", self.sender, hour)
        super().submit(order, more if order >> 192 & 7 > SEGMENTS_A_WORD else None)

    def forfeit(self, hour: int, traders: Sequence[bytes]) -> None:
        """Takes the bond of traders whose committed order does not stand after the gate; refuses with GateOpen or NothingForfeited."""
        closes = self._start + hour * HOUR + GATE
        if self.now < closes:
            self.revert("GateOpen", hour, closes)
        amounts = [0] * (FIRST_NUMBER + len(self._accounts))
        left = dict(self._commitments)
        for trader in traders:
            number, _, stamp, _, segments = unpack(self._accounts.get(trader, 0))
            committed = left.get(trader, 0)
            if not committed or committed >> HASH_BITS != hour or (segments and stamp == hour):
                self.revert("NothingForfeited", trader, hour)
            left[trader] = 0
            amounts[number] -= self._bond
            amounts[RENT] += self._bond
            self.emit("BondForfeited", trader, hour, self._bond)
        self.other(self._ledger, "post", amounts)
        self._commitments = left

    def bond(self) -> int:
        """What a committed order costs that does not stand, 1e-5 CNY."""
        return self._bond

    def commitment_of(self, trader: bytes) -> int:
        """The trader's last commitment: hour and hash in one word; 0 where there is none."""
        return self._commitments.get(trader, 0)


def sealed(name: str, auction: type[Any]) -> type[Any]:
    """The auction of this name that clears as `auction` does and takes orders as SealedBook does."""
    return type(name, (SealedBook, auction), {})
