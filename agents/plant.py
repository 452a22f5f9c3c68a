"""A power plant: it sells in the hour what contracts leave free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import mesa

from shengdian.agents.trader import Strategist
from shengdian.sim.base.types import Listed
from shengdian.sim.base.units import PPM
from shengdian.sim.scenario import PlantSpec, Scenario


class PowerPlant(Strategist):
    """Knows its day's contracts and its output of the hour before."""

    def __init__(
        self, model: mesa.Model, seed: int, spec: PlantSpec, net_load: Sequence[int], code_folder: str = "", charge: int = 0
    ) -> None:
        """`net_load`: forecast of the province's load less fixed import, kWh by hour of the run. `charge`: fen/MWh that it pays for what it
        sells, which is cost to it."""
        self.spec, self.charge = replace(spec, cost=spec.cost + charge), charge
        super().__init__(model, seed, self.spec, code_folder)
        self.net_load = net_load
        self.day = -1
        self.contracts: tuple[int, ...] = ()
        """kWh by hour of the day"""
        self.metered: dict[int, int] = {}
        """kWh, of the last hour; it limits the hour after it and no other"""
        self.stored = 0
        """kWh in its reservoir at the start of the day, before the day's inflow"""
        self.partners: Sequence[PowerPlant] = (self,)
        """the plants of its owner"""

    def begin_day(self, day: int, contracts: tuple[int, ...], stored: int = 0) -> None:
        """The contract energy of every hour of day `day` and what its reservoir has `stored` from the days before, kWh.

        Called again with new contracts whenever the allocation is rolled.
        """
        self.day, self.contracts, self.stored = day, contracts, stored
        if self.spec.volume:
            self._price_water()

    def _price_water(self) -> None:
        """Tells its strategy, and those of its owner's plants, what a kWh of it is worth today as its cost.

        That is the opportunity cost at what its reservoir would hold at the end of the day if it sold nothing: water that would be spilled
        is worth nothing.
        """
        priced = replace(self.spec, cost=self.spec.opportunity_cost(self._spare()))
        self.me = replace(self.me, spec=priced)
        for partner in self.partners if self.me.owned else ():
            owned = tuple(priced if each.id == priced.id else each for each in partner.me.owned)
            partner.me = replace(partner.me, owned=owned)

    def _spare(self) -> int:
        """kWh of the day's water, stored and flowing in, that contracts leave."""
        assert self.spec.energy_budget is not None
        return max(0, self.stored + self.spec.energy_budget[self.day] - sum(self.contracts))

    def regulation(self, scenario: Scenario) -> Listed:
        """What it asks for being called to give more, and pays back for giving less: its cost and a margin, within floor and cap.

        What is called pays no charge. What other provinces send is called last: it is agreed, and asks the cap and pays back the floor.
        """
        if self.spec.role == "exchange":
            return Listed(scenario.cap, scenario.floor)
        cost = self.spec.cost - self.charge
        margin = abs(cost) * (scenario.deviation.margin if scenario.deviation else 0) // PPM
        return Listed(
            up_price=min(max(cost + margin, scenario.floor), scenario.cap),
            down_price=min(max(cost - margin, scenario.floor), scenario.cap),
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
        free = max(0, most - self.contracts[hour - self.day * self.me.day])
        return free if self.spec.energy_budget is None else min(free, self.water(hour))

    def water(self, hour: int) -> int:
        """kWh of the day's water for this hour's offer.

        What contracts leave of it, both what was stored and what flows in, is spread over the day in proportion to forecast net load,
        whatever was sold before; what finds no buyer stays in the reservoir. So contracts and offers of a day never exceed its water, also
        where a day is ordered ahead, and a reservoir that holds much offers all its capacity at all hours.
        """
        at = hour - self.day * self.me.day
        left = self._spare()
        day = [max(0, load) for load in self.net_load[hour - at : hour - at + len(self.contracts)]]
        return left * day[at] // sum(day) if sum(day) else left // len(day)
