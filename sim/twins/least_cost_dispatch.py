"""Twin of LeastCostDispatch.sol: the plan of least cost, proven and recorded; plants get their costs, companies pay them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

from shengdian.sim.base.orders import SEGMENTS_A_WORD, unpack_segment
from shengdian.sim.base.roles import FIRST_NUMBER, GRID, Role
from shengdian.sim.base.types import Segment
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.certificate import certify
from shengdian.sim.twins.auction import Auction
from shengdian.sim.twins.order_book import count_of, packed

_PLACES_A_WORD, _PLACE_WIDTH, _COST_WIDTH = 16, 16, 64


class LeastCostDispatch(Auction):
    """Nobody orders; the operator's plan of an hour is taken only if none is cheaper."""

    def submit(self, order: int, more: int | None = None) -> NoReturn:
        """Refuses with OrdersAreSealed."""
        self.revert("OrdersAreSealed")

    def withdraw(self) -> NoReturn:
        """Refuses with OrdersAreSealed."""
        self.revert("OrdersAreSealed")

    def dispatch(self, hour: int, plan: Sequence[int], fixed_costs: Sequence[int], flows: Sequence[int], bounds: Sequence[int]) -> None:
        """Records the plan of an hour; `flows` and `bounds` prove it as in the uniform auction. Operator only.

        Refuses with PlanOutOfOrder, NotItsPart, SegmentCount, QuantityZero, PriceBelowFloor, PriceAboveCap, and by the name of what does
        not hold in a wrong proof (`certify`).
        """
        self._require_operator()
        self._close(hour)
        rows, numbers = self._planned(plan)
        book = Book.of((zone, sells, segment.price, segment.quantity) for zone, sells, segment in rows)
        self._require_length(flows, len(self._rules.lines))
        self._require_length(bounds, self._rules.zones)
        clearing = certify(book, self._rules_at(hour), self._submission(flows, bounds), hour, strict=self._strict())

        amounts = [0] * self.other(self._registry, "next_number")
        amounts[GRID] += sum(clearing.charges)
        amounts[FIRST_NUMBER] -= sum(clearing.charges)
        for number, (zone, sells, segment), fill in zip(numbers, rows, clearing.fills.tolist(), strict=True):
            if sells:
                amounts[number] += segment.price * fill
                amounts[self._company(zone)] -= segment.price * fill
        for number, zone, cost in self._fixed(fixed_costs):
            amounts[number] += cost
            amounts[self._company(zone)] -= cost
        self._post(hour, amounts)
        self.emit("Dispatched", hour, list(plan), list(fixed_costs), list(flows), packed(clearing.fills), clearing.gap)

    def _planned(self, plan: Sequence[int]) -> tuple[list[tuple[int, bool, Segment]], list[int]]:
        """Zone, side and segment of every row of the plan, and the number of each."""
        rows: list[tuple[int, bool, Segment]] = []
        numbers: list[int] = []
        last = 0
        for word in plan:
            number, zone, sells, count = word >> 240, word >> 232 & 0xFF, bool(word >> 195 & 1), count_of(word)
            if number < last:
                self.revert("PlanOutOfOrder", number, last)
            last = number
            if self._home(number) != (Role.PLANT if sells else Role.SUPPLIER, zone):
                self.revert("NotItsPart", number)
            if not 1 <= count <= SEGMENTS_A_WORD:
                self.revert("SegmentCount", count, SEGMENTS_A_WORD)
            self._require_valid(word, 0, count)
            rows += [(zone, sells, unpack_segment(word >> 64 * place)) for place in range(count)]
            numbers += [number] * count
        return rows, numbers

    def _fixed(self, words: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """Number, zone and 1e-5 CNY of every plant with fixed cost."""
        for word in words:
            left = word
            while left:
                number = left >> 48 & 0xFFFF
                role, zone = self._home(number)
                if role != Role.PLANT:
                    self.revert("NotItsPart", number)
                yield number, zone, left & 0xFFFFFFFFFFFF
                left >>= _COST_WIDTH

    def _company(self, zone: int) -> int:
        """The account of the company that has a zone."""
        return FIRST_NUMBER + (0 if self._rules.lines else zone)

    def _home(self, number: int) -> tuple[int, int]:
        place = self.other(self._registry, "places_of", number // _PLACES_A_WORD) >> number % _PLACES_A_WORD * _PLACE_WIDTH
        return place >> 8 & 0xFF, place & 0xFF
