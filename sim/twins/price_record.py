"""Twin of PriceRecord.sol and PricedAuctions.sol: an auction that keeps the prices of the hour it cleared last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.solve.book import Integers
from shengdian.sim.solve.certificate import Clearing
from shengdian.sim.twins.auction import Auction

PRICED = "Priced"
"""how the name of an auction with a record of prices begins, after `Sealed` where its book is sealed"""


class PriceRecord(Auction):
    """Abstract. Of an hour with two stages the prices of the first one are kept."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._recorded: list[int] = []
        """fen/MWh by zone"""
        self._recorded_until = 0
        """the hour on record, plus one"""
        self._announced: tuple[int, ...] | None = None
        """prices of the first stage of the clearing under way"""

    def prices_at(self, hour: int) -> list[int]:
        """fen/MWh by zone of the hour cleared last, NO_PRICE where nothing was traded; refuses any other hour with NotPriced."""
        if hour + 1 != self._recorded_until:
            self.revert("NotPriced", hour)
        return list(self._recorded)

    def _announce(self, hour: int, stage: int, clearing: Clearing, flows: Sequence[int], fills: Integers) -> None:
        super()._announce(hour, stage, clearing, flows, fills)
        if self._announced is None:
            self._announced = tuple(NO_PRICE if price is None else price for price in clearing.prices)

    def _post(self, hour: int, amounts: Sequence[int]) -> None:
        prices, self._announced = self._announced, None
        super()._post(hour, amounts)
        assert prices is not None, "a stage is announced before the money moves"
        self._recorded, self._recorded_until = list(prices), hour + 1


def priced(name: str, auction: type[Any]) -> type[Any]:
    """The auction of this name that clears as `auction` does and keeps its prices."""
    return type(name, (PriceRecord, auction), {})
