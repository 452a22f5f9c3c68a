"""The paper's contract allocation: how much contract energy each plant delivers in each hour of a day.

Eq. (1)-(2) and Fig. 2 of "Research and Discuss on Market model based on Blockchain" (Yan, Liu, Hu, Cui, Wang) share a province's
load among the plants by one unit load rate, coe(t) = load(t) x coe_all / gen_all(t); a plant's output
coe(t) x capacity x availability(t) is clipped to what the plant can do. The paper leaves the search for coe_all open; three readings
are kept:

- ``province``: one factor; the plants together deliver the contract share of the load.
- ``per-plant``: one factor a plant; each delivers its own contract exactly.
- ``literal``: one factor, the smallest at which every plant has delivered at least its contract; over-allocates.

What a plant can do is its band (sim/solve/output_band.py).

All energy is whole kWh. A factor is found in parts per 1e12, exactly; the last kWh are raised one at a time where band and
ramps permit, so that sums are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.output_band import Band, PlantCase, band

__all__ = ["READINGS", "STATUSES", "Plan", "PlantCase", "PlantPlan", "Reading", "Status", "allocate", "contract_energy"]

Reading = Literal["province", "per-plant", "literal"]
Status = Literal["ok", "below_min", "above_max", "oversupply", "band_empty"]
READINGS: tuple[Reading, ...] = get_args(Reading)
STATUSES: tuple[Status, ...] = get_args(Status)

FACTOR = 10**12
"""parts in a factor of 1"""
FEW = 4
"""kWh between the ends of a bracket from which on the search counts them one by one"""
NEWTON_ROUNDS = 8
"""most times that the guess where a search begins is made better"""
RELIEF_ROUNDS = 20
"""most times that an oversupplied day is spread anew"""


@dataclass(frozen=True, slots=True)
class PlantPlan:
    """What a seller delivers."""

    id: str
    hours: tuple[int, ...]
    """kWh of contract energy by hour of the day, delivered hours first"""
    contract: int
    """kWh, the sum of `hours` (gen_quan)"""
    factor: float
    """the factor that gave the planned hours; the contract share of load where no limit binds"""
    status: Status


@dataclass(frozen=True, slots=True)
class Plan:
    """A province's day."""

    coe_all: float
    """the one factor (`province`, `literal`) or contract energy by load of the planned hours (`per-plant`)"""
    coe: tuple[float, ...]
    """unit load rate by hour"""
    gen_all: tuple[int, ...]
    """kWh available by hour"""
    plants: tuple[PlantPlan, ...]
    residual: tuple[int, ...]
    """kWh by hour, load less contract energy; what hourly bidding covers"""
    bidding_energy: int
    """kWh, the sum of `residual` (raval_day)"""


