"""Twin of SecondStage.sol: who gives wind, sun or water, and what traders ask on top in the region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.base.types import READINGS
from shengdian.sim.solve.book import Book
from shengdian.sim.twins import World
from shengdian.sim.twins.auction import Auction
from shengdian.sim.twins.limits import code_of
from shengdian.sim.twins.order_book import LineWords


class SecondStage(Auction):
    """Abstract: what auctions of two stages know besides the book."""

    def __init__(
        self,
        world: World,
        address: bytes,
        registry: bytes,
        ledger: bytes,
        rules: tuple[int, ...],
        lines: Sequence[int | LineWords],
        surplus_deficit: int,
    ) -> None:
        super().__init__(world, address, registry, ledger, rules, lines)
        if surplus_deficit >= len(READINGS):
            raise Reverted("")  # not a SurplusDeficit: refused while it is decoded
        self._reading = READINGS[surplus_deficit]
        self._renewables: dict[int, bool] = {}
        """by number"""
        self._markups: dict[bytes, list[int]] = {}
        """hour and fen/MWh by trader"""

    def surplus_deficit_reading(self) -> int:
        """What provinces bring to the second stage, as the contract numbers it."""
        return READINGS.index(self._reading)

    def note_renewables(self, traders: Sequence[bytes]) -> None:
        """Says that traders give wind, sun or water. Operator only; refuses with TooLateForRenewables or NotAdmitted."""
        self._require_operator()
        if self.now >= self._timetable.gate(0):
            self.revert("TooLateForRenewables")
        for trader in traders:
            if trader not in self._accounts:
                self.revert("NotAdmitted", trader)
        self._renewables |= {self._accounts[trader] >> 240: True for trader in traders}
        self.emit("RenewablesDeclared", list(traders))

    def amend_regional(self, hour: int, markup: int) -> None:
        """Has the sender's order of the current hour ask or bid `markup` fen/MWh more in the second stage.

        Refuses with NotAdmitted, MarkupNotCovered, WrongHour, GateClosed or MarkupTooLarge.
        """
        account = self._admitted()
        if code_of(account):
            self.revert("MarkupNotCovered")
        current = self.current_hour()
        if hour != current:
            self.revert("WrongHour", hour, current)
        self._open_hour()
        most = self._rules.cap - self._rules.floor
        if abs(markup) > most:
            self.revert("MarkupTooLarge", markup, most)
        self._markups[self.sender] = [hour, markup]
        self.emit("RegionalMarkup", account >> 240, hour, markup)

    def regional_markup_of(self, trader: bytes, hour: int) -> int:
        """The trader's markup for the hour, fen/MWh; 0 where it gave none."""
        given, markup = self._markups.get(trader, (hour, 0))
        return markup if given == hour else 0

    def _entered(self, hour: int, traders: Sequence[bytes], book: Book, numbers: Sequence[int]) -> Book:
        """The book with what only the second stage asks: who gives wind, sun or water, and prices with their markups."""
        markup = np.array([self.regional_markup_of(traders[number - FIRST_NUMBER], hour) for number in numbers], np.int64)
        regional = np.clip(book.price + markup, self._rules.floor, self._rules.cap)
        renewable = np.array([number in self._renewables for number in numbers], np.bool_)
        return replace(book, regional=regional, renewable=renewable)
