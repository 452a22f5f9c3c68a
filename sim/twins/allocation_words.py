"""Plans and purchases as the words that the contract Allocation takes, and its logs as rows.

Words hold several values each, the first in the lowest bits: eight uint32 kWh, or four purchases of 64 bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shengdian.sim.chain.abi_words import pack_words, unpack_words
from shengdian.sim.solve.allocation import READINGS, STATUSES, Plan, PlantCase, Reading, Status
from shengdian.sim.solve.book import Integers

SHARES_A_WORD = 8
PURCHASES_A_WORD = 4
PURCHASE_BITS = 256 // PURCHASES_A_WORD


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


def allocate_arguments(
    plan: Plan, cases: Sequence[PlantCase], load: Sequence[int], zone: int, day: int, reading: Reading, share: int, from_hour: int = 0
) -> tuple[tuple[int, int, int, int, int, int], list[int], list[int]]:
    """The arguments of `allocate` for what `shengdian.sim.solve.allocation.allocate(load, cases, reading, share, from_hour)` gave.

    `cases` are the province's plants in order of their terms, without fixed imports; `load` (kWh by hour) is without them too.
    """
    words: list[int] = []
    for case, planned in zip(cases, plan.plants, strict=True):
        words.append((case.contract or 0) | case.initial << 64 | STATUSES.index(planned.status) << 96)
        words += pack_words(case.available, 32) + pack_words(planned.hours, 32)
    return (zone, day, from_hour, len(load), READINGS.index(reading), share), pack_words(load, 32), words


def purchase_lane(zone: int, number: int, energy: int) -> int:
    """Contract energy (kWh) that the buyer with this registry number takes in an hour, as `settle` takes it. Lanes are never signed."""
    return energy | number << 32 | zone << 48


def purchase_of(purchase: Integers) -> tuple[Integers, Integers, Integers]:
    """Zones, registry numbers and kWh of many `purchase_lane`."""
    return purchase >> 48 & 0xFF, purchase >> 32 & 0xFFFF, purchase & 0xFFFFFFFF


def seller_lanes(sellers: Sequence[int]) -> Integers:
    """Where in the contracts of the log AgreementsSettled each seller's kWh are: every zone (of so many sellers) begins a new word."""
    begin = np.cumsum([0, *(-(-count // SHARES_A_WORD) * SHARES_A_WORD for count in sellers)])
    return np.concatenate([np.arange(first, first + count) for first, count in zip(begin[:-1], sellers, strict=True)])


def decode_allocated(args: Mapping[str, Any], sellers: int) -> Allocated:
    """What the log DayAllocated says; `sellers` is how many the zone has, fixed imports among them."""
    contracts = _split(args["contracts"], -(-sellers // SHARES_A_WORD), sellers)
    statuses = tuple(STATUSES[status] for status in args["statuses"])
    return Allocated(args["zone"], args["day"], args["fromHour"], contracts, statuses, args["bidding"])


def _split(words: Sequence[int], width: int, sellers: int) -> tuple[tuple[int, ...], ...]:
    """Words by hour, each hour `width` words, as values by seller; no hours where there are no sellers."""
    return tuple(tuple(unpack_words(words[at : at + width], 32)[:sellers]) for at in range(0, len(words), width)) if width else ()
