"""Whoever buys for users that do not trade themselves: a default supplier, or a retailer."""

from __future__ import annotations

from collections.abc import Sequence

import mesa

from shengdian.agents.trader import Trader
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.types import Bid, Order, Segment
from shengdian.sim.market.view import View
from shengdian.sim.scenario import UserSpec


class Supplier(Trader):
    """It buys whatever its users need, at any price."""

    def __init__(self, model: mesa.Model, id: str, zone: str, served: Sequence[UserSpec]) -> None:
        """`served`: the users that it buys for."""
        super().__init__(model, id, zone)
        self.served = tuple(served)
        self.contracted = 0
        """kWh of the hour for all of them together"""

    def begin_hour(self, contracted: int, surplus: int = 0) -> None:
        """kWh that contracts cover of its users' demand in the hour; no surplus of contracts is anybody's but a default supplier's."""
        self.contracted = contracted

    def propose(self, view: View) -> Order | None:
        """Asks at the cap for what contracts leave uncovered."""
        uncovered = sum(user.demand[view.hour] for user in self.served) - self.contracted
        return Bid(self.id, (Segment(view.cap, uncovered),)) if uncovered >= 1 else None

    def covered(self, hour: int) -> dict[str, int]:
        """kWh of contract energy by user, in proportion to demand, whole kWh that sum to what contracts cover."""
        demand = [user.demand[hour] for user in self.served]
        return dict(zip((user.id for user in self.served), largest_remainder(self.contracted, demand), strict=True))

    def split(self, hour: int, bought: int) -> dict[str, int]:
        """kWh of what was bought by user, in proportion to what contracts leave uncovered, whole kWh that sum to `bought`."""
        covered = self.covered(hour)
        uncovered = [user.demand[hour] - covered[user.id] for user in self.served]
        return dict(zip((user.id for user in self.served), largest_remainder(bought, uncovered), strict=True))
