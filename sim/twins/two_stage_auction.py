"""Twin of TwoStageAuction.sol: every province alone, then the region over what that leaves, in one `clear`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.regional_book import firm_exports, flexible_book
from shengdian.sim.twins import World
from shengdian.sim.twins.auction import Auction
from shengdian.sim.twins.order_book import LineWords


class TwoStageAuction(Auction):
    """Every province alone, then the region over what that leaves; each stage has one price a zone."""

    def __init__(
        self,
        world: World,
        address: bytes,
        registry: bytes,
        ledger: bytes,
        rules: tuple[int, ...],
        lines: Sequence[LineWords],
        economic: bool,
    ) -> None:
        super().__init__(world, address, registry, ledger, rules, lines)
        self._economic = economic

    def economic(self) -> bool:
        """Whether plants that sold in their province may be replaced by cheaper ones of the region."""
        return self._economic

    def clear(self, hour: int, traders: Sequence[bytes], flows: Sequence[int], bounds: Sequence[int]) -> None:
        """Clears an hour; `flows` has a word a line, `bounds` a word a zone of the provincial stage, then of the regional one.

        `traders` are all who are admitted, in number order. A wrong proof is refused by the name of what does not hold (`certify`).
        """
        self._close(hour)
        book, numbers = self._book(hour, traders)
        zones = self._rules.zones
        self._require_length(flows, len(self._rules.lines))
        self._require_length(bounds, 2 * zones)

        provincial = certify(book, replace(self._rules, lines=()), self._submission((), bounds[:zones]))
        first = provincial.fills
        flexible = flexible_book(book, first, self._economic)
        firm = firm_exports(book, first, self._economic, zones)
        regional = certify(flexible, self._rules_at(hour), self._submission(flows, bounds[zones:]), firm)
        final = regional.fills + np.where(book.sells & self._economic, 0, first)

        amounts = self._no_money()
        self._settle(amounts, book, numbers, provincial, np.where(book.sells, -first, first))
        self._settle(amounts, book, numbers, regional, np.where(book.sells, first - final, final - first))
        self._announce(hour, 0, provincial, (), first)
        self._announce(hour, 1, regional, flows, final)
        self._post(hour, amounts)
