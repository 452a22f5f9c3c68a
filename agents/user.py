"""A consumer: it buys in the hour what contracts leave uncovered."""

from __future__ import annotations

from collections.abc import Mapping

import mesa

from shengdian.agents.trader import Strategist
from shengdian.sim.base.streams import stream
from shengdian.sim.base.units import PPM
from shengdian.sim.scenario import UserSpec


class User(Strategist):
    """A captive user orders nothing: the province's default supplier, or the retailer that it chose, buys for it."""

    def __init__(self, model: mesa.Model, seed: int, spec: UserSpec, code_folder: str = "") -> None:
        super().__init__(model, seed, spec, code_folder)
        self.spec = spec
        self._seed = seed
        self.contracted = 0
        """kWh of the hour"""

    def begin_hour(self, contracted: int) -> None:
        """kWh that contracts cover in the hour."""
        self.contracted = contracted

    def room(self, hour: int) -> int:
        """kWh that contracts leave uncovered; none for a captive user."""
        return 0 if self.spec.captive else max(0, self.spec.demand[hour] - self.contracted)

    def chooses(self, day: int, own: str, rates: Mapping[str, int], inertia: int) -> str:
        """Its retailer of the day: the first that asks least of `rates` (fen/MWh by retailer of its zone), unless that saves nothing or
        it stays with its `own`, for which the chance is `inertia` (ppm) every day."""
        cheapest = min(rates, key=lambda name: rates[name])
        if rates[cheapest] >= rates[own]:
            return own
        return own if stream(self._seed, "choice", self.id, str(day)).integers(PPM) < inertia else cheapest
