"""Twin of TwoStageAuction.sol: every province alone, then the region over what that leaves, in one `clear`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.regional_book import firm_exports, flexible_book, kept
from shengdian.sim.twins.second_stage import SecondStage


class TwoStageAuction(SecondStage):
    """Every province alone, then the region over what that leaves; each stage has one price a zone."""

    def clear(self, hour: int, traders: Sequence[bytes], flows: Sequence[int], bounds: Sequence[int]) -> None:
        """Clears an hour; `flows` has a word a line, `bounds` a word a zone of the provincial stage, then of the regional one.

        `traders` are all who are admitted, in number order. A wrong proof is refused by the name of what does not hold (`certify`).
        """
        self._close(hour)
        book, numbers = self._book(hour, traders)
        zones = self._rules.zones
        self._require_length(flows, len(self._rules.lines))
        self._require_length(bounds, 2 * zones)

        provincial = certify(book, replace(self._rules, lines=()), self._submission((), bounds[:zones]), hour)
        first = provincial.fills
        book = self._entered(hour, traders, book, numbers)
        flexible = flexible_book(book, first, self._reading)
        firm = firm_exports(book, first, self._reading, zones)
        regional = certify(flexible, self._rules_at(hour), self._submission(flows, bounds[zones:]), hour, firm, self._strict())
        final = regional.fills + kept(book, first, self._reading)

        amounts = self._no_money()
        self._settle(amounts, book, numbers, provincial, np.where(book.sells, -first, first))
        self._settle(amounts, book, numbers, regional, np.where(book.sells, first - final, final - first))
        self._announce(hour, 0, provincial, (), first)
        self._announce(hour, 1, regional, flows, final)
        self._post(hour, amounts)
