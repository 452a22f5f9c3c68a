"""Twin of DayAheadAuction.sol: the uniform auction, with orders for the hours of a day in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shengdian.sim.base.orders import MOST_SEGMENTS, SEGMENTS_A_WORD
from shengdian.sim.twins import World
from shengdian.sim.twins.limits import worst
from shengdian.sim.twins.order_book import count_of, hour_of, retired, stood
from shengdian.sim.twins.uniform_auction import UniformAuction


class DayAheadAuction(UniformAuction):
    """The uniform auction with orders for all hours of the coming day; an order placed in the hour itself goes first."""

    def __init__(self, world: World, address: bytes, *born: Any) -> None:
        super().__init__(world, address, *born)
        self._ahead: dict[tuple[bytes, int], int] = {}
        """by trader and hour modulo two days: the word as sent; two days on, its second word"""
        self._kept = (2 * self._timetable.day,)
        """hours whose orders are kept: two days alternate"""

    def submit_day(self, words: Sequence[int]) -> None:
        """Places or replaces the sender's orders for hours of the coming day, rising, one or two words each.

        Refuses with NotAdmitted, HourOutsideDay, SegmentCount or WordMissing, and like `submit` for each order.
        """
        account = self._admitted()
        following, day, (kept,) = self._timetable.coming_day(self.now), self._timetable.day, self._kept
        expected, end = following * day, (following + 1) * day
        placed: dict[tuple[bytes, int], int] = {}
        place = 0
        while place < len(words):
            word = words[place]
            hour, count = hour_of(word), count_of(word)
            if not expected <= hour < end:
                self.revert("HourOutsideDay", hour, expected, end)
            expected = hour + 1
            if count > MOST_SEGMENTS:
                self.revert("SegmentCount", count, MOST_SEGMENTS)
            self._require_valid(word, 0, min(count, SEGMENTS_A_WORD))
            placed[self.sender, hour % kept] = word
            if count > SEGMENTS_A_WORD:
                place += 1
                if place == len(words):
                    self.revert("WordMissing", place)
                self._require_valid(words[place], SEGMENTS_A_WORD, count)
                placed[self.sender, kept + hour % kept] = words[place]
            self._require_covered(account, word, words[place])
            place += 1
        self._ahead |= placed
        self.emit("DayOrdersPlaced", account >> 240, list(words))

    def day_order_of(self, trader: bytes, hour: int) -> tuple[int, int]:
        """The two words of a trader's day-ahead order for an hour; 0 and 0 where there is none."""
        (kept,) = self._kept
        order = self._ahead.get((trader, hour % kept), 0)
        if hour_of(order) != hour or not count_of(order):
            return 0, 0
        return order, self._ahead[trader, kept + hour % kept] if count_of(order) > SEGMENTS_A_WORD else 0

    def at_risk_of(self, trader: bytes) -> tuple[int, int, bytes]:
        in_hour, first, by = super().at_risk_of(trader)
        before, (kept,) = {}, self._kept
        for hour in range(first, self._covered_until):
            order = self._ahead.get((trader, hour % kept), 0)
            if hour_of(order) == hour:
                before[hour] = worst(order, self._ahead.get((trader, kept + hour % kept), 0))
        return max(in_hour, before.pop(first, 0)) + sum(before.values()), first, by

    def _standing(self, trader: bytes, hour: int) -> tuple[int, int]:
        account, more = super()._standing(trader, hour)
        if hour_of(account) == hour and count_of(account):
            return account, more
        (kept,) = self._kept
        order = self._ahead.get((trader, hour % kept), 0)
        if hour_of(order) != hour:
            return retired(account), 0
        return stood(account, order), self._ahead.get((trader, kept + hour % kept), 0)
