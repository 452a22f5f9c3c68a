"""The factor of a day: at which one plant, or all plants of a province together, deliver what is wanted, to the kWh.

A factor is found in parts per 1e12, exactly; the last kWh are raised one at a time where band and ramps permit, so that sums are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from shengdian.sim.solve.output_band import Band, PlantCase

Status = Literal["ok", "below_min", "above_max", "oversupply", "band_empty"]
FACTOR = 10**12
"""parts in a factor of 1"""
FEW = 4
"""kWh between the ends of a bracket from which on the search counts them one by one"""
WIDER = 4
"""times its width that a bracket is moved by, where it holds nothing"""


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

    def next_change(self, factor: int, output: Sequence[int], later: Sequence[int]) -> int:
        """The least factor above `factor` at which some hour may be another whole kWh; 0 where there is none.

        `output` is kWh by planned hour at `factor`, `later` at a higher one. An hour rises by itself where its share comes to a kWh more
        than it has, and with the hour before where a ramp holds it.
        """
        changes = [
            -(-(2 * now + 1) * scale // (2 * weight))
            for weight, scale, now, then in zip(self.weights, self.scales, output, later, strict=True)
            if weight and now < then
        ]
        return min((change for change in changes if change > factor), default=0)

    def top(self) -> int:
        """A factor (parts of FACTOR) at which every hour is at its highest."""
        return max(
            (high * scale // weight + 1 for high, scale, weight in zip(self.band.high, self.scales, self.weights, strict=True) if weight),
            default=0,
        )

    def clamp(self) -> int:
        """kWh wanted, as far as the band goes; sets the status."""
        least, most = sum(self.band.low), sum(self.band.high)
        self.status = "below_min" if self.wanted < least else "above_max" if self.wanted > most else "ok"
        return min(max(self.wanted, least), most)


class _Point(NamedTuple):
    """Where the units stand at a factor."""

    factor: int
    paths: list[list[int]]
    """kWh by planned hour, by unit"""
    total: int
    """kWh"""


def smallest(units: Sequence[Unit], wanted: int, top: int) -> int:
    """The smallest factor in 0..top at which the units' outputs, which never fall, reach `wanted`; `top` where none does.

    The total is nearly a straight line between limits, so that a line through both ends of the bracket, followed to half a kWh below
    `wanted`, soon finds the last few kWh; from there the search goes from one change to the next. Whatever brings the ends little nearer
    is followed by a halving. A bracket that was guessed too high or too low is moved on by four times its width, again and again.
    """

    def at(factor: int) -> _Point:
        paths = [unit.path(factor) for unit in units]
        return _Point(factor, paths, sum(map(sum, paths)))

    low, high = map(at, _near(units, wanted, top))
    width = max(high.factor - low.factor, 1)
    while low.total >= wanted and low.factor:
        high, width = low, WIDER * width
        low = at(max(low.factor - width, 0))
    while high.total < wanted and high.factor < top:
        low, width = high, WIDER * width
        high = at(min(high.factor + width, top))
    if low.total >= wanted:
        return low.factor
    halve = False
    while (width := high.factor - low.factor) > 1 and high.total >= wanted:
        missing, between = wanted - low.total, high.total - low.total
        steps = not halve and between <= FEW
        if halve:
            middle = at((low.factor + high.factor) // 2)
        elif steps:
            changes = [unit.next_change(low.factor, *ends) for unit, *ends in zip(units, low.paths, high.paths, strict=True)]
            change = min(filter(None, changes), default=high.factor)
            if change >= high.factor:
                break
            middle = at(change)
        else:
            half = (2 * missing - 1) * width // (2 * between)
            middle = at(min(max(low.factor + half, low.factor + 1), high.factor - 1))
        if middle.total >= wanted:
            high = middle
            if steps:
                break  # below its next change the total is that of `low`
        else:
            low = middle
        halve = not halve and high.factor - low.factor > width // 4
    return high.factor


def _near(units: Sequence[Unit], wanted: int, top: int) -> tuple[int, int]:
    """Factors in 0..top of about half a `FEW` kWh less and more than `wanted`, without ramps and rounding: along the straight lines between
    the factors at which an hour leaves its lower limit or meets its upper one.

    A guess, so that the search begins near its end; 0 and `top` where there is none.
    """
    bends: list[tuple[float, float]] = []
    output, slope, factor = 0.0, 0.0, 0.0
    for unit in units:
        output += sum(unit.band.low)
        for weight, scale, low, high in zip(unit.weights, unit.scales, unit.band.low, unit.band.high, strict=True):
            if weight:
                rate = weight / scale
                bends += ((low / rate, rate), (high / rate, -rate))
    for place_, change in sorted(bends):
        reached = output + slope * (place_ - factor)
        if slope > 0 and reached >= wanted - 0.5:
            found, around = factor + (wanted - output) / slope, FEW / 2 / slope
            return min(max(0, int(found - around)), top), min(max(0, int(found + around) + 1), top)
        output, slope, factor = reached, slope + change, place_
    return 0, top


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
