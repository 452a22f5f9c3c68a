"""A storage: it buys in one hour and sells in another, and knows what is left in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import mesa

from shengdian.agents.strategy import Room, StorageStrategy
from shengdian.agents.trader import Strategist
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.base.types import Offer, Order
from shengdian.sim.market.view import View


class Storage(Strategist):
    """Orders only what it can carry out, also where a day is ordered ahead: sales from what is surely there, purchases into what is surely
    free, whatever becomes of its orders before."""

    def __init__(self, model: mesa.Model, seed: int, spec: StorageSpec, net_load: Sequence[int], code_folder: str = "") -> None:
        """`net_load`: forecast by hour of the run, as `Me.net_load`, kWh."""
        super().__init__(model, seed, spec, code_folder)
        self.me = replace(self.me, net_load=tuple(net_load))
        self.spec = spec
        self.left = spec.at_first
        """1e-12 kWh that it can give, by what is cleared"""
        self._least = self._most = self.left
        """the same, were all of its waiting offers, or all of its waiting bids, filled"""

    def propose(self, view: View) -> Order | None:
        """Raises InputError where its strategy orders more than the room it is given."""
        spec, chosen = self.spec, cast(StorageStrategy, self.strategy)
        room = Room(spec.can_buy(self._most), spec.can_sell(self._least), self.left)
        order = chosen.propose(self.me, view, self.stream, room)
        if order is None:
            return None
        energy, sells = sum(segment.quantity for segment in order.segments), isinstance(order, Offer)
        most = room.sell if sells else room.buy
        if energy > most:
            raise InputError(f"strategy {spec.strategy!r} orders {energy} kWh for {spec.id} in hour {view.hour}, which has room for {most}")
        if sells:
            self._least = spec.after(self._least, 0, energy)
        else:
            self._most = spec.after(self._most, energy, 0)
        return order

    @property
    def listens(self) -> bool:
        return True

    def receive(self, result: HourResult) -> None:
        self.left = self._least = self._most = next(row.left for row in result.storage if row.storage == self.id)
        super().receive(result)

    def state(self) -> dict[str, Any]:
        return {**super().state(), "left": self.left}

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.left = self._least = self._most = state["left"]
