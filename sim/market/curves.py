"""The curve of an agreement: how its energy falls on months, days and hours.

An agreement has one of four curves: flat, shares of peak, flat and valley hours, proportional to load, or its own 24 values. All split by
largest remainder, so that parts are whole kWh and sum to the whole; the contract Agreements splits in the same way. Load is
a forecast of any unit, above 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.units import HOURS_A_DAY

MOST_WEIGHT = 2**32 - 1
CurveKind = Literal["flat", "peak_flat_valley", "load_proportional", "own"]
KINDS: tuple[CurveKind, ...] = ("flat", "peak_flat_valley", "load_proportional", "own")
"""in the order of the contract's enum Curve"""


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
