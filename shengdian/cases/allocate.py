"""Contract allocation cases as people write them: a province's day, split off chain and verified on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from shengdian.cases.case_file import START, Energy, Part, Refusal, each, parsed
from shengdian.sim.adapters import open_chain
from shengdian.sim.base import units
from shengdian.sim.base.errors import InputError, Reverted
from shengdian.sim.base.roles import Role
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.units import HOURS_A_DAY
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.market.participants import Participant
from shengdian.sim.solve.allocation import READINGS, Plan, PlantCase, PlantPlan, Reading, allocate
from shengdian.sim.twins.allocation_words import Terms, allocate_arguments

Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
DayEnergy = Annotated[float, Field(ge=0, le=HOURS_A_DAY * 4_294_967.295, allow_inf_nan=False)]


class PlantPart(Part):
    """A plant of an allocation case, as written in JSON: MW and MWh."""

    id: Annotated[str, Field(min_length=1)]
    max: Energy
    """MW"""
    min: Energy = 0.0
    """MW while it runs"""
    ramp: Energy | None = None
    """MW from one hour to the next; `max` where it is left out"""
    initial: Energy
    """MW in the hour before the day"""
    availability: list[Fraction] | None = None
    """fraction of `max` by hour; 1 where it is left out"""
    contract: DayEnergy | None = None
    """MWh of the day"""
    delivered: list[Energy] | DayEnergy | None = None
    """MWh by hour before `from_hour`; ramps count from the last. Or their sum; ramps then count from `initial`."""


class Case(Part):
    """An allocation case, as written in JSON: one province's day, its load and its plants."""

    name: str = ""
    reading: str = "per-plant"
    share: Fraction | None = None
    """of the load, under contract"""
    load: Annotated[list[Energy], Field(min_length=1, max_length=HOURS_A_DAY)]
    """MW by hour"""
    plants: Annotated[list[PlantPart], Field(min_length=1)]
    from_hour: Annotated[int, Field(ge=0)] = 0


def run_cases(cases: list[dict[str, Any]], chain_name: str) -> list[dict[str, Any]]:
    """Allocates each case and has a fresh chain verify it; a case that breaks a rule has `error` in its place.

    Raises InputError for an unknown chain.
    """
    return each(cases, lambda raw, name: _allocate(_parsed(raw), name, chain_name))


def _parsed(raw: Mapping[str, Any]) -> Case:
    case = parsed(Case, raw)
    if case.reading not in READINGS:
        raise Refusal("UnknownReading", f"reading is {case.reading!r}; allowed: {', '.join(READINGS)}")
    if case.reading == "province" and case.share is None:
        raise Refusal("InputError", "share is missing; the reading province needs it")
    if case.from_hour >= len(case.load):
        raise Refusal("InputError", f"from_hour is {case.from_hour}; allowed: 0 to {len(case.load) - 1}, the hours of load")
    seen: dict[str, int] = {}
    for place, plant in enumerate(case.plants):
        key = f"plants[{place}]"
        if plant.id in seen:
            raise Refusal("DuplicatePlant", f"{key}.id is {plant.id!r}, as is that of plants[{seen[plant.id]}]; ids are unique")
        seen[plant.id] = place
        if plant.min > plant.max:
            raise Refusal("InputError", f"{key}.min is {plant.min}; it may not be above max, {plant.max}")
        if plant.initial > plant.max:
            raise Refusal("InputError", f"{key}.initial is {plant.initial}; it may not be above max, {plant.max}")
        if plant.availability is not None and len(plant.availability) != len(case.load):
            raise Refusal("InputError", f"{key}.availability has {len(plant.availability)} hours; load has {len(case.load)}")
        if case.reading != "province" and plant.contract is None:
            raise Refusal("InputError", f"{key}.contract is missing; the reading {case.reading} needs it")
        if isinstance(plant.delivered, list) and len(plant.delivered) != case.from_hour:
            raise Refusal("InputError", f"{key}.delivered has {len(plant.delivered)} hours; from_hour is {case.from_hour}")
        if case.from_hour and plant.delivered is None:
            raise Refusal("InputError", f"{key}.delivered is missing; from_hour is {case.from_hour}")
        if not case.from_hour and plant.delivered:
            raise Refusal("InputError", f"{key}.delivered is {plant.delivered}; before from_hour 0 nothing is delivered")
    return case


