"""Agents who decide at once: plants or users of one strategy, as arrays, where the strategy can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.strategies import Ladders, Many, Strategy
from agents.trader import Strategist, Trader
from sim.orders import Integers, Orders
from sim.types import Order
from sim.units import fen
from sim.view import View


class Crowd:
    """Agents of one strategy, and what it may know of them as columns of shape (agent,)."""

    def __init__(self, members: Sequence[Strategist]) -> None:
        self.members = tuple(members)
        self.ids = [member.id for member in members]
        self._kept: dict[tuple[str, ...], Any] = {}
        """columns that never change, by what gave them"""

    def _keep(self, key: tuple[str, ...], make: Callable[[Strategist], Any], kind: Any) -> Any:
        if key not in self._kept:
            self._kept[key] = np.array([make(member) for member in self.members], kind)
        return self._kept[key]

    def parameter(self, name: str) -> NDArray[np.float64]:
        """A parameter of the strategy."""
        column: NDArray[np.float64] = self._keep(("parameter", name), lambda member: member.me.parameters[name], np.float64)
        return column

    def price(self, name: str) -> Integers:
        """A parameter in CNY/MWh as fen/MWh."""
        column: Integers = self._keep(("price", name), lambda member: fen(member.me.parameters[name]), np.int64)
        return column

    def figure(self, name: str) -> Integers:
        """A whole number of the specification, such as `cost`; shape (agent, hour) for one by hour, such as `demand`."""
        column: Integers = self._keep(("figure", name), lambda member: getattr(member.me.spec, name), np.int64)
        return column

    def begins(self, field: str, words: tuple[str, ...]) -> NDArray[np.bool_]:
        """Whether a text of the specification, such as `tech`, begins with one of `words`."""
        column: NDArray[np.bool_] = self._keep((field, *words), lambda member: getattr(member.me.spec, field).startswith(words), np.bool_)
        return column

    def rooms(self, hour: int) -> Integers:
        """kWh that each may order."""
        return np.array([member.room(hour) for member in self.members], np.int64)

    def orders(self, ladders: Ladders) -> tuple[Integers, Orders]:
        """Which members order, and their orders."""
        some = np.flatnonzero(ladders.count)
        sells = np.full(len(some), bool(self.members) and self.members[0].strategy.kind == "plant")
        ids = [self.ids[at] for at in some.tolist()]
        return some, Orders(ids, sells, ladders.count[some], ladders.price[some], ladders.quantity[some])


class Society(list[Trader]):
    """All agents of a run, in the order built. `propose` gives the same orders as asking one by one."""

    def __init__(self, agents: Sequence[Trader]) -> None:
        super().__init__(agents)
        self._strategies: list[Strategy | None] = []
        self._crowds: list[tuple[Integers, Crowd, Many]] = []
        self._alone: list[int] = []

    def propose(self, view: View) -> Orders:
        """Everybody's order, in the order of agents."""
        if self._strategies != (now := [agent.strategy if isinstance(agent, Strategist) else None for agent in self]):
            self._group()
            self._strategies = now
        alone = [(place, self[place].propose(view)) for place in self._alone]
        single: list[tuple[int, Order]] = [(place, order) for place, order in alone if order is not None]
        places = [np.array([place for place, _ in single], np.int64)]
        parts = [Orders.of([order for _, order in single])]
        for members, crowd, strategy in self._crowds:
            some, orders = crowd.orders(strategy.propose_many(crowd, view, crowd.rooms(view.hour)))
            places.append(members[some])
            parts.append(orders)
        return Orders.joined(parts).rows(np.argsort(np.concatenate(places)))

    def _group(self) -> None:
        """Finds who can decide together: same strategy, and nothing of an agent's own in the way it proposes."""
        groups: dict[type[Strategy], list[int]] = defaultdict(list)
        self._alone, self._crowds = [], []
        for place, agent in enumerate(self):
            if isinstance(agent, Strategist) and isinstance(agent.strategy, Many) and type(agent).propose is Strategist.propose:
                groups[type(agent.strategy)].append(place)
            else:
                self._alone.append(place)
        for places in groups.values():
            members = [agent for place in places if isinstance(agent := self[place], Strategist)]
            strategy = members[0].strategy
            assert isinstance(strategy, Many)
            self._crowds.append((np.array(places, np.int64), Crowd(members), strategy))
