"""Every trade halfway between the price of the order and that of its zone."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian import Mechanism
from shengdian.sim.solve.certificate import certify
from shengdian.sim.twins.auction import Auction

MECHANISM = Mechanism("midpoint", "MidpointAuction.json", "Halfway between the own price and the zone's.", pays="announced")


class MidpointAuction(Auction):
    """The contract once more in Python, which only the chain `mirror` needs."""

    def clear(self, hour: int, traders: Sequence[bytes], flows: Sequence[int], bounds: Sequence[int]) -> None:
        """Clears an hour."""
        self._close(hour)
        book, numbers = self._book(hour, traders)
        self._require_length(flows, len(self._rules.lines))
        self._require_length(bounds, self._rules.zones)
        clearing = certify(book, self._rules_at(hour), self._submission(flows, bounds), hour, strict=self._strict())

        amounts, payments = self._no_money(), []
        for row, number in enumerate(numbers):
            twice = (int(book.price[row]) + (clearing.prices[book.zone[row]] or 0)) * int(clearing.fills[row])
            payments.append((twice if book.sells[row] else -twice) // 2)
            amounts[number] += payments[-1]
        amounts[0] = sum(clearing.charges)
        amounts[1] = -sum(amounts)
        self._announce(hour, 1, clearing, flows, clearing.fills)
        self.emit("PaymentsMade", hour, payments)
        self._post(hour, amounts)
