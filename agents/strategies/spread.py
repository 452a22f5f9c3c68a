"""Charges in the hours of the day that need little, discharges in the others, at prices that pay for what is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import ClassVar

import numpy as np

from shengdian.agents.ladder import ladder
from shengdian.agents.strategy import Kind, Me, Parameter, Room
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.base.types import Bid, Offer, Order
from shengdian.sim.base.units import PPM
from shengdian.sim.market.view import View


def charges(me: Me, hour: int) -> bool:
    """Whether the forecast net load of the hour is below the median of its day."""
    begin = hour - hour % me.day
    return me.net_load[hour] < median(me.net_load[begin : begin + me.day])


class Strategy:
    """A bid at what a kWh is expected to earn, an offer at what a kWh has cost; both less, or more, what is lost on the way.

    What a kWh earns: the mean price of the discharging hours of the day before; on the first day the benchmark. What a kWh has cost: the
    mean of all that was paid for what is left; for what is there at hour 0 nothing was. Bids are rounded down to the tick, offers up.

    It remembers `expected` (fen/MWh), `paid` (1e-5 CNY for what is left), and `prices` (fen/MWh) and `hours`, the sum and count of today's.
    """

    kind: ClassVar[Kind] = "storage"
    known: ClassVar[Mapping[str, Parameter]] = {}

    def propose(self, me: Me, view: View, rng: np.random.Generator, room: Room) -> Order | None:
        """All that there is room for, on the side of the hour, in one segment; None for no kWh."""
        spec = me.spec
        assert isinstance(spec, StorageSpec)
        if not me.state:
            me.state.update(expected=spec.benchmark, paid=0, prices=0, hours=0)
        if charges(me, view.hour):
            worth = int(_number(me, "expected")) * spec.efficiency_charge * spec.efficiency_discharge // PPM**2
            segments = ladder(view, [(worth, room.buy)])
            return Bid(spec.id, segments) if segments and worth >= view.floor else None
        cost = -(-int(_number(me, "paid")) * PPM**2 // room.left) if room.left else 0
        segments = ladder(view, [(cost, room.sell)])
        return Offer(spec.id, segments) if segments and cost <= view.cap else None

    def learn(self, me: Me, result: HourResult) -> None:
        """Takes in what the hour moved, and at the end of a day what its discharging hours paid."""
        row = next(row for row in result.storage if row.storage == me.spec.id)
        paid = int(_number(me, "paid")) - (row.money if row.bought else 0)
        if row.sold:  # what is left has cost its part, rounded up
            paid = -(-paid * row.left // (row.left + row.sold * PPM**2))
        me.state["paid"] = paid
        price = result.final_price(me.spec.zone)
        if price is not None and not charges(me, result.hour):
            me.state["prices"] = _number(me, "prices") + price
            me.state["hours"] = _number(me, "hours") + 1
        if (result.hour + 1) % me.day == 0:
            if _number(me, "hours"):
                me.state["expected"] = _number(me, "prices") // _number(me, "hours")
            me.state.update(prices=0, hours=0)


def _number(me: Me, key: str) -> float:
    value = me.state[key]
    assert not isinstance(value, list)
    return value
