"""Reservoirs: what flows in, what plants take out, what is kept for another day, what is spilled. Whole kWh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shengdian.sim.base.columns import Rows, plain
from shengdian.sim.base.hour_result import Generation, ReservoirDay
from shengdian.sim.scenario import PlantSpec, Scenario


class Reservoirs:
    """What every reservoir holds.

    A day's inflow is there from its first hour on. At the end of the day what exceeds the volume is spilled, so that contracts, which are
    made from the day's inflow, can always be delivered. Where contracts take more than there is (the readings `province` and `literal`
    share energy out by capacity), the reservoir holds less than nothing, and later inflow fills it up.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._hours, self._per_day = scenario.hours, scenario.day
        self._plants = [(row, plant) for row, plant in enumerate(scenario.plants) if plant.energy_budget is not None]
        self._volume = {plant.id: plant.volume for _, plant in self._plants}
        self._stored = {plant.id: plant.stored for _, plant in self._plants}
        """kWh at the start of the day"""
        self._given = dict.fromkeys(self._stored, 0)
        """kWh so far in the day"""

    def kept(self, plant: str) -> int:
        """kWh that the plant has from the days before, besides the inflow of the day; 0 for one that keeps nothing."""
        return self._stored[plant] if self._volume.get(plant) else 0

    def end_hour(self, hour: int, generation: Rows[Generation]) -> Sequence[ReservoirDay]:
        """Takes in the hour's meters, plants in the scenario's order; gives a row a reservoir where a day, or the run, ends with it."""
        metered = plain(generation.column("metered"))
        for row, plant in self._plants:
            self._given[plant.id] += metered[row]
        if (hour + 1) % self._per_day and hour + 1 < self._hours:
            return ()
        return [self._end_day(hour // self._per_day, plant) for _, plant in self._plants]

    def _end_day(self, day: int, plant: PlantSpec) -> ReservoirDay:
        assert plant.energy_budget is not None
        before, inflow, given = self._stored[plant.id], plant.energy_budget[day], self._given[plant.id]
        left = before + inflow - given
        after = min(left, plant.volume)
        self._stored[plant.id], self._given[plant.id] = after, 0
        return ReservoirDay(day, plant.id, plant.zone, plant.tech, inflow, given, left - after, after, plant.worth(before, after))

    def state(self) -> dict[str, int]:
        """kWh by plant at the end of a day."""
        return dict(self._stored)

    def restore(self, state: Mapping[str, int]) -> None:
        """Takes over what `state` gave."""
        self._stored = dict(state)