@dataclass(slots=True)
class _Unit:
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
        """Output by planned hour at a factor, clipped to band and ramps; no hour falls as the factor rises."""
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
        """A factor at which every hour is at its highest."""
        return max(
            (high * scale // weight + 1 for high, scale, weight in zip(self.band.high, self.scales, self.weights, strict=True) if weight),
            default=0,
        )

    def total(self, factor: int) -> int:
        return sum(self.path(factor))

    def clamp(self) -> int:
        """kWh wanted, as far as the band goes; sets the status."""
        least, most = sum(self.band.low), sum(self.band.high)
        self.status = "below_min" if self.wanted < least else "above_max" if self.wanted > most else "ok"
        return min(max(self.wanted, least), most)


def _smallest(units: Sequence[_Unit], wanted: int, top: int) -> int:
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
        found = total(middle)
        if found >= wanted:
            high, above = middle, found
        else:
            low, below = middle, found
        halve = not halve and high - low > width // 4
    return high


def _near(units: Sequence[_Unit], wanted: int, top: int) -> tuple[int, int]:
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


def _place(units: Sequence[_Unit], factor: int, wanted: int) -> None:
    """Sets the units' hours so that they sum to `wanted` exactly, between their paths just below `factor` and at it."""
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


def _raise(unit: _Unit, ceiling: Sequence[int], most: int) -> int:
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


def _solve(units: Sequence[_Unit], reading: Reading, province: int) -> int:
    """Works out every unit's hours; `province` is the kWh that the reading `province` shares out. Returns the common factor, if any."""
    if reading == "province":
        least, most = (sum(sum(side) for side in sides) for sides in zip(*((unit.band.low, unit.band.high) for unit in units), strict=True))
        status: Status = "below_min" if province < least else "above_max" if province > most else "ok"
        wanted = min(max(province, least), most)
        factor = _smallest(units, wanted, max(unit.top() for unit in units))
        _place(units, factor, wanted)
        for unit in units:
            unit.status = status
        return factor
    common = 0
    for unit in units:
        wanted = unit.clamp()
        factor = _smallest((unit,), wanted, unit.top())
        _place((unit,), factor, wanted)
        if unit.status == "ok":
            common = max(common, factor)
    if reading == "literal":
        for unit in units:
            if unit.status == "ok":
                unit.factor, unit.hours = common, unit.path(common)
    return common


def _relieve(units: Sequence[_Unit], load: Sequence[int], from_hour: int, reading: Reading, province: int, common: int) -> int:
    """Scales the flexible part of hours whose contracts exceed the load down, pro rata, and puts it back in other hours.

    What finds no room stays, as surplus. Units moved, or with energy in an hour that stays above the load, are marked `oversupply`.
    Returns the common factor.
    """
    moved: list[_Unit] = []
    for _ in range(RELIEF_ROUNDS):
        totals = [sum(column) for column in zip(*(unit.hours or () for unit in units), strict=True)]
        excess = {i: total - load[from_hour + i] for i, total in enumerate(totals) if total > load[from_hour + i]}
        flexible = {i: sum((unit.hours or ())[i] - unit.band.low[i] for unit in units if unit.status == "ok") for i in excess}
        lowered = []
        for unit in units:
            caps = list(unit.band.high)
            for i, over in excess.items():
                room = (unit.hours or ())[i] - unit.band.low[i]
                if unit.status == "ok" and room:
                    caps[i] = (unit.hours or ())[i] - min(room, -(-over * room // flexible[i]))
            limits = band(unit.case, from_hour, caps)
            if limits.high != unit.band.high and (reading == "province" or sum(limits.high) >= unit.wanted):
                lowered.append((unit, limits))
        if (
            reading == "province"
            and sum(sum(unit.band.high) for unit in units) + sum(sum(limits.high) - sum(unit.band.high) for unit, limits in lowered)
            < province
        ):
            break
        if not lowered:
            break
        for unit, limits in lowered:
            unit.band = limits
            if unit not in moved:
                moved.append(unit)
        common = _solve(units, reading, province)
    totals = [sum(column) for column in zip(*(unit.hours or () for unit in units), strict=True)]
    over = [i for i, total in enumerate(totals) if total > load[from_hour + i]]
    for unit in units:
        stuck = any((unit.hours or ())[i] for i in over)
        if unit.status == "ok" and (stuck or any(unit is other for other in moved)):
            unit.status = "oversupply"
    return common


def _check(load: Sequence[int], plants: Sequence[PlantCase], reading: Reading, share: int, from_hour: int) -> None:
    if reading not in READINGS:
        raise InputError(f"reading is {reading!r}; allowed: {', '.join(READINGS)}")
    if not load or not 0 <= from_hour < len(load):
        raise InputError(f"from_hour is {from_hour}; it must lie inside the {len(load)} hours of load")
    if min(load) < 0:
        raise InputError("load may not be negative")
    if not 0 <= share <= PPM:
        raise InputError(f"share is {share} ppm; allowed: 0 to {PPM}")
    for plant in plants:
        if len(plant.available) != len(load):
            raise InputError(f"plant {plant.id}: {len(plant.available)} hours of availability, but {len(load)} hours of load")
        if len(plant.delivered) != from_hour:
            raise InputError(f"plant {plant.id}: {len(plant.delivered)} hours delivered, but from_hour is {from_hour}")
        if not 0 <= plant.minimum <= plant.capacity:
            raise InputError(f"plant {plant.id}: minimum {plant.minimum} kWh lies outside 0 to its capacity of {plant.capacity} kWh")
        if min(plant.available) < 0 or max(plant.available) > plant.capacity:
            raise InputError(f"plant {plant.id}: what is available lies outside 0 to its capacity of {plant.capacity} kWh")
        if min((plant.ramp, plant.initial, *plant.delivered)) < 0:
            raise InputError(f"plant {plant.id}: ramp, initial output and delivered energy may not be negative")
        if reading != "province" and (plant.contract is None or plant.contract < 0):
            raise InputError(f"plant {plant.id}: the reading {reading} needs a contract of at least 0 kWh")


def allocate(load: Sequence[int], plants: Sequence[PlantCase], reading: Reading, share: int, from_hour: int = 0) -> Plan:
    """Splits the day's contract energy over plants and hours.

    Parameters
    ----------
    load : kWh by hour of the day, the province's forecast
    plants : the sellers, in a fixed order
    reading : which reading of the paper
    share : ppm of load under contract; what the reading `province` shares out
    from_hour : first hour to plan; hours before it are as delivered (rolling)

    Returns
    -------
    Plan
        `status` of a plant: `ok`; `below_min`, its contract is less than its lowest output, which it delivers; `above_max`, its
        contract is more than its highest output, which it delivers; `oversupply`, its energy was moved out of hours, or stays in
        hours, in which contracts exceed the load; `band_empty`, no output keeps minimum, availability and ramps, it delivers nothing
        more.

    Raises
    ------
    InputError
        lengths that do not match, or values outside their limits
    """
    _check(load, plants, reading, share, from_hour)
    gen_all = tuple(map(sum, zip(*(plant.available for plant in plants), strict=True))) if plants else (0,) * len(load)
    planned = range(from_hour, len(load))
    scales = [max(gen_all[hour], 1) * FACTOR for hour in planned]
    units = [
        _Unit(
            plant,
            band(plant, from_hour),
            [max(load[hour], 1) * plant.available[hour] for hour in planned],
            scales,
            (plant.contract or 0) - sum(plant.delivered),
        )
        for plant in plants
    ]
    able = [unit for unit in units if not unit.band.empty]
    for unit in units:
        if unit.band.empty:
            unit.status, unit.hours = "band_empty", [0] * len(planned)
    province = contract_energy(load, share) - sum(sum(plant.delivered) for plant in plants)
    common = 0
    if able:
        common = _relieve(able, load, from_hour, reading, province, _solve(able, reading, province))
    plans = tuple(
        PlantPlan(
            unit.case.id,
            hours := unit.case.delivered + tuple(unit.hours or ()),
            sum(hours),
            unit.factor / FACTOR,
            unit.status,
        )
        for unit in units
    )
    contracted = sum(unit.wanted for unit in units) / max(sum(load[from_hour:]), 1)
    coe_all = contracted if reading == "per-plant" else common / FACTOR
    residual = tuple(load[hour] - sum(plan.hours[hour] for plan in plans) for hour in range(len(load)))
    return Plan(
        coe_all=coe_all,
        coe=tuple(here * coe_all / available if available else 0.0 for here, available in zip(load, gen_all, strict=True)),
        gen_all=gen_all,
        plants=plans,
        residual=residual,
        bidding_energy=sum(residual),
    )


def contract_energy(load: Sequence[int], share: int) -> int:
    """kWh of the day under contract in the reading `province`: `share` ppm of the load, rounded down."""
    return sum(load) * share // PPM
