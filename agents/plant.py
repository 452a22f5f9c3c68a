"""A power plant: it sells in the hour what contracts leave free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mesa

from shengdian.agents.trader import Strategist
from shengdian.sim.base.types import Listed
from shengdian.sim.base.units import HOURS_A_DAY, PPM
from shengdian.sim.scenario import PlantSpec, Scenario


class PowerPlant(Strategist):
    """Knows its day's contracts and its output of the hour before."""

    def __init__(self, model: mesa.Model, seed: int, spec: PlantSpec, net_load: Sequence[int], code_folder: str = "") -> None:
        """`net_load`: forecast of the province's load less fixed import, kWh by hour of the run."""
        super().__init__(model, seed, spec, code_folder)
        self.spec = spec
        self.net_load = net_load
        self.day = -1
        self.contracts: tuple[int, ...] = ()
        """kWh by hour of the day"""
        self.metered: dict[int, int] = {}
        """kWh, of the last hour; it limits the hour after it and no other"""

    def begin_day(self, day: int, contracts: tuple[int, ...]) -> None:
        """The contract energy of every hour of day `day`, kWh; again with new values whenever the allocation is rolled."""
        self.day, self.contracts = day, contracts

    def regulation(self, scenario: Scenario) -> Listed:
        """What it asks for being called to give more, and pays back for giving less: its cost and a margin, within floor and cap.

        What other provinces send is called last: it is agreed, and asks the cap and pays back the floor.
        """
        if self.spec.role == "exchange":
            return Listed(scenario.cap, scenario.floor)
        margin = self.spec.cost * (scenario.deviation.margin if scenario.deviation else 0) // PPM
        return Listed(
            up_price=min(max(self.spec.cost + margin, scenario.floor), scenario.cap),
            down_price=min(max(self.spec.cost - margin, scenario.floor), scenario.cap),
        )

    def end_hour(self, hour: int, metered: int) -> None:
        """What the plant put out in the hour, kWh."""
        self.metered = {hour: metered}

    def state(self) -> dict[str, Any]:
        return {**super().state(), "metered": list(self.metered.items())}

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.metered = dict(state["metered"])

    def room(self, hour: int) -> int:
        """kWh that may be offered on top of the contract.

        Not above what is available, nor more than one ramp above the hour before. Ramps down bound no offer: units can be switched off,
        and keeping within one ramp of the next hour's contract would hold back capacity wherever contracts are few.
        """
        most = self.spec.available[hour]
        if hour - 1 in self.metered:
            most = min(most, self.metered[hour - 1] + self.spec.ramp)
        free = max(0, most - self.contracts[hour - self.day * HOURS_A_DAY])
        return free if self.spec.energy_budget is None else min(free, self.water(hour))

    def water(self, hour: int) -> int:
        """kWh of the day's budget for this hour's offer.

        What contracts leave of the budget is spread over the day in proportion to forecast net load; what finds no buyer stays in the
        reservoir, so that every market design sees the same offers. Contracts and offers together never exceed the budget.
        """
        assert self.spec.energy_budget is not None
        at = hour - self.day * HOURS_A_DAY
        left = max(0, self.spec.energy_budget[self.day] - sum(self.contracts))
        day = [max(0, load) for load in self.net_load[hour - at : hour - at + len(self.contracts)]]
        return left * day[at] // sum(day) if sum(day) else left // len(day)
