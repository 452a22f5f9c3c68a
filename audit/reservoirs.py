"""Water: the level of every reservoir from the config's inflow and the rebuilt meters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shengdian.sim.base.hour_result import Generation, ReservoirDay
from shengdian.sim.scenario import Scenario


class Levels:
    """What reservoirs hold, day by day."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._plants = {plant.id: plant for plant in scenario.plants if plant.energy_budget is not None}
        self._before = {name: plant.stored for name, plant in self._plants.items()}
        """kWh at the start of the day"""
        self._now = dict(self._before)
        """kWh after the last hour, the day's inflow not counted"""

    def water(self, hour: int) -> Mapping[str, int]:
        """kWh by plant of the day of `hour`: what was stored before it, where that is kept, and what flows in."""
        day, found = hour // self._scenario.day, {}
        for name, plant in self._plants.items():
            assert plant.energy_budget is not None
            found[name] = plant.energy_budget[day] + (self._before[name] if plant.volume else 0)
        return found

    def rows(self, hour: int, generation: Iterable[Generation]) -> tuple[ReservoirDay, ...]:
        """Takes in an hour; the rows of the table `reservoirs` where a day, or the run, ends with it."""
        for row in generation:
            if row.plant in self._now:
                self._now[row.plant] -= row.metered
        if (hour + 1) % self._scenario.day and hour + 1 < self._scenario.hours:
            return ()
        day, found = hour // self._scenario.day, []
        for name, plant in self._plants.items():
            assert plant.energy_budget is not None
            before, inflow = self._before[name], plant.energy_budget[day]
            output = before - self._now[name]
            spilled = max(0, self._now[name] + inflow - plant.volume)
            after = self._now[name] + inflow - spilled
            worth = plant.water_value * ((after - before) * 2 * plant.volume - after**2 + before**2) // (2 * plant.volume or 1)
            found.append(ReservoirDay(day, name, plant.zone, plant.tech, inflow, output, spilled, after, worth if plant.volume else 0))
            self._before[name] = self._now[name] = after
        return tuple(found)
