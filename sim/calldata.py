"""Plans and purchases as the words that `Allocation` takes, and its events back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.allocation import READINGS, STATUSES, Plan, PlantCase, Reading

HOURS_A_WORD = 8
PURCHASES_A_WORD = 4


def packed(values: Sequence[int]) -> list[int]:
    """Values of 32 bits, eight a word, first in the lowest bits."""
    return [
        sum(value << 32 * place for place, value in enumerate(values[start : start + HOURS_A_WORD]))
        for start in range(0, len(values), HOURS_A_WORD)
    ]


def unpacked(words: Sequence[int], count: int) -> list[int]:
    """The first `count` values of 32 bits."""
    return [words[place // HOURS_A_WORD] >> 32 * (place % HOURS_A_WORD) & 0xFFFFFFFF for place in range(count)]


def terms(capacity: int, minimum: int, ramp: int, price: int) -> int:
    """A seller's terms: kWh an hour, and fen/MWh."""
    return capacity | minimum << 32 | max(ramp, 1) << 64 | (price & 0xFFFFFFFF) << 96


def allocate_arguments(
    zone: int, day: int, from_hour: int, reading: Reading, share: int, load: Sequence[int], cases: Sequence[PlantCase], plan: Plan
) -> tuple[Any, ...]:
    """What `allocate` takes: the day, the load (kWh by hour) and every plant with its plan."""
    words: list[int] = []
    for case, planned in zip(cases, plan.plants, strict=True):
        status = STATUSES.index(planned.status)
        words += [(case.contract or 0) | case.initial << 64 | status << 96, *packed(case.available), *packed(planned.hours)]
    return (zone, day, from_hour, len(load), READINGS.index(reading), share), packed(load), words


def settle_arguments(hour: int, purchases: Iterable[tuple[int, int, int]]) -> tuple[int, list[int]]:
    """What `settle` takes; purchases as (registry number, zone, kWh)."""
    each = [energy | number << 32 | zone << 48 for number, zone, energy in purchases if energy]
    starts = range(0, len(each), PURCHASES_A_WORD)
    return hour, [sum(word << 64 * place for place, word in enumerate(each[start : start + PURCHASES_A_WORD])) for start in starts]


def settled(event: Mapping[str, Any], sellers: Sequence[int]) -> tuple[list[int], list[list[int]], list[tuple[int, int, int]]]:
    """What `AgreementsSettled` says: price by zone (fen/MWh), kWh by zone and seller, and purchases as (registry number, zone, kWh).

    `sellers` is how many sellers each zone has.
    """
    sold, at = [], 0
    for count in sellers:
        width = -(-count // HOURS_A_WORD)
        sold.append(unpacked(event["contracts"][at : at + width], count))
        at += width
    purchases = [
        (each >> 32 & 0xFFFF, each >> 48 & 0xFF, each & 0xFFFFFFFF)
        for word in event["purchases"]
        for place in range(PURCHASES_A_WORD)
        if (each := word >> 64 * place & (1 << 64) - 1)
    ]
    return [int(price) for price in event["prices"]], sold, purchases
