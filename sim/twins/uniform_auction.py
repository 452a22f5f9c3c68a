"""Twin of UniformAuction.sol: one stage over all lines, one price a zone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shengdian.sim.solve.certificate import certify
from shengdian.sim.twins.auction import Auction


class UniformAuction(Auction):
    def clear(self, hour: int, traders: Sequence[bytes], flows: Sequence[int], bounds: Sequence[int]) -> None:
        self._close(hour)
        book, numbers = self._book(hour, traders)
        self._require_length(flows, len(self._rules.lines))
        self._require_length(bounds, self._rules.zones)
        clearing = certify(book, self._rules_at(hour), self._submission(flows, bounds))

        amounts = self._no_money()
        self._settle(amounts, book, numbers, clearing, np.where(book.sells, -clearing.fills, clearing.fills))
        self._announce(hour, 1, clearing, flows, clearing.fills)
        self._post(hour, amounts)