def _plant(plant: PlantPart, case: Case) -> PlantCase:
    capacity = units.kwh(plant.max)
    fractions = plant.availability or [1.0] * len(case.load)
    initial = units.kwh(plant.initial)
    delivered: tuple[int, ...] = ()
    if isinstance(plant.delivered, list):
        delivered = tuple(map(units.kwh, plant.delivered))
        initial = delivered[-1] if delivered else initial
    elif plant.delivered is not None and case.from_hour:
        total = units.kwh(plant.delivered)
        delivered = tuple(total * (hour + 1) // case.from_hour - total * hour // case.from_hour for hour in range(case.from_hour))
    return PlantCase(
        id=plant.id,
        capacity=capacity,
        minimum=units.kwh(plant.min),
        ramp=capacity if plant.ramp is None else units.kwh(plant.ramp),
        initial=initial,
        available=tuple(min(units.kwh(plant.max * fraction), capacity) for fraction in fractions),
        contract=None if plant.contract is None else units.kwh(plant.contract),
        delivered=delivered,
    )


def _allocate(case: Case, name: str, chain_name: str) -> dict[str, Any]:
    load = [units.kwh(energy) for energy in case.load]
    plants = [_plant(plant, case) for plant in case.plants]
    reading = next(reading for reading in READINGS if reading == case.reading)
    share = units.ppm(case.share or 0)
    try:
        plan = allocate(load, plants, reading, share, case.from_hour)
        gas = _verify(chain_name, plan, plants, load, reading, share, case.from_hour)
    except InputError as cause:
        raise Refusal("InputError", str(cause)) from cause
    except Reverted as reverted:
        raise Refusal(reverted.error, str(reverted)) from reverted
    return {
        "name": name,
        "coe_all": plan.coe_all,
        "coe": list(plan.coe),
        "plants": [
            {
                "id": planned.id,
                "hours": [units.mwh(energy) for energy in planned.hours],
                "contract": units.mwh(planned.contract),
                "factor": planned.factor,
                "status": planned.status,
            }
            for planned in plan.plants
        ],
        "residual": [units.mwh(energy) for energy in plan.residual],
        "bidding_energy": units.mwh(plan.bidding_energy),
        "gas": gas,
        "chain": chain_name,
    }


def _verify(
    chain_name: str, plan: Plan, plants: Sequence[PlantCase], load: Sequence[int], reading: Reading, share: int, from_hour: int
) -> int:
    """Has a fresh chain verify the plan; gives the gas of the verifying transaction. Raises Reverted."""
    sellers = [f"plant {plant.id}" for plant in plants]
    participants = [Participant("supplier", Role.SUPPLIER, 0), *(Participant(seller, Role.PLANT, 0) for seller in sellers)]
    market = Deployment(open_chain(chain_name), participants, ("Registry", "Ledger", "Allocation"))
    registry, ledger = market.contracts["Registry"], market.contracts["Ledger"]
    market.create(
        {"Registry": (market.operator, 1), "Ledger": (market.operator,), "Allocation": (registry, ledger, Timetable(START).word)},
        (),
        START - 2,
    )
    terms = [Terms(plant.capacity, plant.minimum, plant.ramp, 0).word() for plant in plants]
    suppliers = market.operator_call("Allocation", "setSuppliers", [market.address("supplier")])
    set_terms = market.operator_call("Allocation", "setTerms", [market.address(seller) for seller in sellers], terms)
    market.carry_out([("enrol", transaction) for transaction in (*market.enrolments(), suppliers, set_terms)], START - 1)

    def records(arguments: Sequence[Any], timestamp: int) -> int:
        allocation = market.operator_call("Allocation", "allocate", *arguments)
        return market.carry_out([("allocate", allocation)], timestamp).receipts[0].gas

    for hour in range(from_hour):
        records(_record(plants, load, hour), START + hour)
    return records(allocate_arguments(plan, plants, load, 0, 0, reading, share, from_hour), START + from_hour)


def _record(
    plants: Sequence[PlantCase], load: Sequence[int], hour: int
) -> tuple[tuple[int, int, int, int, int, int], list[int], list[int]]:
    """What puts the energy delivered in `hour` on record: the plants hold that output for the rest of the day, and owe nothing."""
    later = len(load) - hour - 1
    cases, plans = [], []
    for plant in plants:
        before, now = plant.delivered[max(hour - 1, 0)], plant.delivered[hour]
        off = not now and plant.minimum > 0
        derated = off or now < before - plant.ramp
        available = [plant.capacity if energy or not plant.minimum else 0 for energy in plant.delivered[:hour]]
        available += [now if derated else plant.capacity] + [0 if off else plant.capacity] * later
        cases.append(replace(plant, initial=before, available=tuple(available), contract=0))
        hours = plant.delivered[: hour + 1] + (now,) * later
        plans.append(PlantPlan(plant.id, hours, sum(hours), 0.0, "oversupply"))
    plan = Plan(coe_all=0.0, coe=(), gen_all=(), plants=tuple(plans), residual=(), bidding_energy=0)
    return allocate_arguments(plan, cases, load, 0, 0, "literal", 0, hour)
