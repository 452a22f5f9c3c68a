"""What the twin of Allocation.sol keeps of sellers and provinces, and a plant's day while it is verified."""

from __future__ import annotations

from dataclasses import dataclass, field

from shengdian.sim.base.units import U32

PROVINCE, PER_PLANT, LITERAL = range(3)
OK, BELOW_MIN, ABOVE_MAX, OVERSUPPLY, BAND_EMPTY = range(5)


@dataclass(slots=True)
class Seller:
    """A plant or a fixed import that sells contract energy: its terms, and its energy of the day on record."""

    word: int
    """as in the log TermsSet"""
    energy: list[int] = field(default_factory=list)
    """kWh by hour of the day"""

    @property
    def capacity(self) -> int:
        """kWh an hour"""
        return self.word & U32

    @property
    def minimum(self) -> int:
        """kWh an hour"""
        return self.word >> 32 & U32

    @property
    def ramp(self) -> int:
        """kWh an hour"""
        return self.word >> 64 & U32

    @property
    def price(self) -> int:
        """fen/MWh"""
        return (self.word >> 96 & U32 ^ 2**31) - 2**31

    @property
    def number(self) -> int:
        """Of the registry."""
        return self.word >> 128 & 0xFFFF

    @property
    def flat(self) -> bool:
        """Whether it is a fixed import, with the same output every hour."""
        return bool(self.word >> 152)


@dataclass(slots=True)
class Zone:
    """A province: its default supplier, its sellers, and which day is on record."""

    supplier: int
    """registry number"""
    sellers: list[Seller] = field(default_factory=list)
    next_day: int = 0
    """the day on record, plus one"""
    length: int = 0
    """hours of the day on record"""

    @property
    def plants(self) -> list[Seller]:
        """Sellers that are not flat, in order of registry number."""
        return [seller for seller in self.sellers if not seller.flat]


@dataclass(slots=True)
class Case:
    """A plant's day while it is verified; lists by hour of the day."""

    seller: Seller
    contracted: int
    """kWh of the day"""
    initial: int
    """kWh"""
    status: int
    available: list[int]
    """kWh"""
    energy: list[int] = field(default_factory=list)
    """kWh"""


@dataclass(slots=True)
class Limits:
    """A plant's band, by hour of the day from the first one allocated on."""

    low: dict[int, int]
    """kWh"""
    high: dict[int, int]
    """kWh"""
    up: dict[int, int]
    """kWh"""
    down: dict[int, int]
    """kWh"""


def holds(status: int, reading: int, total: int, contracted: int) -> bool:
    """Whether a plant's energy and its contract stand to each other as its status says."""
    if status == BAND_EMPTY:
        return True
    if status == BELOW_MIN:
        return total > contracted
    if status == ABOVE_MAX:
        return total < contracted
    return total >= contracted if reading == LITERAL else total == contracted


def limits(case: Case, from_hour: int) -> Limits:
    """The two passes of the contract."""
    found = Limits({}, {}, {}, {})
    seller, least, most = case.seller, case.initial, case.initial
    off = from_hour > 0 and not case.available[from_hour - 1]
    for hour in range(from_hour, len(case.available)):
        available, down = case.available[hour], seller.ramp
        found.up[hour] = max(seller.ramp, seller.minimum) if off else seller.ramp
        off = not available
        if hour == from_hour:
            down = max(down, case.initial - available)
        elif off:
            down = max(down, seller.capacity)
        found.down[hour] = down
        found.low[hour] = least = max(0 if off else seller.minimum, least - down)
        found.high[hour] = most = min(available, most + found.up[hour])
    for hour in range(len(case.available) - 1, from_hour, -1):
        found.low[hour - 1] = least = max(found.low[hour - 1], least - found.up[hour])
        found.high[hour - 1] = most = min(found.high[hour - 1], most + found.down[hour])
    return found
