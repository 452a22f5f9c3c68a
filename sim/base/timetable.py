"""When things happen: every block time of a run, and every time of the hour that a contract knows.

All times are seconds. An hour of the market is an hour of the chain's clock; hour 0 begins at the run's `start`.

==================  ==================================================================================
seconds             what happens
==================  ==================================================================================
`start` - 120       contracts are created
`start` - 60        participants are enrolled and admitted
`start` - 30        terms, lists and deposits are registered
day - 20            orders for a whole day come in (day ahead)
hour + 60           orders come in, or commitments to them; contract energy is allocated before them
hour + 900          commitments are closed, orders are revealed
hour + 1800         the gate closes; the operator clears the hour
hour + 2700         anyone may clear it
hour + 3300         a solution need not be strict any more; the operator clears where it found no strict one
hour + 3540         meters are settled, bills are made; the operator may close accounts that are due with the hour
hour + 3560         accounts are closed
==================  ==================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

from shengdian.sim.base.units import HOURS_A_DAY

HOUR = 3600
"""seconds"""
DAY = HOURS_A_DAY * HOUR
"""seconds"""

CREATED_AT = -120
"""before hour 0, contracts are created"""
ENROLLED_AT = -60
"""before hour 0, participants are enrolled"""
REGISTERED_AT = -30
"""before hour 0, terms, lists and deposits are registered"""
DAY_AHEAD_AT = -20
"""before a day begins, day-ahead orders come in"""

ORDERS_AT = 60
"""of the hour: the block of orders, or of commitments"""
REVEALS_FROM = 900
"""of the hour: commitments are taken until then, and orders are revealed from then on"""
GATE = 1800
"""of the hour: orders are taken until then, and from then on the operator may clear"""
OPEN_TO_ALL = 2700
"""of the hour: anyone may clear from then on"""
LOOSE_FROM = 3300
"""of the hour: from then on a solution need not be strict (what arrives may be rounded up, energy may be wasted), so that no hour lapses"""
LAST_MINUTE = 3540
"""of the hour: from then on meters are settled and bills are made, and the operator may close the accounts that are due"""
CLOSES_AT = 3560
"""of the hour: the block in which accounts are closed"""


@dataclass(frozen=True, slots=True)
class Timetable:
    """The block times of a run whose hour 0 begins at `start`, seconds since 1970."""

    start: int

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

    def begins(self, hour: int) -> int:
        """The first second of an hour."""
        return self.start + hour * HOUR

    def day_ahead(self, day: int) -> int:
        """The block of the orders for a day."""
        return self.start + day * DAY + DAY_AHEAD_AT

    def orders(self, hour: int) -> int:
        """The block of an hour's orders, or of commitments to them."""
        return self.begins(hour) + ORDERS_AT

    def reveals(self, hour: int) -> int:
        """The block that reveals an hour's sealed orders."""
        return self.begins(hour) + REVEALS_FROM

    def gate(self, hour: int) -> int:
        """The block that clears an hour."""
        return self.begins(hour) + GATE

    def late(self, hour: int) -> int:
        """The block that clears an hour for which there is no strict solution."""
        return self.begins(hour) + LOOSE_FROM

    def meters(self, hour: int) -> int:
        """The block that settles an hour's meters, and makes the bills that are due."""
        return self.begins(hour) + LAST_MINUTE

    def closes(self, hour: int) -> int:
        """The block that closes accounts at the end of an hour."""
        return self.begins(hour) + CLOSES_AT
