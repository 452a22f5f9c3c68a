"""The paper's contract allocation: how much contract energy each plant delivers in each hour of a day.

Eq. (1)-(2) and Fig. 2 of "Research and Discuss on Market model based on Blockchain" (Yan, Liu, Hu, Cui, Wang) share a province's
load among the plants by one unit load rate, coe(t) = load(t) x coe_all / gen_all(t); a plant's output
coe(t) x capacity x availability(t) is clipped to what the plant can do. The paper leaves the search for coe_all open; three readings
are kept:

- ``province``: one factor; the plants together deliver the contract share of the load.
- ``per-plant``: one factor a plant; each delivers its own contract exactly.
- ``literal``: one factor, the smallest at which every plant has delivered at least its contract; over-allocates.

What a plant can do is its band (sim/solve/output_band.py); the search for a factor is in sim/solve/factor_search.py. All energy is
whole kWh.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.factor_search import FACTOR, Status, Unit, place, smallest
from shengdian.sim.solve.output_band import PlantCase, band

__all__ = ["READINGS", "STATUSES", "Plan", "PlantCase", "PlantPlan", "Reading", "Status", "allocate", "contract_energy"]

Reading = Literal["province", "per-plant", "literal"]
READINGS: tuple[Reading, ...] = get_args(Reading)
STATUSES: tuple[Status, ...] = get_args(Status)

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


def _solve(units: Sequence[Unit], reading: Reading, province: int) -> int:
    """Works out every unit's hours; `province` is the kWh that the reading `province` shares out. Returns the common factor, if any."""
    if reading == "province":
        least, most = (sum(sum(side) for side in sides) for sides in zip(*((unit.band.low, unit.band.high) for unit in units), strict=True))
        status: Status = "below_min" if province < least else "above_max" if province > most else "ok"
        wanted = min(max(province, least), most)
        factor = smallest(units, wanted, max(unit.top() for unit in units))
        place(units, factor, wanted)
        for unit in units:
            unit.status = status
        return factor
    common = 0
    for unit in units:
        wanted = unit.clamp()
        factor = smallest((unit,), wanted, unit.top())
        place((unit,), factor, wanted)
        if unit.status == "ok":
            common = max(common, factor)
    if reading == "literal":
        for unit in units:
            if unit.status == "ok":
                unit.factor, unit.hours = common, unit.path(common)
    return common


def _relieve(units: Sequence[Unit], load: Sequence[int], from_hour: int, reading: Reading, province: int, common: int) -> int:
    """Scales the flexible part of hours whose contracts exceed the load down, pro rata, and puts it back in other hours.

    What finds no room stays, as surplus. Units moved, or with energy in an hour that stays above the load, are marked `oversupply`.
    Returns the common factor.
    """
    moved: list[Unit] = []
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
        Unit(
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
