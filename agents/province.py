"""A province: it forecasts its load and buys for users who may not choose."""

from __future__ import annotations

from collections.abc import Sequence

import mesa

from shengdian.agents.supplier import Supplier
from shengdian.sim.base.types import Offer, Order, Segment
from shengdian.sim.market.view import View
from shengdian.sim.scenario import UserSpec, supplier_id


class Province(Supplier):
    """In the market it is the default supplier of its captive users, who pay whatever it takes."""

    def __init__(self, model: mesa.Model, zone: str, users: Sequence[UserSpec]) -> None:
        """`users`: all of the province's."""
        super().__init__(model, supplier_id(zone), zone, [user for user in users if user.captive and not user.chooses])
        self.users = tuple(users)
        self.surplus_contracts = 0
        """kWh of the hour's contract energy above the province's load"""

    def forecast(self, hour: int) -> int:
        """kWh of load in the hour of the run. Users know their demand, so the forecast is right."""
        return sum(user.demand[hour] for user in self.users)

    def begin_hour(self, contracted: int, surplus: int = 0) -> None:
        """kWh that contracts cover of the captive users' demand in the hour, and kWh of contracts above the province's load."""
        super().begin_hour(contracted)
        self.surplus_contracts = surplus

    def propose(self, view: View) -> Order | None:
        """Asks at the cap for what contracts leave uncovered; offers at the floor what they give above the load."""
        if self.surplus_contracts:
            return Offer(self.id, (Segment(view.floor, self.surplus_contracts),))
        return super().propose(view)
