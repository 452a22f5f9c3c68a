"""Twin of Dispatch.sol: what every dispatch has in common, the plan as rows, and what plants are paid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

from shengdian.sim.base.orders import SEGMENTS_A_WORD, unpack
from shengdian.sim.base.roles import Role
from shengdian.sim.base.types import Segment
from shengdian.sim.solve.book import Book
from shengdian.sim.twins.auction import Auction

_PLACES_A_WORD, _PLACE_WIDTH, _COST_WIDTH = 16, 16, 64


class Dispatch(Auction):
    """Abstract: nobody orders; the operator's plan of an hour is taken only if none is cheaper."""

    def submit(self, order: int, more: int | None = None) -> NoReturn:
        """Refuses with OrdersAreSealed."""
        self.revert("OrdersAreSealed")

    def withdraw(self) -> NoReturn:
        """Refuses with OrdersAreSealed."""
        self.revert("OrdersAreSealed")

    def _amounts(self) -> list[int]:
        """1e-5 CNY by account number."""
        return [0] * int(self.other(self._registry, "next_number"))

    def _company(self, zone: int) -> int:
        """The account of the company that has a zone."""
        raise NotImplementedError

    def _pay_plants(self, amounts: list[int], book: Book, numbers: Sequence[int], fills: Sequence[int], fixed_costs: Sequence[int]) -> None:
        """Adds what plants get for fuel and fixed cost, and what their companies pay."""
        columns = (numbers, book.zone.tolist(), book.sells.tolist(), book.price.tolist(), fills)
        for number, zone, sells, price, fill in zip(*columns, strict=True):
            if sells:
                amounts[number] += price * fill
                amounts[self._company(zone)] -= price * fill
        for number, zone, cost in self._fixed(fixed_costs):
            amounts[number] += cost
            amounts[self._company(zone)] -= cost

    def _planned(self, plan: Sequence[int]) -> tuple[Book, list[int]]:
        """The plan as a book, and the number of each of its rows."""
        rows: list[tuple[int, bool, Segment]] = []
        numbers: list[int] = []
        last = 0
        for word in plan:
            number, zone, _, sells, segments = unpack(word)
            if number < last:
                self.revert("PlanOutOfOrder", number, last)
            last = number
            if self._home(number) != (Role.PLANT if sells else Role.SUPPLIER, zone):
                self.revert("NotItsPart", number)
            if not 1 <= len(segments) <= SEGMENTS_A_WORD:
                self.revert("SegmentCount", len(segments), SEGMENTS_A_WORD)
            self._require_valid(word, 0, len(segments))
            rows += [(zone, sells, segment) for segment in segments]
            numbers += [number] * len(segments)
        return Book.of((zone, sells, segment.price, segment.quantity) for zone, sells, segment in rows), numbers

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

    def _home(self, number: int) -> tuple[int, int]:
        place = self.other(self._registry, "places_of", number // _PLACES_A_WORD) >> number % _PLACES_A_WORD * _PLACE_WIDTH
        return place >> 8 & 0xFF, place & 0xFF
