"""Twin of OwnFirstDispatch.sol: every company runs its own plants for its own users, then buys what these leave unserved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.solve.certificate import certify, check_bounds
from shengdian.sim.solve.regional_book import firm_exports, flexible_book, kept
from shengdian.sim.twins.dispatch import Dispatch
from shengdian.sim.twins.order_book import packed


class OwnFirstDispatch(Dispatch):
    """A company a zone; what is bought of others pays the price that supports the second proof."""

    def dispatch(self, hour: int, plan: Sequence[int], fixed_costs: Sequence[int], flows: Sequence[int], bounds: Sequence[int]) -> None:
        """Records the plan of an hour; `bounds` are a word a zone for every zone alone, then for the exchange. Operator only.

        Refuses as LeastCostDispatch does.
        """
        self._require_operator()
        self._close(hour)
        book, numbers = self._planned(plan)
        zones = self._rules.zones
        self._require_length(bounds, 2 * zones)
        alone = certify(book, replace(self._rules, lines=()), self._submission((), bounds[:zones]), hour)
        self._require_length(flows, len(self._rules.lines))
        firm = firm_exports(book, alone.fills, "physical", zones)
        left = flexible_book(book, alone.fills, "physical")
        proof = self._submission(flows, bounds[zones:])
        exchange = certify(left, self._rules_at(hour), proof, hour, firm, self._strict())
        fills = exchange.fills + kept(book, alone.fills, "physical")

        amounts = self._amounts()
        grown = np.where(book.sells, alone.fills - fills, fills - alone.fills)
        companies = [self._company(zone) for zone in book.zone.tolist()]
        self._settle(amounts, book, companies, exchange, grown)
        self._pay_plants(amounts, book, numbers, fills.tolist(), fixed_costs)
        prices = [self._rules.floor + tick for tick in check_bounds(self._rules, proof)]
        self.emit("SurplusSold", hour, prices, packed(alone.fills))
        self._post(hour, amounts)
        self.emit("Dispatched", hour, list(plan), list(fixed_costs), list(flows), packed(fills), exchange.gap)

    def _company(self, zone: int) -> int:
        return FIRST_NUMBER + zone
