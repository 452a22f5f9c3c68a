"""All agents of a run: those whose strategy can decide for many are asked together, the others one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from shengdian.agents.crowd import Crowd
from shengdian.agents.strategy import Many, Strategy
from shengdian.agents.trader import Strategist, Trader
from shengdian.sim.base.orders import Integers, Orders
from shengdian.sim.base.types import Order
from shengdian.sim.market.view import View


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
        alone = [(index, self[index].propose(view)) for index in self._alone]
        single: list[tuple[int, Order]] = [(index, order) for index, order in alone if order is not None]
        indices = [np.array([index for index, _ in single], np.int64)]
        parts = [Orders.of([order for _, order in single])]
        for members, crowd, strategy in self._crowds:
            some, orders = crowd.orders(strategy.propose_many(crowd, view, crowd.rooms(view.hour)))
            indices.append(members[some])
            parts.append(orders)
        return Orders.joined(parts).rows(np.argsort(np.concatenate(indices)))

    def _group(self) -> None:
        """Finds who can decide together: same strategy, same price limits, and nothing of an agent's own in the way it proposes."""
        groups: dict[type[Strategy], list[int]] = defaultdict(list)
        self._alone, self._crowds = [], []
        for index, agent in enumerate(self):
            if (
                isinstance(agent, Strategist)
                and isinstance(agent.strategy, Many)
                and type(agent).propose is Strategist.propose
                and agent.me.audited is None
            ):
                groups[type(agent.strategy)].append(index)
            else:
                self._alone.append(index)
        for indices in groups.values():
            members = [agent for index in indices if isinstance(agent := self[index], Strategist)]
            strategy = members[0].strategy
            assert isinstance(strategy, Many)
            self._crowds.append((np.array(indices, np.int64), Crowd(members), strategy))
