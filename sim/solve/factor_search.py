"""The factor of a day: at which one plant, or all plants of a province together, deliver what is wanted, to the kWh.

A factor is found in parts per 1e12, exactly; the last kWh are raised one at a time where band and ramps permit, so that sums are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shengdian.sim.solve.output_band import Band, PlantCase

Status = Literal["ok", "below_min", "above_max", "oversupply", "band_empty"]
FACTOR = 10**12
"""parts in a factor of 1"""
FEW = 4
"""kWh between the ends of a bracket from which on the search counts them one by one"""
NEWTON_ROUNDS = 8
"""most times that the guess where a search begins is made better"""


@dataclass(slots=True)
class Unit:
    """A plant while its day is worked out."""

    case: PlantCase
    band: Band
    weights: list[int]
    """load x available by planned hour"""
    scales: list[int]
    """gen_all x FACTOR by planned hour"""
    wanted: int
    """kWh still to deliver; 0 in the reading `province`"""
    status: Status = "ok"
    factor: int = 0
    hours: list[int] | None = None
    """kWh by planned hour"""

    def path(self, factor: int) -> list[int]:
        """kWh by planned hour at a factor (parts of FACTOR), clipped to band and ramps; no hour falls as the factor rises."""
        output = []
        last = self.case.initial
        limits = self.band
        for weight, scale, low, high, up, down in zip(
            self.weights, self.scales, limits.low, limits.high, limits.up, limits.down, strict=True
        ):
            least, most = last - down, last + up
            last = (2 * factor * weight + scale) // (2 * scale)
            if last < least or last < low:
                last = low if least < low else least
            if last > most or last > high:
                last = high if most > high else most
            output.append(last)
        return output

    def next_change(self, factor: int) -> int:
        """The least factor above `factor` at which some hour, left to itself, would be another whole kWh; 0 where there is none."""
        changes = [
            -(-(2 * ((2 * factor * weight + scale) // (2 * scale)) + 1) * scale // (2 * weight))
            for weight, scale in zip(self.weights, self.scales, strict=True)
            if weight
        ]
        return min(changes, default=0)

    def top(self) -> int:
        """A factor (parts of FACTOR) at which every hour is at its highest."""
        return max(
            (high * scale // weight + 1 for high, scale, weight in zip(self.band.high, self.scales, self.weights, strict=True) if weight),
            default=0,
        )

    def total(self, factor: int) -> int:
        """kWh of the planned hours at a factor (parts of FACTOR)."""
        return sum(self.path(factor))

    def clamp(self) -> int:
        """kWh wanted, as far as the band goes; sets the status."""
        least, most = sum(self.band.low), sum(self.band.high)
        self.status = "below_min" if self.wanted < least else "above_max" if self.wanted > most else "ok"
        return min(max(self.wanted, least), most)


def smallest(units: Sequence[Unit], wanted: int, top: int) -> int:
    """The smallest factor in 0..top at which the units' outputs, which never fall, reach `wanted`; `top` where none does.

    The total is nearly a straight line between limits, so that a line through both ends of the bracket, followed to half a kWh below
    `wanted`, soon finds the last few kWh; from there the search goes from one change to the next. Whatever brings the ends little nearer
    is followed by a halving.
    """

    def total(factor: int) -> int:
        return sum(unit.total(factor) for unit in units)

    low, high = _near(units, wanted, top)
    below, above = total(low), total(high)
    if not below < wanted <= above:
        low, high = 0, top
        below, above = total(low), total(high)
    if below >= wanted:
        return low
    halve = False
    while high - low > 1 and above >= wanted:
        if halve:
            middle = (low + high) // 2
        elif above - below <= FEW:
            middle = min((change for unit in units if (change := unit.next_change(low))), default=high)
            if middle >= high:
                break
        else:
            half = (2 * (wanted - below) - 1) * (high - low) // (2 * (above - below))
            middle = min(max(low + half, low + 1), high - 1)
        width = high - low
        output = total(middle)
        if output >= wanted:
            high, above = middle, output
        else:
            low, below = middle, output
        halve = not halve and high - low > width // 4
    return high


def _near(units: Sequence[Unit], wanted: int, top: int) -> tuple[int, int]:
    """Factors in 0..top of about half a `FEW` kWh less and more than `wanted`, by Newton's method without ramps and rounding.

    A guess, so that the search begins near its end; 0 and `top` where there is none.
    """
    steps = [
        (weight / scale, low, high)
        for unit in units
        for weight, scale, low, high in zip(unit.weights, unit.scales, unit.band.low, unit.band.high, strict=True)
        if weight
    ]
    slope = sum(rate for rate, _, _ in steps)
    factor = wanted / slope if slope else 0.0
    for _ in range(NEWTON_ROUNDS):
        output, slope = 0.0, 0.0
        for rate, low, high in steps:
            free = factor * rate
            if free < low:
                output += low
            elif free > high:
                output += high
            else:
                output += free
                slope += rate
        if not slope:
            return 0, top
        missing = wanted - output
        if abs(missing) < 0.5:
            break
        factor += missing / slope
    around = FEW / 2 / slope
    return min(max(0, int(factor - around)), top), min(max(0, int(factor + around) + 1), top)


def place(units: Sequence[Unit], factor: int, wanted: int) -> None:
    """Sets the units' hours so that they sum to `wanted` kWh exactly, between their paths just below `factor` and at it.

    Raises ArithmeticError where no hour may take what is missing.
    """
    for unit in units:
        unit.factor = factor
        unit.hours = unit.path(max(factor - 1, 0))
    missing = wanted - sum(sum(unit.hours or ()) for unit in units)
    ceilings = [unit.path(factor) for unit in units]
    while missing > 0:
        before = missing
        for unit, ceiling in zip(units, ceilings, strict=True):
            missing -= _raise(unit, ceiling, missing)
        if missing == before:
            raise ArithmeticError(f"{missing} kWh found no hour")


def _raise(unit: Unit, ceiling: Sequence[int], most: int) -> int:
    """Raises hours below `ceiling` by one kWh each, at most `most` of them, where ramps permit; returns how many."""
    hours, limits = unit.hours or [], unit.band
    raised = 0
    for i, output in enumerate(hours):
        if raised == most:
            break
        if output == ceiling[i] or (i and output + 1 - hours[i - 1] > limits.up[i]):
            continue
        if i + 1 < len(hours) and output + 1 - hours[i + 1] > limits.down[i + 1]:
            continue
        hours[i] += 1
        raised += 1
    return raised
