"""What the twin of Agreements.sol keeps: months, agreements, and what a participant has sold of a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

NONE, ANNUAL, MONTHLY, WITHIN_MONTH = range(4)
FLAT, PEAK_FLAT_VALLEY, LOAD_PROPORTIONAL, OWN = range(4)
PROPOSED, ACCEPTED, CANCELLED = range(3)


@dataclass(slots=True)
class Month:
    """A month of the calendar: its first hour, forecast load, trading window and binding agreements."""

    first_hour: int
    load: Sequence[int]
    """forecast by day, any unit"""
    horizon: int = NONE
    closes: int = 0
    """block time"""
    accepted: list[int] = field(default_factory=list)
    """ids, in the order of acceptance"""

    def end(self, day: int) -> int:
        """The hour after the last, where a day has `day` of them."""
        return self.first_hour + len(self.load) * day


@dataclass(slots=True)
class Agreement:
    """What one side proposed to the other and, once accepted, both deliver and pay."""

    seller: int
    """registry number"""
    buyer: int
    """registry number"""
    by_seller: bool
    horizon: int
    curve: int
    first_month: int
    first_day: int
    line: int
    price: int
    """fen/MWh"""
    expires: int
    """block time"""
    quantities: Sequence[int]
    """kWh by month"""
    weights: Sequence[int]
    """by clock hour of the day; empty for a flat curve"""
    state: int = PROPOSED


@dataclass(slots=True)
class Position:
    """Of one participant in one month: its net position, how high that may be, and its agreements."""

    net: int = 0
    """kWh sold less kWh bought"""
    capability: int = 0
    """kWh"""
    count: int = 0
    """binding agreements"""
