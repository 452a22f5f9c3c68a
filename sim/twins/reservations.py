"""Twin of Reservations.sol: line capacity that the operator reserves hour by hour; what it said last holds where it says nothing."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.base.timetable import Timetable
from shengdian.sim.chain.abi_words import unpack_words
from shengdian.sim.twins import Twin, World

MOST_WORDS = 32
"""of eight lines each"""


class Reservations(Twin):
    """kWh of the lines' capacity that the region may not use in an hour."""

    def __init__(self, world: World, address: bytes, registry: bytes, timetable: int) -> None:
        super().__init__(world, address)
        self._registry, self._timetable = registry, Timetable.of(timetable).required()
        self._next = 0
        self._words: list[int] = []

    def reserve(self, hour: int, words: Sequence[int]) -> None:
        """Reserves kWh by line (packed eight a word) from an hour on, in that hour before its gate. Operator only.

        Refuses an hour that was said or is over with HourNotAhead, one that has not begun or whose gate is closed with OutsideWindow, and
        more than 32 words with TooManyWords.
        """
        if not self.other(self._registry, "is_operator", self.sender):
            self.revert("NotOperator", self.sender)
        if hour < self._next:
            self.revert("HourNotAhead", hour, self._next)
        begins = self._timetable.begins(hour)
        if not begins <= self.now < self._timetable.gate(hour):
            self.revert("OutsideWindow", hour, begins)
        if len(words) > MOST_WORDS:
            self.revert("TooManyWords", len(words), MOST_WORDS)
        self._next, self._words = hour + 1, list(words)
        self.emit("LinesReserved", hour, self._words)

    def reserved_at(self, hour: int) -> list[int]:
        """kWh by line that were said last, for that hour and any later one; empty for an earlier one."""
        return unpack_words(self._words, 32) if hour + 1 >= self._next else []
