"""Contract energy of every province: allocated at the start of a day, rolled when something changes, passed on to users, settled every hour."""

from __future__ import annotations

from collections.abc import Mapping

from sim.allocation import Plan, PlantCase, allocate
from sim.errors import InputError
from sim.scenario import PlantSpec, Scenario
from sim.split import largest_remainder
from sim.types import AllocationRow

HOURS_A_DAY = 24


class Planning:
    """What is planned, in kWh. Sellers of a province are its plants, in the scenario's order, and then its fixed import, if any."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.plans: dict[str, Plan] = {}
        """the plan in force by zone, for the day that `begin_hour` was last called in"""
        self.imported = {exchange.zone: exchange.imported for exchange in scenario.exchanges}
        self._plants = {zone: [plant for plant in scenario.plants if plant.zone == zone] for zone in scenario.zones}
        self._users = {zone: [user for user in scenario.users if user.zone == zone] for zone in scenario.zones}
        self._counted_on: dict[str, tuple[int, ...]] = {}
        """kWh by hour of the day that the plan in force counts on, by plant"""
        self._last: dict[str, int] = {}
        """kWh that each plant put out in the hour before; before the first hour, whatever suits its day"""
        self._hours: dict[str, tuple[int, ...]] = {}
        self._status: dict[str, str] = {}

    def begin_hour(self, hour: int) -> dict[str, Plan]:
        """Allocates at the start of a day and again where an availability is not what the plan counts on; gives the new plans by zone."""
        fresh = {}
        for zone in self.scenario.zones:
            if hour % HOURS_A_DAY == 0 or any(self._surprised(plant, hour) for plant in self._plants[zone]):
                fresh[zone] = self.plans[zone] = self._plan(zone, hour)
                for plant, planned in zip(self._plants[zone], fresh[zone].plants, strict=True):
                    self._hours[plant.id], self._status[plant.id] = planned.hours, planned.status
        return fresh

    def _surprised(self, plant: PlantSpec, hour: int) -> bool:
        return plant.available[hour] != self._counted_on[plant.id][hour % HOURS_A_DAY]

    def _plan(self, zone: str, hour: int) -> Plan:
        begin, now = hour - hour % HOURS_A_DAY, hour % HOURS_A_DAY
        cases = [self._case(plant, begin, now) for plant in self._plants[zone]]
        day = range(begin, begin + HOURS_A_DAY)
        net_load = [max(self.scenario.load(zone, at % self.scenario.hours) - self.imported.get(zone, 0), 0) for at in day]
        return allocate(net_load, cases, self.scenario.reading, self.scenario.contract_share, now)

    def _case(self, plant: PlantSpec, begin: int, now: int) -> PlantCase:
        """What is known of the plant at hour `now` of the day: the forecast, or, from the hour of a surprise on, what really is available."""
        if now == 0:
            counted = plant.forecast[begin : begin + HOURS_A_DAY]
        elif self._surprised(plant, begin + now):
            counted = self._counted_on[plant.id][:now] + plant.available[begin + now : begin + HOURS_A_DAY]
        else:
            counted = self._counted_on[plant.id]
        self._counted_on[plant.id] = counted
        contract = plant.contractible[begin // HOURS_A_DAY]
        delivered = self._hours[plant.id][:now] if now else ()
        initial = self._last.get(plant.id, min(counted[0], contract // HOURS_A_DAY))
        available = tuple(energy if energy >= plant.minimum else 0 for energy in counted)
        return PlantCase(plant.id, plant.capacity, plant.minimum, plant.ramp, initial, available, contract, delivered)

    def contract(self, plant: str, hour: int) -> int:
        """kWh that the plant delivers under contract in the hour."""
        return self._hours[plant][hour % HOURS_A_DAY]

    def covered(self, hour: int) -> dict[str, int]:
        """kWh of contract energy by user and by exporting exchange; every user of a province has the same share of its demand covered.

        Raises InputError where contracts and the fixed import exceed the province's load.
        """
        covered = {exchange.id: -exchange.imported for exchange in self.scenario.exchanges if exchange.imported < 0}
        for zone, users in self._users.items():
            total = sum(self.contract(plant.id, hour) for plant in self._plants[zone]) + self.imported.get(zone, 0)
            demand = [user.demand[hour] for user in users]
            if not 0 <= total <= sum(demand):
                raise InputError(
                    f"contracts.share: province {zone} has {total} kWh of contract energy for its users in hour {hour}, "
                    f"but they need {sum(demand)} kWh; choose another share"
                )
            covered |= dict(zip((user.id for user in users), largest_remainder(total, demand), strict=True))
        return covered

    def close_hour(self, scheduled: Mapping[str, int]) -> None:
        """Remembers what plants really put out, kWh by plant."""
        self._last = dict(scheduled)

    def rows(self, hour: int) -> list[AllocationRow]:
        """The hour's rows of the allocation table."""
        return [
            AllocationRow(hour // HOURS_A_DAY, hour, plant.id, plant.zone, self.contract(plant.id, hour), self._status[plant.id])
            for plant in self.scenario.plants
        ]


