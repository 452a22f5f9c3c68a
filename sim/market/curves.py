"""The curve of an agreement: how its energy falls on months, days and hours.

An agreement has one of four curves: flat, shares of peak, flat and valley hours, proportional to load, or its own 24 values. All split by
largest remainder, so that parts are whole kWh and sum to the whole; the contract Agreements splits in the same way. Load is
a forecast of any unit, above 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm
from typing import Literal

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.units import HOURS_A_DAY, PPM

MOST_WEIGHT = 2**32 - 1
CurveKind = Literal["flat", "peak_flat_valley", "load_proportional", "own"]
KINDS: tuple[CurveKind, ...] = ("flat", "peak_flat_valley", "load_proportional", "own")
"""in the order of the contract's enum Curve"""
Band = Literal["peak", "flat", "valley"]
PEAK, VALLEY = (*range(8, 12), *range(17, 21)), (*range(8),)
BANDS: tuple[Band, ...] = tuple("peak" if hour in PEAK else "valley" if hour in VALLEY else "flat" for hour in range(HOURS_A_DAY))
"""by hour of the day, an assumption: peak 8-12 and 17-21 o'clock, valley 0-8, flat 12-17 and 21-24"""


@dataclass(frozen=True, slots=True)
class Curve:
    """How a day's energy falls on its hours, and, where proportional to load, a month's on its days."""

    kind: CurveKind
    weights: tuple[int, ...]
    """by hour of the day, any unit, 0 to 2^32 - 1; empty for a flat curve"""

    def hours(self, energy: int) -> tuple[int, ...]:
        """A day's `energy` by hour, kWh; 24 values that sum to it."""
        return largest_remainder(energy, self.weights or (1,) * HOURS_A_DAY)

    def days(self, energy: int, load: Sequence[int]) -> tuple[int, ...]:
        """The `energy` of a month, or of what is left of it, by day, kWh; `load` is the forecast of these days."""
        return largest_remainder(energy, load if self.kind == "load_proportional" else (1,) * len(load))

    def month(self, energy: int, load: Sequence[int]) -> tuple[tuple[int, ...], ...]:
        """A month's `energy` by day and hour, kWh; `load` is the forecast by day."""
        return tuple(self.hours(of_day) for of_day in self.days(energy, load))


FLAT = Curve("flat", ())


def peak_flat_valley(peak: int, flat: int, valley: int, bands: Sequence[Band] = BANDS) -> Curve:
    """Shares (ppm, summing to a million) of the day's energy, each spread evenly over its hours of `bands` (24 values).

    Raises InputError for other shares, and for a share of a band without hours.
    """
    shares: dict[Band, int] = {"peak": peak, "flat": flat, "valley": valley}
    if sum(shares.values()) != PPM or min(shares.values()) < 0:
        raise InputError(f"shares of peak, flat and valley are {peak}, {flat} and {valley} ppm; they should be 0 or more and sum to {PPM}")
    _require_24("bands", bands)
    hours = {band: list(bands).count(band) for band in shares}
    empty = [band for band, share in shares.items() if share and not hours[band]]
    if empty:
        raise InputError(f"the {empty[0]} band has {shares[empty[0]]} ppm of the energy and no hours")
    common = lcm(*(count for count in hours.values() if count))
    return Curve("peak_flat_valley", tuple(shares[band] * (common // hours[band]) for band in bands))


def load_proportional(load: Sequence[int]) -> Curve:
    """Follows the forecast `load` of 24 hours and, over a month, of its days. Raises InputError as `own` does."""
    return Curve("load_proportional", _weights(load))


def own(values: Sequence[int]) -> Curve:
    """The parties' own 24 values, the same every day: a day whose energy is their sum delivers exactly these kWh.

    Raises InputError for other than 24 values of 0 to 2^32 - 1, not all 0.
    """
    return Curve("own", _weights(values))


def by_month(energy: int, load: Sequence[int]) -> tuple[int, ...]:
    """An annual agreement's `energy` (kWh) by month, kWh, in proportion to the forecast `load` of the months, any unit.

    Raises ValueError where there is energy and no month has load.
    """
    return largest_remainder(energy, load)


def flat_energy(power: int, days: int) -> int:
    """kWh of `power` kWh an hour over `days`: what an agreement on a line must be a multiple of, with a power of 1."""
    return power * days * HOURS_A_DAY


def _weights(values: Sequence[int]) -> tuple[int, ...]:
    _require_24("values", values)
    if min(values) < 0 or max(values) > MOST_WEIGHT or not any(values):
        raise InputError(f"values of a curve run from {min(values)} to {max(values)}; they should be 0 to {MOST_WEIGHT}, not all 0")
    return tuple(values)


def _require_24(what: str, values: Sequence[object]) -> None:
    if len(values) != HOURS_A_DAY:
        raise InputError(f"{what} are {len(values)}; a day has {HOURS_A_DAY}")
