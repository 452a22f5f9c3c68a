"""Twin of UniformAuction.sol: one stage over all lines, one price a zone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shengdian.sim.solve.certificate import certify
from shengdian.sim.twins.auction import Auction


class UniformAuction(Auction):
    """One stage over all lines; everyone in a zone gets or pays its price."""

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
        self._settle(amounts, book, numbers, clearing, np.where(book.sells, -clearing.fills, clearing.fills))
        self._announce(hour, 1, clearing, flows, clearing.fills)
        self._post(hour, amounts)
