"""A power plant: it sells in the hour what contracts leave free."""

from __future__ import annotations

from collections.abc import Sequence

import mesa

from agents.trader import Strategist
from sim.scenario import PlantSpec
from sim.types import HourResult, Order, View

HOURS_A_DAY = 24


class PowerPlant(Strategist):
    """Knows its day's contracts, its output of the hour before, and, as a reservoir, the water it has left."""

    def __init__(self, model: mesa.Model, seed: int, spec: PlantSpec, net_load: Sequence[int]) -> None:
        """`net_load`: forecast of the province's load less fixed import, kWh by hour of the run."""
        super().__init__(model, seed, spec)
        self.spec = spec
        self.net_load = net_load
        self.day = -1
        self.contracts: tuple[int, ...] = ()
        """kWh by hour of the day"""
        self.previous: int | None = None
        """kWh, metered in the hour before; None in the first hour, which no ramp limits"""
        self.released = 0
        """kWh, metered since the day began"""

    def begin_day(self, day: int, contracts: tuple[int, ...]) -> None:
        """The contract energy of every hour of day `day`, kWh; again with new values whenever the allocation is rolled."""
        if day != self.day:
            self.day, self.released = day, 0
        self.contracts = contracts

    def room(self, hour: int) -> int:
        """kWh that may be offered on top of the contract.

        Not above what is available, nor more than one ramp above the hour before. Ramps down bound no offer: units can be switched off,
        and keeping within one ramp of the next hour's contract would hold back capacity wherever contracts are few.
        """
        at = hour - self.day * HOURS_A_DAY
        most = self.spec.available[hour]
        if self.previous is not None:
            most = min(most, self.previous + self.spec.ramp)
        free = max(0, most - self.contracts[at])
        return free if self.spec.energy_budget is None else min(free, self.water(hour))

    def water(self, hour: int) -> int:
        """kWh of the day's budget for this hour's offer.

        What the budget leaves after what was released and the contracts still to come is spread over the rest of the day in proportion to
        forecast net load. What finds no buyer in its hour thus returns to the later ones; contracts and offers together never exceed it.
        """
        assert self.spec.energy_budget is not None
        at = hour - self.day * HOURS_A_DAY
        left = max(0, self.spec.energy_budget[self.day] - self.released - sum(self.contracts[at:]))
        rest = [max(0, load) for load in self.net_load[hour : hour + len(self.contracts) - at]]
        return left * rest[0] // sum(rest) if sum(rest) else left // len(rest)

    def propose(self, view: View) -> Order | None:
        return self.decide(view, self.room(view.hour))

    def receive(self, result: HourResult) -> None:
        for row in result.generation:
            if row.plant == self.id:
                self.previous = row.metered
                self.released += row.metered
        super().receive(result)
