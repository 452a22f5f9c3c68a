"""Twin of OnePriceAuction.sol: one price for all zones from the merit order, then redispatch at own offers so that lines are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shengdian.sim.base.roles import GRID, RENT
from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.redispatch import fixed_load, merit_order, payments_of
from shengdian.sim.twins.auction import Auction
from shengdian.sim.twins.order_book import packed


class OnePriceAuction(Auction):
    """Everyone pays or gets one price; plants that are redispatched get or pay their own offer."""

    def clear(self, hour: int, traders: Sequence[bytes], flows: Sequence[int], bounds: Sequence[int]) -> None:
        """Clears an hour; `flows` (kWh sent and received, a word a line) and `bounds` (a word for the one price, then one a zone of the
        redispatch) prove the fills.

        `traders` are all who are admitted, in number order. A wrong proof is refused by the name of what does not hold (`certify`).
        """
        self._close(hour)
        book, numbers = self._book(hour, traders)
        self._require_length(flows, len(self._rules.lines))
        self._require_length(bounds, 1 + self._rules.zones)
        first = merit_order(book, self._rules, self._submission((), bounds[:1]), hour)
        flexible = fixed_load(book, first.fills, self._rules.cap)
        found = certify(flexible, self._rules_at(hour), self._submission(flows, bounds[1:]), hour, strict=self._strict())

        (price,) = first.prices
        amounts = self._no_money()
        money = payments_of(book, np.full(len(book), price or 0), first.fills, found.fills)
        for number, amount in zip(numbers, money.tolist(), strict=True):
            amounts[number] += amount
        amounts[GRID] = sum(found.charges)
        amounts[RENT] = -sum(amounts)
        self._announce(hour, 1, replace(found, prices=(price,) * self._rules.zones), flows, found.fills)
        self.emit("MeritOrder", hour, packed(first.fills))
        self._post(hour, amounts)
