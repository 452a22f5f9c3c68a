"""Agents of one strategy as arrays, for strategies that can decide for all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import is_not
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shengdian.agents.ladder import Ladders
from shengdian.sim.base.orders import Integers, Orders
from shengdian.sim.base.units import fen


class Member(Protocol):
    """What a crowd asks of an agent."""

    id: str
    me: Any
    """`agents.strategy.Me`"""
    strategy: Any
    """`agents.strategy.Strategy`"""

    def room(self, hour: int) -> int:
        """kWh that the agent may order for the hour."""


class Crowd:
    """Agents of one strategy, and what it may know of them as columns of shape (agent,)."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = tuple(members)
        self.ids = [member.id for member in members]
        self._kept: dict[tuple[str, ...], Any] = {}
        """columns that do not change while specifications do not, by what gave them"""
        self._specs: list[Any] = []
        """those that the columns are of"""

    def _keep(self, key: tuple[str, ...], make: Callable[[Member], Any], kind: Any) -> Any:
        specs = [member.me.spec for member in self.members]
        if len(specs) != len(self._specs) or any(map(is_not, specs, self._specs)):  # a reservoir's cost changes with its water
            self._specs, self._kept = specs, {}
        if key not in self._kept:
            self._kept[key] = np.array([make(member) for member in self.members], kind)
        return self._kept[key]

    def parameter(self, name: str) -> NDArray[np.float64]:
        """A parameter of the strategy, by agent, in the unit that the config gives it; shape (agent,)."""
        column: NDArray[np.float64] = self._keep(("parameter", name), lambda member: member.me.parameters[name], np.float64)
        return column

    def price(self, name: str) -> Integers:
        """A parameter in CNY/MWh as fen/MWh; shape (agent,)."""
        column: Integers = self._keep(("price", name), lambda member: fen(member.me.parameters[name]), np.int64)
        return column

    def figure(self, name: str) -> Integers:
        """A whole number of the specification, such as `cost`; shape (agent,), or (agent, hour) for one by hour, such as `demand`."""
        column: Integers = self._keep(("figure", name), lambda member: getattr(member.me.spec, name), np.int64)
        return column

    def flag(self, name: str) -> NDArray[np.bool_]:
        """A yes or no of the specification, such as `thermal`; shape (agent,)."""
        column: NDArray[np.bool_] = self._keep(("flag", name), lambda member: getattr(member.me.spec, name), np.bool_)
        return column

    def rooms(self, hour: int) -> Integers:
        """kWh that each may order in the hour; shape (agent,)."""
        return np.array([member.room(hour) for member in self.members], np.int64)

    def orders(self, ladders: Ladders) -> tuple[Integers, Orders]:
        """Positions of the members who order, shape (order,), and their orders, one row each."""
        some = np.flatnonzero(ladders.count)
        sells = np.full(len(some), bool(self.members) and self.members[0].strategy.kind == "plant")
        ids = [self.ids[at] for at in some.tolist()]
        columns = (ladders.count[some], ladders.price[some], ladders.quantity[some])
        if ladders.regional is None or not ladders.regional[some].any():
            return some, Orders(ids, sells, *columns)
        return some, Orders(ids, sells, *columns, ladders.regional[some])
