"""Twin of PayAsBidAuction.sol: the uniform auction's proof and fills, every order at its own price, what is left over to the rent."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.solve.certificate import certify
from shengdian.sim.twins.auction import Auction, pay_rent


class PayAsBidAuction(Auction):
    """One stage over all lines; every order is paid at its own price, and what is left over is rent."""

    def clear(self, hour: int, traders: Sequence[bytes], flows: Sequence[int], bounds: Sequence[int]) -> None:
        """Clears an hour; `flows` (kWh sent and received, a word a line) and `bounds` (a word a zone) prove the fills.

        `traders` are all who are admitted, in number order. A wrong proof is refused by the name of what does not hold (`certify`).
        """
        self._close(hour)
        book, numbers = self._book(hour, traders)
        self._require_length(flows, len(self._rules.lines))
        self._require_length(bounds, self._rules.zones)
        clearing = certify(book, self._rules_at(hour), self._submission(flows, bounds), hour, strict=self._strict())

        amounts = self._no_money()
        amounts[0] = sum(clearing.charges)
        columns = (numbers, book.sells.tolist(), book.price.tolist(), clearing.fills.tolist())
        for number, sells, price, fill in zip(*columns, strict=True):
            amounts[number] += price * fill if sells else -price * fill
        pay_rent(amounts, -sum(amounts))
        self._announce(hour, 1, clearing, flows, clearing.fills)
        self._post(hour, amounts)
