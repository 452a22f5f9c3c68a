"""Twin of AuditedUniformAuction.sol: the uniform auction with orders held to audited cost, and with a record of its prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shengdian.sim.base.orders import unpack_segment
from shengdian.sim.twins.price_record import PriceRecord
from shengdian.sim.twins.uniform_auction import UniformAuction

AUDITED = "Audited"
"""how the name of an auction begins that holds orders to audited cost"""
NO_CAP = (1 << 255) - 1
"""what `audited_cap` gives for a trader who was not named"""


class AuditedUniformAuction(PriceRecord, UniformAuction):
    """No order of an audited trader has a price above its cap."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._caps: dict[bytes, int] = {}
        """fen/MWh by trader"""

    def audit(self, traders: Sequence[bytes], prices: Sequence[int]) -> None:
        """Says the highest price (fen/MWh) of each of `traders`; before hour 0 it may be said anew. Operator only.

        Refuses with TooLateToAudit, WrongLength, NotAdmitted, PriceBelowFloor or PriceAboveCap.
        """
        self._require_operator()
        if self.now >= self._timetable.start:
            self.revert("TooLateToAudit", self.now, self._timetable.start)
        self._require_length(prices, len(traders))
        for trader, price in zip(traders, prices, strict=True):
            if trader not in self._accounts:
                self.revert("NotAdmitted", trader)
            if price < self._rules.floor:
                self.revert("PriceBelowFloor", price, self._rules.floor)
            if price > self._rules.cap:
                self.revert("PriceAboveCap", price, self._rules.cap)
        self._caps |= zip(traders, prices, strict=True)
        for trader, price in zip(traders, prices, strict=True):
            self.emit("OffersAudited", trader, price)

    def audited_cap(self, trader: bytes) -> int:
        """The highest price (fen/MWh) that the trader may ask; NO_CAP for one who was not named."""
        return self._caps.get(trader, NO_CAP)

    def _require_valid(self, word: int, first: int, end: int) -> None:
        super()._require_valid(word, first, end)
        most = self.audited_cap(self.sender)
        for place in range(first, end):
            price = unpack_segment(word >> 64 * (place - first)).price
            if price > most:
                self.revert("OfferAboveAudited", price, most)
