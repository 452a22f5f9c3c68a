"""Twin of Reservations.sol: line capacity that the operator reserves hour by hour."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.sim.chain.abi_words import unpack_words
from shengdian.sim.twins import Twin, World


class Reservations(Twin):
    """kWh of the lines' capacity that the region may not use in an hour."""

    def __init__(self, world: World, address: bytes, registry: bytes) -> None:
        super().__init__(world, address)
        self._registry = registry
        self._next = 0
        self._words: list[int] = []

    def reserve(self, hour: int, words: Sequence[int]) -> None:
        """Reserves kWh by line (packed eight a word) for an hour. Operator only; refuses an earlier hour with HourNotAhead."""
        if not self.other(self._registry, "is_operator", self.sender):
            self.revert("NotOperator", self.sender)
        if hour < self._next:
            self.revert("HourNotAhead", hour, self._next)
        self._next, self._words = hour + 1, list(words)
        self.emit("LinesReserved", hour, self._words)

    def reserved_at(self, hour: int) -> list[int]:
        """kWh by line, for the hour reserved last; empty for any other."""
        return unpack_words(self._words, 32) if hour + 1 == self._next else []
