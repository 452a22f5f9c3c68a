"""What every proven auction has in common: the words it takes, the money it moves and the event it leaves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shengdian.sim.base.roles import FIRST_NUMBER, GRID, RENT
from shengdian.sim.base.types import Submission
from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.solve.book import Book, Integers
from shengdian.sim.solve.certificate import Clearing
from shengdian.sim.twins.order_book import OrderBook, packed

_LOW = (1 << 128) - 1


class Auction(OrderBook):
    """Abstract."""

    def _submission(self, flows: Sequence[int], bounds: Sequence[int]) -> Submission:
        return Submission(
            tuple(flow >> 128 for flow in flows),
            tuple(flow & _LOW for flow in flows),
            tuple(bound >> 128 for bound in bounds),
            tuple(bound & _LOW for bound in bounds),
        )

    def _strict(self) -> bool:
        """Whether a solution must be strict: up to the last minutes of the hour."""
        return self.now < self._timetable.loose(self._timetable.hour_at(self.now))

    def _no_money(self) -> list[int]:
        """1e-5 CNY by account number, of those in the book of the hour."""
        return [0] * (FIRST_NUMBER + self._trader_count(self.current_hour()))

    @staticmethod
    def _settle(amounts: list[int], book: Book, numbers: Sequence[int], clearing: Clearing, bought: Integers) -> None:
        """Adds what a stage moves: traders at their zone's price for what they `bought` (kWh by row, negative where sold), the line charges
        to the grid, and what the lines earn beyond to the congestion rent, line by line as `pay_rent` does."""
        for row in np.flatnonzero(bought).tolist():
            price = clearing.prices[book.zone[row]]
            assert price is not None, "a zone that trades has a price"
            amounts[numbers[row]] -= price * int(bought[row])
        amounts[GRID] += sum(clearing.charges)
        for rent in clearing.rents:
            pay_rent(amounts, rent)

    def _announce(self, hour: int, stage: int, clearing: Clearing, flows: Sequence[int], fills: Integers) -> None:
        prices = [NO_PRICE if price is None else price for price in clearing.prices]
        self.emit("HourCleared", hour, stage, prices, list(flows), packed(fills), clearing.gap)

    def _post(self, hour: int, amounts: Sequence[int]) -> None:
        self.other(self._ledger, "post", amounts)
        self._cleared[hour] = True


def pay_rent(amounts: list[int], rent: int) -> None:
    """Adds a rent, 1e-5 CNY; what it lacks to 0, which is rounding, the grid bears."""
    amounts[GRID if rent < 0 else RENT] += rent
