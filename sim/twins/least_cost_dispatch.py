"""Twin of LeastCostDispatch.sol: one company that has all zones, where there are lines, or one a zone."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.base.roles import FIRST_NUMBER, GRID
from shengdian.sim.solve.certificate import certify
from shengdian.sim.twins.dispatch import Dispatch
from shengdian.sim.twins.order_book import packed


class LeastCostDispatch(Dispatch):
    """The plan of least cost, proven and recorded; plants get their costs, companies pay them."""

    def dispatch(self, hour: int, plan: Sequence[int], fixed_costs: Sequence[int], flows: Sequence[int], bounds: Sequence[int]) -> None:
        """Records the plan of an hour; `flows` and `bounds` prove it as in the uniform auction. Operator only.

        Refuses with PlanOutOfOrder, NotItsPart, SegmentCount, QuantityZero, PriceBelowFloor, PriceAboveCap, and by the name of what does
        not hold in a wrong proof (`certify`).
        """
        self._require_operator()
        self._close(hour)
        book, numbers = self._planned(plan)
        self._require_length(flows, len(self._rules.lines))
        self._require_length(bounds, self._rules.zones)
        clearing = certify(book, self._rules_at(hour), self._submission(flows, bounds), hour, strict=self._strict())

        amounts = self._amounts()
        amounts[GRID] += sum(clearing.charges)
        amounts[FIRST_NUMBER] -= sum(clearing.charges)
        self._pay_plants(amounts, book, numbers, clearing.fills.tolist(), fixed_costs)
        self._post(hour, amounts)
        self.emit("Dispatched", hour, list(plan), list(fixed_costs), list(flows), packed(clearing.fills), clearing.gap)

    def _company(self, zone: int) -> int:
        return FIRST_NUMBER + (0 if self._rules.lines else zone)
