"""A retailer: it asks one rate for a day, and buys for the users that chose it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mesa

from shengdian.agents.supplier import Supplier
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.types import RetailerSpec
from shengdian.sim.base.units import PPM
from shengdian.sim.scenario import UserSpec


class Retailer(Supplier):
    """Its rate is forecast cost and a margin; what it pays for energy in the end is its own risk."""

    def __init__(self, model: mesa.Model, spec: RetailerSpec, choosers: Sequence[UserSpec]) -> None:
        """`choosers`: all of its zone who may choose."""
        super().__init__(model, spec.id, spec.zone, ())
        self.spec = spec
        self.choosers = tuple(choosers)
        self._prices: list[int | None] = []
        """fen/MWh of its zone by hour of the last day, None where there was none"""
        self._begin = 0
        """hour at which they begin"""

    def begin_day(self, served: Sequence[UserSpec]) -> None:
        """The users that it serves on the day."""
        self.served = tuple(served)

    def asks(self, hour: int) -> int:
        """fen/MWh for the day that begins at `hour`: (1 + margin) x forecast cost, rounded up; never below 0.

        The forecast is the last day's prices, weighted by what its customers needed then, or all who may choose where it has none. Before
        there was a price it is the benchmark.
        """
        cost, energy = 0, 0
        for at, price in enumerate(self._prices, self._begin):
            needed = sum(user.demand[at] for user in self.served or self.choosers)
            if price is not None:
                cost, energy = cost + price * needed, energy + needed
        self._prices, self._begin = [], hour
        if not energy:
            cost, energy = self.spec.benchmark, 1
        return max(0, -(-cost * (PPM + self.spec.margin) // (energy * PPM)))

    @property
    def listens(self) -> bool:
        return True

    def receive(self, result: HourResult) -> None:
        self._prices.append(result.final_price(self.zone))

    def state(self) -> dict[str, Any]:
        return {"prices": self._prices, "begin": self._begin}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._prices, self._begin = list(state["prices"]), state["begin"]
