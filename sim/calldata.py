"""Plans and purchases as the words that the contract Allocation takes, and its logs as rows.

Words hold several values each, the first in the lowest bits: eight uint32 kWh, or four purchases of 64 bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.allocation import READINGS, STATUSES, Plan, PlantCase, Reading, Status

HOURS_A_DAY = 24
SHARES_A_WORD = 8
PURCHASES_A_WORD = 4
NO_PRICE = -(2**31)
"""fen/MWh, in the log of a zone without contract energy"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is fixed about a seller of contract energy."""

    capacity: int
    """kWh an hour; what a fixed import delivers in every hour"""
    minimum: int
    """kWh an hour; equal to `capacity` for a fixed import"""
    ramp: int
    """kWh an hour from one hour to the next; 0 counts as 1"""
    price: int
    """fen/MWh"""

    def word(self) -> int:
        """As `setTerms` takes it."""
        return self.capacity | self.minimum << 32 | max(self.ramp, 1) << 64 | (self.price & 0xFFFFFFFF) << 96


@dataclass(frozen=True, slots=True)
class Purchase:
    """Contract energy that a buyer takes in an hour."""

    zone: int
    """index of the zone"""
    number: int
    """registry number of the buyer"""
    energy: int
    """kWh"""


@dataclass(frozen=True, slots=True)
class Allocated:
    """A province's allocation out of its log."""

    zone: int
    """index of the zone"""
    day: int
    from_hour: int
    """of the day"""
    contracts: tuple[tuple[int, ...], ...]
    """kWh by hour from `from_hour` on, by seller in order of the terms"""
    statuses: tuple[Status, ...]
    """by plant in order of the terms, without fixed imports"""
    bidding: int
    """kWh of the day that contracts leave to bidding"""


@dataclass(frozen=True, slots=True)
class Settled:
    """An hour's contract energy out of its log."""

    hour: int
    """since hour 0"""
    prices: tuple[int | None, ...]
    """fen/MWh that buyers pay, by zone; None where nothing was sold"""
    contracts: tuple[tuple[int, ...], ...]
    """kWh by zone, by seller in order of the terms"""
    purchases: tuple[Purchase, ...]
    """as given to `settle`, without empty ones"""


def lanes(values: Sequence[int], bits: int) -> list[int]:
    """Values of `bits` bits each as words; raises OverflowError for one that does not fit."""
    width = bits // 8
    data = b"".join(value.to_bytes(width, "little") for value in values)
    return [int.from_bytes(data[at : at + 32], "little") for at in range(0, len(data), 32)]


def lanes_of(words: Sequence[int], bits: int) -> list[int]:
    """Every value of `bits` bits that the words hold."""
    mask = 2**bits - 1
    return [word >> shift & mask for word in words for shift in range(0, 256, bits)]


def allocate_arguments(
    plan: Plan, cases: Sequence[PlantCase], load: Sequence[int], zone: int, day: int, reading: Reading, share: int, from_hour: int = 0
) -> tuple[tuple[int, int, int, int, int, int], list[int], list[int]]:
    """The arguments of `allocate` for what `sim.allocation.allocate(load, cases, reading, share, from_hour)` gave.

    `cases` are the province's plants in order of their terms, without fixed imports; `load` (kWh by hour) is without them too.
    """
    words: list[int] = []
    for case, planned in zip(cases, plan.plants, strict=True):
        words.append((case.contract or 0) | case.initial << 64 | STATUSES.index(planned.status) << 96)
        words += lanes(case.available, 32) + lanes(planned.hours, 32)
    return (zone, day, from_hour, len(load), READINGS.index(reading), share), lanes(load, 32), words


def settle_arguments(hour: int, purchases: Sequence[Purchase]) -> tuple[int, list[int]]:
    """The arguments of `settle`."""
    packed = [purchase.energy | purchase.number << 32 | purchase.zone << 48 for purchase in purchases if purchase.energy]
    return hour, lanes(packed, 256 // PURCHASES_A_WORD)


def decode_allocated(args: Mapping[str, Any], sellers: int) -> Allocated:
    """What the log DayAllocated says; `sellers` is how many the zone has, fixed imports among them."""
    contracts = _split(args["contracts"], -(-sellers // SHARES_A_WORD), sellers)
    statuses = tuple(STATUSES[status] for status in args["statuses"])
    return Allocated(args["zone"], args["day"], args["fromHour"], contracts, statuses, args["bidding"])


def decode_settled(args: Mapping[str, Any], sellers: Sequence[int]) -> Settled:
    """What the log AgreementsSettled says; `sellers` is how many each zone has, fixed imports among them."""
    contracts: list[tuple[int, ...]] = []
    words = list(args["contracts"])
    for count in sellers:
        width = -(-count // SHARES_A_WORD)
        contracts.append(tuple(lanes_of(words[:width], 32)[:count]))
        words = words[width:]
    taken = lanes_of(args["purchases"], 256 // PURCHASES_A_WORD)
    purchases = tuple(Purchase(lane >> 48 & 0xFF, lane >> 32 & 0xFFFF, lane & 0xFFFFFFFF) for lane in taken if lane & 0xFFFFFFFF)
    prices = tuple(None if price == NO_PRICE else price for price in args["prices"])
    return Settled(args["hour"], prices, tuple(contracts), purchases)


def _split(words: Sequence[int], width: int, sellers: int) -> tuple[tuple[int, ...], ...]:
    """Words by hour, each hour `width` words, as values by seller; no hours where there are no sellers."""
    return tuple(tuple(lanes_of(words[at : at + width], 32)[:sellers]) for at in range(0, len(words), width)) if width else ()
