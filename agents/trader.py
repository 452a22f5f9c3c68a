"""What every agent is: someone with an id who may order before an hour and hears what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import mesa

from shengdian.agents.strategies import parameters, strategy
from shengdian.agents.strategy import Learner, Me
from shengdian.sim.base.hour_result import HourResult, Learned
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Order
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec, UserSpec


class Trader(mesa.Agent):
    """Proposes orders as plain values; it knows nothing of chains, addresses or contracts."""

    def __init__(self, model: mesa.Model, id: str, zone: str) -> None:
        super().__init__(model)
        self.id = id
        self.zone = zone

    @property
    def listens(self) -> bool:
        """Whether `receive` does anything."""
        return False

    @property
    def looks(self) -> bool:
        """Whether it decides after the others, with a view of what they sent."""
        return False

    @property
    def priority(self) -> float | None:
        """0 to 1, what it states where a block is ordered by gas price; None for nothing."""
        return None

    def propose(self, view: View) -> Order | None:
        """The order of the hour; None for no order."""
        return None

    def state(self) -> dict[str, Any]:
        """What it knows at the end of a day and nobody tells it again, as JSON can hold it."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes over what `state` gave."""

    def learned(self) -> list[Learned]:
        """All that it remembers of what it learned."""
        return []

    def receive(self, result: HourResult) -> None:
        """What came of the hour; called once at its end, where the agent `listens`."""


class Strategist(Trader):
    """A trader who leaves the decision to a strategy, with a random stream of its own."""

    def __init__(self, model: mesa.Model, seed: int, spec: PlantSpec | UserSpec | StorageSpec, code_folder: str = "") -> None:
        """`code_folder`: where a strategy of a user's own is."""
        super().__init__(model, spec.id, spec.zone)
        self.me = Me(spec, parameters(spec.strategy, spec.parameters, code_folder))
        self.strategy = strategy(spec.strategy, code_folder)()
        self.stream = stream(seed, "agent", spec.id)

    def decide(self, view: View, room: int) -> Order | None:
        """The strategy's order for at most `room` kWh; to an audited plant, the highest price is what it may ask."""
        if self.me.audited is not None:
            view = replace(view, cap=min(view.cap, self.me.audited))
        return self.strategy.propose(self.me, view, self.stream, room) if room >= 1 else None

    def room(self, hour: int) -> int:
        """kWh that the agent may order for the hour. Raises NotImplementedError: plants and users say it."""
        raise NotImplementedError

    @property
    def looks(self) -> bool:
        return getattr(self.strategy, "looks", False)

    @property
    def priority(self) -> float | None:
        return self.me.parameters.get("priority")

    def propose(self, view: View) -> Order | None:
        """One who looks has nothing to say until it sees what waits."""
        return None if self.looks and view.pending is None else self.decide(view, self.room(view.hour))

    def state(self) -> dict[str, Any]:
        """Where its random stream stands, and what its strategy remembers."""
        return {"stream": self.stream.bit_generator.state, "remembered": dict(self.me.state)}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.stream.bit_generator.state = state["stream"]
        self.me.state.clear()
        self.me.state.update(state["remembered"])

    @property
    def listens(self) -> bool:
        return hasattr(self.strategy, "learn") and self._speaks

    @property
    def _speaks(self) -> bool:
        """Whether it learns and reports for what it remembers: the first plant of an owner does so for all of them."""
        return not self.me.owned or self.me.owned[0].id == self.id

    def receive(self, result: HourResult) -> None:
        if isinstance(self.strategy, Learner):
            self.strategy.learn(self.me, result)

    def learned(self) -> list[Learned]:
        rows: list[Learned] = []
        if not self._speaks:
            return rows
        for key, value in self.me.state.items():
            named = [(f"{key}/{index}", number) for index, number in enumerate(value)] if isinstance(value, list) else [(key, value)]
            rows += [Learned(self.id, self.me.spec.strategy, name, float(number)) for name, number in named]
        return rows
