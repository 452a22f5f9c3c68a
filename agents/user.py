"""A consumer: it buys in the hour what contracts leave uncovered."""

from __future__ import annotations

import mesa

from agents.trader import Strategist
from sim.scenario import UserSpec
from sim.types import Order, View


class User(Strategist):
    """A captive user orders nothing: the province's default supplier buys for it."""

    def __init__(self, model: mesa.Model, seed: int, spec: UserSpec) -> None:
        super().__init__(model, seed, spec)
        self.spec = spec
        self.contracted = 0
        """kWh of the hour"""

    def begin_hour(self, contracted: int) -> None:
        """kWh that contracts cover in the hour."""
        self.contracted = contracted

    def room(self, hour: int) -> int:
        """kWh that contracts leave uncovered."""
        return max(0, self.spec.demand[hour] - self.contracted)

    def propose(self, view: View) -> Order | None:
        return None if self.spec.captive else self.decide(view, self.room(view.hour))
