"""When things happen: every block time of a run, and every time of the hour that a contract knows.

All times are seconds of the chain. The market's hours are its periods: each stands for 60, 30 or 15 minutes of energy, and lasts as many
seconds of the chain as the run was given, 3,600 by default. What happens in an hour is a share of it, so that all of it is possible in 10
seconds; hour 0 begins at the run's `start`.

===============================  ===============  ===========================================================================
share of the hour                in 3,600 s       what happens
===============================  ===============  ===========================================================================
120 s before hour 0              `start` - 120    contracts are created
60 s before hour 0               `start` - 60     participants are enrolled and admitted
30 s before hour 0               `start` - 30     terms, lists and deposits are registered
last 1/180, 1 s at least         day - 20         orders for a whole day come in (day ahead)
from 1/60, 1 s at least          hour + 60        orders come in, or commitments to them; contract energy is allocated before them
from 1/4                         hour + 900       commitments are closed, orders are revealed
from 1/2                         hour + 1800      the gate closes; the operator clears the hour
from 3/4                         hour + 2700      anyone may clear it
last 1/12, 4 s at least          hour + 3300      a solution need not be strict any more; the operator clears where it found no strict one
last 1/60, 3 s at least          hour + 3540      meters are settled, bills are made; the operator may close accounts that are due
last 1/90, 2 s at least          hour + 3560      accounts are closed
===============================  ===============  ===========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.units import HOURS_A_DAY

HOUR = 3600
"""seconds of a clock hour, and of the chain's in an hour of the market where nothing else is said"""
DAY = HOURS_A_DAY * HOUR
"""seconds"""

CREATED_AT = -120
"""before hour 0, contracts are created"""
ENROLLED_AT = -60
"""before hour 0, participants are enrolled"""
REGISTERED_AT = -30
"""before hour 0, terms, lists and deposits are registered"""

SHORTEST = 10
"""seconds that an hour lasts at least"""
PARTS = (1, 2, 4)
"""hours of the market that a clock hour may have"""
_PARTS_AT, _LENGTH_AT = 64, 224
"""bits of the word"""


@dataclass(frozen=True, slots=True)
class Timetable:
    """The clock of a market, as its contracts have it in one word; the twin of Timetable.sol."""

    start: int
    """block time at which hour 0 begins, seconds since 1970"""
    length: int = HOUR
    """seconds of the chain that an hour lasts"""
    parts: int = 1
    """hours of the market in a clock hour: 1, 2 or 4"""

    @classmethod
    def of(cls, word: int) -> Timetable:
        """The timetable that a contract was created with."""
        return cls(word & (1 << _PARTS_AT) - 1, word >> _LENGTH_AT, word >> _PARTS_AT & 0xFF)

    @property
    def word(self) -> int:
        """As a contract's constructor takes it."""
        return self.start | self.parts << _PARTS_AT | self.length << _LENGTH_AT

    def required(self) -> Timetable:
        """The timetable, if it is one; else raises Reverted with BadTimetable."""
        if self.length < SHORTEST or self.parts not in PARTS:
            raise Reverted("BadTimetable", {"length": self.length, "parts": self.parts})
        return self

    # --- as contracts reckon

    @property
    def day(self) -> int:
        """Hours of a day."""
        return HOURS_A_DAY * self.parts

    def begins(self, hour: int) -> int:
        """The first second of an hour."""
        return self.start + hour * self.length

    def hour_at(self, time: int) -> int:
        """The hour of a block time, which is not before hour 0."""
        return (time - self.start) // self.length

    def first_open_at(self, time: int) -> int:
        """The first hour whose gate is open or to come at a block time."""
        if time < self.start:
            return 0
        hour = self.hour_at(time)
        return hour if time < self.gate(hour) else hour + 1

    def coming_day(self, time: int) -> int:
        """The first day to begin after a block time."""
        return 0 if time < self.start else self.hour_at(time) // self.day + 1

    def reveals(self, hour: int) -> int:
        """From then on an hour's sealed orders are revealed, and until then commitments are taken; the block that reveals them."""
        return self.begins(hour) + self.length // 4

    def gate(self, hour: int) -> int:
        """Orders are taken until then, and from then on the operator may clear; the block that clears an hour."""
        return self.begins(hour) + self.length // 2

    def open_to_all(self, hour: int) -> int:
        """Anyone may clear an hour from then on."""
        return self.begins(hour) + self.length * 3 // 4

    def loose(self, hour: int) -> int:
        """From then on a solution need not be strict (what arrives may be rounded up, energy may be wasted), so that no hour lapses; the
        block that clears an hour for which there is no strict solution."""
        return self.begins(hour + 1) - max(self.length // 12, 4)

    def last_minute(self, hour: int) -> int:
        """From then on meters are settled and bills are made, and the operator may close the accounts that are due; the block that settles
        an hour's meters, and makes the bills that are due."""
        return self.begins(hour + 1) - max(self.length // 60, 3)

    # --- blocks that no contract has a time for

    @property
    def created(self) -> int:
        """The block that creates the contracts."""
        return self.start + CREATED_AT

    @property
    def enrolled(self) -> int:
        """The block that enrols and admits."""
        return self.start + ENROLLED_AT

    @property
    def registered(self) -> int:
        """The block that registers terms, lists and deposits."""
        return self.start + REGISTERED_AT

    def day_ahead(self, day: int) -> int:
        """The block of the orders for a day."""
        return self.begins(day * self.day) - max(self.length // 180, 1)

    def orders(self, hour: int) -> int:
        """The block of an hour's orders, or of commitments to them."""
        return self.begins(hour) + max(self.length // 60, 1)

    def closes(self, hour: int) -> int:
        """The block that closes accounts at the end of an hour."""
        return self.begins(hour + 1) - max(self.length // 90, 2)
