"""A province: it forecasts its load, buys for users who may not choose, and knows what its market left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mesa

from shengdian.agents.trader import Trader
from shengdian.sim.base.hour_result import HourResult, StageResult
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
        self._market: StageResult | None = None
        """the last stage that was the province's own"""
        self._left = (0, 0)
        """surplus and deficit before there was one"""

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

    @property
    def surplus(self) -> int:
        """kWh offered and not sold in the province's own market in the last hour that had one."""
        return self._left_over()[0]

    @property
    def deficit(self) -> int:
        """kWh asked for and not served there."""
        return self._left_over()[1]

    def _left_over(self) -> tuple[int, int]:
        return left_over(self._market, self.zone) if self._market else self._left

    def state(self) -> dict[str, Any]:
        return {"left": self._left_over()}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._market, self._left = None, (state["left"][0], state["left"][1])

    @property
    def listens(self) -> bool:
        return True

    def receive(self, result: HourResult) -> None:
        for stage in result.stages:
            if stage.stage == "provincial":
                self._market = stage


def left_over(stage: StageResult, zone: str) -> tuple[int, int]:
    """Surplus and deficit of a zone after a stage: kWh offered and not sold, kWh asked for and not served."""
    orders = [order for order in stage.orders if order.zone == zone and not order.error]
    unsold = sum(order.quantity - order.filled for order in orders if order.side == "sell")
    unserved = sum(order.quantity - order.filled for order in orders if order.side == "buy")
    return unsold, unserved
