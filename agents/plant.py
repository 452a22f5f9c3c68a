"""A power plant: it sells in the hour what contracts leave free."""

from __future__ import annotations

from collections.abc import Sequence

import mesa

from agents.trader import Strategist
from sim.scenario import PlantSpec
from sim.types import Order, View

HOURS_A_DAY = 24


class PowerPlant(Strategist):
    """What it offers follows from its day's plan alone, not from what was sold before: every market design sees the same offers."""

    def __init__(self, model: mesa.Model, seed: int, spec: PlantSpec, net_load: Sequence[int]) -> None:
        """`net_load`: forecast of the province's load less fixed import, kWh by hour of the run."""
        super().__init__(model, seed, spec)
        self.spec = spec
        self.net_load = net_load
        self.day = -1
        self.contracts: tuple[int, ...] = ()
        """kWh by hour of the day"""

    def begin_day(self, day: int, contracts: tuple[int, ...]) -> None:
        """The contract energy of every hour of day `day`, kWh; again with new values whenever the allocation is rolled."""
        self.day, self.contracts = day, contracts

    def room(self, hour: int) -> int:
        """kWh that may be offered on top of the contract.

        Not above what is available, nor more than one ramp above the contract of the hour before or after, so that no ramp is broken whatever
        is sold in either.
        """
        at = hour - self.day * HOURS_A_DAY
        beside = self.contracts[max(at - 1, 0) : at + 2]
        most = min(self.spec.available[hour], min(beside) + self.spec.ramp)
        free = max(0, most - self.contracts[at])
        return free if self.spec.energy_budget is None else min(free, self.water(hour))

    def water(self, hour: int) -> int:
        """kWh of the day's budget for this hour's offer.

        What contracts leave of the budget is spread over the day in proportion to forecast net load; what finds no buyer stays in the reservoir.
        Contracts and offers together thus never exceed the budget.
        """
        assert self.spec.energy_budget is not None
        at = hour - self.day * HOURS_A_DAY
        left = max(0, self.spec.energy_budget[self.day] - sum(self.contracts))
        day = [max(0, load) for load in self.net_load[hour - at : hour - at + len(self.contracts)]]
        return left * day[at] // sum(day) if sum(day) else left // len(day)

    def propose(self, view: View) -> Order | None:
        return self.decide(view, self.room(view.hour))
