"""Every contract allocation against its rule, from the call and its log; nothing of the search, the contract or its twin.

The call's facts (load, availability, contract, output before) must be the config's and the record's; a plant's hours must lie between
its minimum and what is available and keep its ramps; and contract and delivery must stand to each other as the status says. What a plant
can deliver at least and at most is found by scipy's linear program.
"""

from __future__ import annotations

from shengdian.audit.allocation_day import breaks, day_of, of_province
from shengdian.audit.deployment import Deployed
from shengdian.audit.hour import DayPlanned, HourRebuilt
from shengdian.audit.verdict import Difference
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.chain.abi_words import unpack_words
from shengdian.sim.market.participants import participants
from shengdian.sim.scenario import PlantSpec, Scenario
from shengdian.sim.solve.allocation import READINGS


class AllocationAudit:
    """Checks hour after hour."""

    def __init__(self, scenario: Scenario) -> None:
        self.differences: list[Difference] = []
        self.checked = 0
        self._scenario = scenario
        self._plants = {zone: [plant for plant in scenario.plants if plant.zone == zone] for zone in scenario.zones}
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
        due = [
            at for at, zone in enumerate(self._scenario.zones) if hour.hour % self._scenario.day == 0 or self._surprised(zone, hour.hour)
        ]
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

    def _note(self, sentence: str, block: int | None, transaction: str | None) -> None:
        self.differences.append(Difference(sentence, block, transaction))

    # --- the facts of a call --------------------------------------------------------------------------------------------------

    def _surprised(self, zone: str, hour: int) -> bool:
        return any(plant.available[hour] != self._expected(plant, hour) for plant in self._plants[zone])

    def _expected(self, plant: PlantSpec, hour: int) -> int:
        """kWh that the plan in force counts on; the forecast where there is none."""
        counted = self._counted.get(plant.id)
        return plant.forecast[hour] if counted is None else counted[hour % self._scenario.day]

    def _load(self, zone: str, begin: int) -> list[int]:
        """kWh by hour of the day, less the fixed import."""
        if (zone, begin) not in self._loads:
            hours = range(begin, min(begin + self._scenario.day, self._scenario.hours))
            self._loads = {(zone, begin): [max(self._scenario.load(zone, at) - self._scenario.net_import(zone, at), 0) for at in hours]}
        return self._loads[zone, begin]

    def _counts_on(self, plant: PlantSpec, hour: int) -> tuple[int, ...]:
        """kWh by hour of the day that a plan of this hour is made with."""
        now = hour % self._scenario.day
        begin = hour - now
        if not now:
            return plant.forecast[begin : begin + self._scenario.day]
        counted = self._counted.get(plant.id, plant.forecast[begin : begin + self._scenario.day])
        return counted[:now] + plant.available[hour : begin + self._scenario.day] if plant.available[hour] != counted[now] else counted

    def _broken(self, hour: int, plan: DayPlanned, deployed: Deployed) -> list[str]:
        scenario, allocated = self._scenario, plan.allocated
        (zone, day, now, length, reading, share), load_words, words = plan.arguments
        code = scenario.zones[zone]
        due_load = self._load(code, hour - hour % self._scenario.day)
        load = unpack_words(load_words, 32)[:length]
        due = (
            allocated.zone,
            hour // self._scenario.day,
            hour % self._scenario.day,
            len(due_load),
            READINGS.index(scenario.reading),
            scenario.contract_share,
        )
        if (zone, day, now, length, reading, share) != due or load != due_load:
            self._counted |= {plant.id: self._counts_on(plant, hour) for plant in self._plants[code]}
            return ["province, day, hours, reading, share or load are not the config's"]
        found = []
        everyone = deployed.sellers.get(zone, [])  # none where no plant is
        sellers = [seller for seller in everyone if not seller.flat]
        days = [day_of(seller, words, place, length) for place, seller in enumerate(sellers)]
        for plant, each in zip(self._plants[code], days, strict=True):
            counted = self._counts_on(plant, hour)
            self._counted[plant.id] = counted
            contract = plant.contractible[day]
            before = plan.outputs.get(each.seller.number, min(counted[0], self._scenario.before_hour_0(contract, len(counted))))
            available = tuple(energy if energy >= plant.minimum else 0 for energy in counted)
            if (each.contract, each.initial, each.available) != (contract, before, available):
                found.append(f"contract, output before or availability of {plant.id} are not the config's and the record's")
            found += [f"{plant.id} {sentence}" for sentence in breaks(each, now, scenario.reading)]
        logged = dict(zip([seller.number for seller in everyone], zip(*allocated.contracts, strict=True), strict=True))
        if any(logged[each.seller.number] != each.energy[now:] for each in days) or allocated.statuses != tuple(
            each.status for each in days
        ):
            found.append("the log says other hours or statuses than the call")
        return found + of_province(days, load, now, scenario.reading, share, allocated.bidding)

    def _passed_on(self, hour: HourRebuilt) -> list[str]:
        """Every buyer of a province has the same share of its need covered."""
        covered = {name: hour.covered.get(number, 0) for name, number in self._number.items()}
        delivered = dict(hour.sold)
        for zone in self._scenario.zones:
            abroad = [each for each in self._scenario.exchanges if each.zone == zone and each.exports]
            wanted = [each.exported(hour.hour) for each in abroad]
            part = sum(wanted) if self._scenario.contract_form == "physical" else min(sum(wanted), delivered[zone])
            for each, energy in zip(abroad, largest_remainder(part, wanted), strict=True):
                if covered[each.id] != energy:
                    return [f"{each.id} takes {covered[each.id]} kWh; its fixed export is {energy}"]
            delivered[zone] -= part
            users = [user for user in self._scenario.users if user.zone == zone]
            demand = [user.demand[hour.hour] for user in users]
            due = min(delivered[zone], sum(demand))
            if due != sum(covered[user.id] for user in users):
                return [f"the users of {zone} are given another energy than its sellers deliver, up to what they need"]
            if tuple(covered[user.id] for user in users) != largest_remainder(due, demand):
                return [f"the users of {zone} do not have the same share of their demand covered"]
        return []
