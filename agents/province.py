"""A province: it forecasts its load and buys for users who may not choose."""

from __future__ import annotations

from collections.abc import Sequence

import mesa

from shengdian.agents.trader import Trader
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.types import Bid, Offer, Order, Segment
from shengdian.sim.market.view import View
from shengdian.sim.scenario import UserSpec, supplier_id


class Province(Trader):
    """In the market it is the default supplier of its captive users, who pay whatever it takes."""

    def __init__(self, model: mesa.Model, zone: str, users: Sequence[UserSpec]) -> None:
        """`users`: all of the province's."""
        super().__init__(model, supplier_id(zone), zone)
        self.users = tuple(users)
        self.captive = tuple(user for user in users if user.captive)
        self.contracted = 0
        """kWh of the hour for all captive users together"""
        self.surplus_contracts = 0
        """kWh of the hour's contract energy above the province's load"""

    def forecast(self, hour: int) -> int:
        """kWh of load in the hour of the run. Users know their demand, so the forecast is right."""
        return sum(user.demand[hour] for user in self.users)

    def begin_hour(self, contracted: int, surplus: int = 0) -> None:
        """kWh that contracts cover of the captive users' demand in the hour, and kWh of contracts above the province's load."""
        self.contracted, self.surplus_contracts = contracted, surplus

    def propose(self, view: View) -> Order | None:
        """Asks at the cap for what contracts leave uncovered; offers at the floor what they give above the load."""
        if self.surplus_contracts:
            return Offer(self.id, (Segment(view.floor, self.surplus_contracts),))
        uncovered = sum(user.demand[view.hour] for user in self.captive) - self.contracted
        return Bid(self.id, (Segment(view.cap, uncovered),)) if uncovered >= 1 else None

    def covered(self, hour: int) -> dict[str, int]:
        """kWh of contract energy by captive user, in proportion to demand, whole kWh that sum to what contracts cover."""
        demand = [user.demand[hour] for user in self.captive]
        return dict(zip((user.id for user in self.captive), largest_remainder(self.contracted, demand), strict=True))

    def split(self, hour: int, bought: int) -> dict[str, int]:
        """kWh of what was bought by captive user, in proportion to what contracts leave uncovered, whole kWh that sum to `bought`."""
        covered = self.covered(hour)
        uncovered = [user.demand[hour] - covered[user.id] for user in self.captive]
        return dict(zip((user.id for user in self.captive), largest_remainder(bought, uncovered), strict=True))
