"""Every contract allocation against its rule, from the call and its log; nothing of the search, the contract or its twin.

The call's facts (load, availability, contract, output before) must be the config's and the record's; a plant's hours must lie between
its minimum and what is available and keep its ramps; and contract and delivery must stand to each other as the status says. What a plant
can deliver at least and at most is found by scipy's linear program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog

from experiments.audit.deployed import SEALED, Deployed, Seller
from experiments.audit.hour import DayPlanned, HourRebuilt
from experiments.audit.verdict import Difference
from sim.allocation import READINGS, STATUSES
from sim.calldata import HOURS_A_DAY, lanes_of
from sim.designs import design_named
from sim.market import AUCTIONS
from sim.participants import FIRST_NUMBER, participants
from sim.paths import list_paths, pack_path
from sim.scenario import PlantSpec, Scenario
from sim.split import largest_remainder
from sim.units import PPM


@dataclass(frozen=True, slots=True)
class Day:
    """A plant's day in one call; energy in kWh by hour of the day."""

    seller: Seller
    contract: int
    initial: int
    """kWh put out in the hour before"""
    status: str
    available: tuple[int, ...]
    energy: tuple[int, ...]


class AllocationAudit:
    """Checks hour after hour."""

    def __init__(self, scenario: Scenario) -> None:
        self.differences: list[Difference] = []
        self.checked = 0
        self._scenario = scenario
        self._plants = {zone: [plant for plant in scenario.plants if plant.zone == zone] for zone in scenario.zones}
        self._imported = {each.zone: each.imported for each in scenario.exchanges}
        self._number = {person.id: FIRST_NUMBER + place for place, person in enumerate(participants(scenario))}
        self._counted: dict[str, tuple[int, ...]] = {}
        """kWh by hour of the day that the plan in force counts on, by plant"""
        self._loads: dict[tuple[str, int], list[int]] = {}

    def check(self, hour: HourRebuilt, deployed: Deployed) -> None:
        """Notes what is wrong with the hour's allocations and with how its contract energy is passed on."""
        reserved = tuple(line[hour.hour] for line in self._scenario.reserved)
        if hour.reserved[: len(reserved)] != reserved or any(hour.reserved[len(reserved) :]):
            self._note(f"what is reserved of the lines in hour {hour.hour} is not what the config has", hour.block, None)
        planned = [plan.allocated.zone for plan in hour.plans]
        due = [at for at, zone in enumerate(self._scenario.zones) if hour.hour % HOURS_A_DAY == 0 or self._surprised(zone, hour.hour)]
        if sorted(planned) != due:
            self._note(f"provinces {planned} are allocated in hour {hour.hour}; it should be {due}", hour.block - 1, None)
        for plan in hour.plans:
            self.checked += 1
            for sentence in self._broken(hour.hour, plan, deployed):
                zone = self._scenario.zones[plan.allocated.zone]
                self._note(f"allocation of {zone} from hour {hour.hour}: {sentence}", plan.block, plan.transaction)
        for sentence in self._passed_on(hour):
            self._note(f"contract energy of hour {hour.hour}: {sentence}", hour.block, None)

    def finish(self) -> None:
        """Nothing waits."""

    def check_deployed(self, deployed: Deployed) -> list[Difference]:
        """What the contracts were born with against the config."""
        scenario, rules = self._scenario, deployed.known_rules()
        design = design_named(scenario.design)
        corridors = deployed.mechanism == "corridor-matching"
        used = design.lines(scenario)
        lines = [(line.source, line.target, line.capacity, line.tariff if corridors else line.charge, line.loss) for line in used]
        two_stage = design.two_stage(scenario)
        facts = (
            ("contracts", tuple(deployed.contracts.values()), due_contracts(scenario)),
            ("who may let others post to the ledger", "nobody" if deployed.ledger_closed else "its admin", "nobody"),
            ("zones", rules.zones, len(scenario.zones) + (len(scenario.hubs) if lines else 0)),
            ("floor", rules.floor, scenario.floor),
            ("cap", rules.cap, scenario.cap),
            ("k", rules.k, scenario.k),
            ("start", deployed.start, scenario.start),
            ("lines", [(line.source, line.target, line.capacity, line.charge, line.loss) for line in rules.lines], lines),
            ("economic", deployed.economic, None if two_stage is None else two_stage == "economic"),
            ("participants", len(deployed.members), len(participants(scenario)) + (scenario.collateral is not None)),
            ("bond", deployed.bond, scenario.bond if scenario.bids == "sealed" else None),
            ("paths", deployed.paths, tuple(pack_path(path) for path in list_paths(used, len(scenario.zones))) if corridors else ()),
            ("rules of deviation", deployed.deviation, due_deviation(scenario)),
            ("hours between closes", deployed.closes_every, scenario.collateral.hours if scenario.collateral else None),
            ("collateral", deployed.covered, scenario.collateral is not None),
        )
        wrong = [f"{deployed.auction} was deployed with other {what} than the config has" for what, found, due in facts if found != due]
        wrong += [f"the terms of {plant.id} are not the config's" for plant in scenario.plants if not self._same_terms(plant, deployed)]
        return [Difference(sentence) for sentence in wrong]

    def _same_terms(self, plant: PlantSpec, deployed: Deployed) -> bool:
        sellers = deployed.sellers.get(self._scenario.zones.index(plant.zone), [])
        due = Seller(self._number[plant.id], plant.capacity, plant.minimum, max(plant.ramp, 1), plant.contract_price, False)
        return due in sellers

    def _note(self, sentence: str, block: int | None, transaction: str | None) -> None:
        self.differences.append(Difference(sentence, block, transaction))

    # --- the facts of a call --------------------------------------------------------------------------------------------------

    def _surprised(self, zone: str, hour: int) -> bool:
        return any(plant.available[hour] != self._expected(plant, hour) for plant in self._plants[zone])

    def _expected(self, plant: PlantSpec, hour: int) -> int:
        """kWh that the plan in force counts on; the forecast where there is none."""
        counted = self._counted.get(plant.id)
        return plant.forecast[hour] if counted is None else counted[hour % HOURS_A_DAY]

    def _load(self, zone: str, begin: int) -> list[int]:
        """kWh by hour of the day, less the fixed import."""
        if (zone, begin) not in self._loads:
            hours = range(begin, min(begin + HOURS_A_DAY, self._scenario.hours))
            self._loads = {(zone, begin): [max(self._scenario.load(zone, at) - self._imported.get(zone, 0), 0) for at in hours]}
        return self._loads[zone, begin]

    def _counts_on(self, plant: PlantSpec, hour: int) -> tuple[int, ...]:
        """kWh by hour of the day that a plan of this hour is made with."""
        now = hour % HOURS_A_DAY
        begin = hour - now
        if not now:
            return plant.forecast[begin : begin + HOURS_A_DAY]
        counted = self._counted.get(plant.id, plant.forecast[begin : begin + HOURS_A_DAY])
        return counted[:now] + plant.available[hour : begin + HOURS_A_DAY] if plant.available[hour] != counted[now] else counted

    def _broken(self, hour: int, plan: DayPlanned, deployed: Deployed) -> list[str]:
        scenario, allocated = self._scenario, plan.allocated
        (zone, day, now, length, reading, share), load_words, words = plan.arguments
        code = scenario.zones[zone]
        due_load = self._load(code, hour - hour % HOURS_A_DAY)
        load = lanes_of(load_words, 32)[:length]
        due = (
            allocated.zone,
            hour // HOURS_A_DAY,
            hour % HOURS_A_DAY,
            len(due_load),
            READINGS.index(scenario.reading),
            scenario.contract_share,
        )
        if (zone, day, now, length, reading, share) != due or load != due_load:
            self._counted |= {plant.id: self._counts_on(plant, hour) for plant in self._plants[code]}
            return ["province, day, hours, reading, share or load are not the config's"]
        found = []
        sellers = [seller for seller in deployed.sellers[zone] if not seller.flat]
        days = [_day(seller, words, place, length) for place, seller in enumerate(sellers)]
        for plant, each in zip(self._plants[code], days, strict=True):
            counted = self._counts_on(plant, hour)
            self._counted[plant.id] = counted
            contract = plant.contractible[day]
            before = plan.outputs.get(each.seller.number, min(counted[0], contract // HOURS_A_DAY))
            available = tuple(energy if energy >= plant.minimum else 0 for energy in counted)
            if (each.contract, each.initial, each.available) != (contract, before, available):
                found.append(f"contract, output before or availability of {plant.id} are not the config's and the record's")
            found += [f"{plant.id} {sentence}" for sentence in _breaks(each, now, scenario.reading)]
        logged = dict(zip([seller.number for seller in deployed.sellers[zone]], zip(*allocated.contracts, strict=True), strict=True))
        if any(logged[each.seller.number] != each.energy[now:] for each in days) or allocated.statuses != tuple(
            each.status for each in days
        ):
            found.append("the log says other hours or statuses than the call")
        return found + _of_province(days, load, now, scenario.reading, share, allocated.bidding)

    def _passed_on(self, hour: HourRebuilt) -> list[str]:
        """Every buyer of a province has the same share of its need covered."""
        assert hour.planned is not None
        covered = {row.user: row.contracted for row in hour.planned.consumption}
        delivered = dict.fromkeys(self._scenario.zones, 0)
        for row in hour.planned.generation:
            delivered[row.zone] += row.contracted
        for each in self._scenario.exchanges:
            if each.imported < 0:
                delivered[each.zone] -= covered[each.id]
                if covered[each.id] != -each.imported:
                    return [f"{each.id} takes {covered[each.id]} kWh; its fixed export is {-each.imported}"]
        for zone in self._scenario.zones:
            users = [user for user in self._scenario.users if user.zone == zone]
            demand = [user.demand[hour.hour] for user in users]
            due = min(delivered[zone], sum(demand))
            if due != sum(covered[user.id] for user in users):
                return [f"the users of {zone} are given another energy than its sellers deliver, up to what they need"]
            if tuple(covered[user.id] for user in users) != largest_remainder(due, demand):
                return [f"the users of {zone} do not have the same share of their demand covered"]
        return []


def due_contracts(scenario: Scenario) -> tuple[str, ...]:
    """Names of the contracts that the config asks for, in order of deployment."""
    design = design_named(scenario.design)
    kind = AUCTIONS[scenario.mechanism]
    if design.two_stage(scenario):
        kind = "CorridorMatchingAuction" if scenario.design == "corridor_matching" else "TwoStageAuction"
    elif scenario.design == "day_ahead":
        kind = "DayAheadAuction"
    more = {
        "Deviation": scenario.deviation is not None,
        "Collateral": scenario.collateral is not None,
        "Reservations": bool(scenario.reserved),
    }
    auction = SEALED + kind if scenario.bids == "sealed" else kind
    return ("Registry", "Ledger", "Allocation", auction, *(name for name, asked in more.items() if asked))


def due_deviation(scenario: Scenario) -> tuple[int, ...] | None:
    """What the settlement of deviations should be born with."""
    due = scenario.deviation
    if due is None:
        return None
    return (scenario.floor, scenario.cap, due.u1, due.u2, due.k1, due.k2, due.band, due.marginal, scenario.start)


def _day(seller: Seller, words: Sequence[int], place: int, length: int) -> Day:
    """A plant's day out of the calldata of `allocate`."""
    width = -(-length // 8)
    head, *rest = words[place * (1 + 2 * width) : (place + 1) * (1 + 2 * width)]
    available, energy = lanes_of(rest[:width], 32)[:length], lanes_of(rest[width:], 32)[:length]
    return Day(seller, head & (1 << 64) - 1, head >> 64 & 0xFFFFFFFF, STATUSES[head >> 96], tuple(available), tuple(energy))


def _steps(day: Day, now: int) -> list[tuple[int, int]]:
    """kWh by which output may rise and fall from the hour before, by planned hour; outages override ramps."""
    ramp, minimum, capacity = day.seller.ramp, day.seller.minimum, day.seller.capacity
    steps = []
    for hour in range(now, len(day.available)):
        up = max(ramp, minimum) if hour and not day.available[hour - 1] else ramp
        down = ramp if day.available[hour] else max(ramp, capacity)
        steps.append((up, max(ramp, day.initial - day.available[hour]) if hour == now else down))
    return steps


def _range(day: Day, now: int) -> tuple[int, int] | None:
    """Least and most kWh of the planned hours that limits and ramps allow; None where nothing does."""
    available, steps = day.available[now:], _steps(day, now)
    size = len(available)
    bounds = [(day.seller.minimum if most else 0, most) for most in available]
    if any(low > high for low, high in bounds):
        return None
    change = np.eye(size) - np.eye(size, k=-1)
    begin = np.zeros(size)
    begin[0] = day.initial
    limits = np.concatenate(([up for up, _ in steps] + begin, [down for _, down in steps] - begin))
    ends = []
    for sign in (1.0, -1.0):
        solved: Any = linprog(np.full(size, sign), A_ub=np.vstack((change, -change)), b_ub=limits, bounds=bounds, method="highs-ds")
        if not solved.success:
            return None
        ends.append(round(float(solved.x.sum())))
    return ends[0], ends[1]


def _breaks(day: Day, now: int, reading: str) -> list[str]:
    """What is wrong with one plant's day."""
    planned, total = day.energy[now:], sum(day.energy)
    if day.status == "band_empty":
        if any(planned) or _range(day, now) is not None:
            return ["is marked as unable to run, but it could, or it delivers something"]
        return []
    last = day.initial
    for hour, (energy, (up, down)) in enumerate(zip(planned, _steps(day, now), strict=True), now):
        least, most = (day.seller.minimum if day.available[hour] else 0), day.available[hour]
        if not least <= energy <= most:
            return [f"delivers {energy} kWh in hour {hour} of the day; it can deliver {least} to {most}"]
        if not last - down <= energy <= last + up:
            return [f"goes from {last} to {energy} kWh in hour {hour} of the day, more than its ramp"]
        last = energy
    if reading == "province":
        return []
    if day.status in ("below_min", "above_max"):
        ends = _range(day, now)
        end = None if ends is None else ends[day.status == "above_max"]
        beyond = total > day.contract if day.status == "below_min" else total < day.contract
        if sum(planned) != end or not beyond:
            return [f"is marked {day.status}, but delivers {total} kWh of a contract of {day.contract}, {sum(planned)} of them planned"]
    elif total < day.contract or (reading == "per-plant" and total > day.contract):
        return [f"delivers {total} kWh of a contract of {day.contract}"]
    return []


def _of_province(days: Sequence[Day], load: Sequence[int], now: int, reading: str, share: int, bidding: int) -> list[str]:
    """What is wrong with what the plants deliver together."""
    total, found = sum(sum(day.energy) for day in days), []
    if bidding != sum(load) - total:
        found.append(f"leaves {sum(load) - total} kWh to bidding, not {bidding}")
    for hour in range(now, len(load)):
        if sum(day.energy[hour] for day in days) <= load[hour]:
            continue
        free = [day for day in days if day.status == "ok" and day.energy[hour] > (day.seller.minimum if day.available[hour] else 0)]
        if any(_could_give_way(day, now, hour) for day in free):
            found.append(f"contracts exceed the load in hour {hour} of the day although a plant that is not oversupplied could give way")
    able: Mapping[str, bool] = {day.status: True for day in days if day.status != "band_empty"}
    contracted = sum(load) * share // PPM
    if reading == "province" and able:
        only = next(iter(able)) if len(able) == 1 else ""
        holds = total > contracted if only == "below_min" else total < contracted if only == "above_max" else total == contracted
        if not holds:
            found.append(f"delivers {total} kWh; the contract share of the load is {contracted}")
    return found


def _could_give_way(day: Day, now: int, hour: int) -> bool:
    """Whether the plant could deliver less in the hour, all ramps kept."""
    available, steps = day.available[now:], _steps(day, now)
    low = [day.seller.minimum if most else 0 for most in available]
    least = day.initial
    for at, (_, down) in enumerate(steps):
        low[at] = least = max(low[at], least - down)
    for at in range(len(low) - 2, -1, -1):
        low[at] = max(low[at], low[at + 1] - steps[at + 1][0])
    return day.energy[hour] > low[hour - now]
