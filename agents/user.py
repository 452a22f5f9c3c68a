"""A consumer: it buys in the hour what contracts leave uncovered."""

from __future__ import annotations

import mesa

from shengdian.agents.trader import Strategist
from shengdian.sim.scenario import UserSpec


class User(Strategist):
    """A captive user orders nothing: the province's default supplier buys for it."""

    def __init__(self, model: mesa.Model, seed: int, spec: UserSpec, code_folder: str = "") -> None:
        super().__init__(model, seed, spec, code_folder)
        self.spec = spec
        self.contracted = 0
        """kWh of the hour"""

    def begin_hour(self, contracted: int) -> None:
        """kWh that contracts cover in the hour."""
        self.contracted = contracted

    def room(self, hour: int) -> int:
        """kWh that contracts leave uncovered; none for a captive user."""
        return 0 if self.spec.captive else max(0, self.spec.demand[hour] - self.contracted)
