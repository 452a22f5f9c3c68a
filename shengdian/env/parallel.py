"""Several agents act at the same time, an hour a step: PettingZoo's `ParallelEnv`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, ClassVar, get_args

import numpy as np
from numpy.typing import NDArray

from shengdian.api.model import Model
from shengdian.api.scenario import Scenario
from shengdian.env.orders import Actions, bounds
from shengdian.env.seats import Seat, net_sold, seated
from shengdian.sim.base.errors import InputError, MissingExtra
from shengdian.sim.base.units import per_mwh

try:
    from gymnasium.spaces import Box
    from pettingzoo import ParallelEnv
except ImportError as error:
    raise MissingExtra("an environment for learners needs pettingzoo and gymnasium: pip install shengdian[rl]") from error

Observations = dict[str, NDArray[np.float64]]


class MarketEnv(ParallelEnv):
    """A market whose chosen agents act by what they are handed; `shengdian.env.parallel_env` makes one and says what its arguments are.

    An episode is a run of the market from its first hour to its last, at which every agent is truncated.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "shengdian_v0", "render_modes": []}

    def __init__(
        self,
        config: str | PathLike[str] | Scenario,
        agents: str | Sequence[str],
        actions: Actions,
        markups: tuple[float, float],
        given: Mapping[str, Any],
    ) -> None:
        if actions not in get_args(Actions):
            raise InputError(f"actions is {actions!r}; allowed: {', '.join(get_args(Actions))}")
        if not (np.isfinite(markups).all() and markups[0] < markups[1]):
            raise InputError(f"markups is {markups!r}; it should be a least and a greater number of CNY/MWh")
        self._config, self._asked, self._given = config, agents, dict(given)
        self.actions: Actions = actions
        self.render_mode = None
        self._open()
        scenario = self.model.scenario
        self._next_seed = scenario.seed
        self.possible_agents = [seat.name for seat in self.seats]
        self.agents = list(self.possible_agents)
        limits = per_mwh(scenario.floor), per_mwh(scenario.cap)
        self.action_spaces = {}
        for seat in self.seats:
            low, high = bounds(actions, seat.kind == "storage", limits, markups)
            self.action_spaces[seat.name] = Box(np.array(low), np.array(high), dtype=np.float64)
        least, most = [0.0, 0.0, -np.inf, 0.0, -np.inf], [24.0, np.inf, np.inf, np.inf, np.inf]
        space = Box(np.array(least), np.array(most), dtype=np.float64)
        self.observation_spaces = dict.fromkeys(self.possible_agents, space)

    def _open(self, **seed: int) -> None:
        """A market before its first hour, with the chosen agents in the environment's hands."""
        self.model = Model(self._config, **{**self._given, **seed})
        """the market; `model.last_result` is what the last hour left"""
        if self.model.market.rules.day_ahead:
            raise InputError("an environment needs a market that is ordered hour by hour; this one is ordered a day ahead")
        self.seats: tuple[Seat, ...] = seated(self.model, self._asked, self.actions)

    def observation_space(self, agent: str) -> Any:
        """What an agent's observations lie in."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Any:
        """What an agent's actions lie in."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Observations, dict[str, dict[str, Any]]]:
        """Begins an episode: a new market of the seed; without one, of that of the config at first, then of one more each time."""
        begun = self._next_seed if seed is None else int(seed)
        self._open(seed=begun)
        self._next_seed = begun + 1
        self.agents = list(self.possible_agents)
        return self._observed({}), {name: {} for name in self.agents}

    def step(
        self, actions: Mapping[str, Any]
    ) -> tuple[Observations, dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Simulates an hour with an action of every agent: observations, rewards (CNY), terminations, truncations and infos by agent.

        Raises InputError where an action is missing or outside its space, and after the last hour.
        """
        if not self.model.running:
            raise InputError("the episode is over; reset() begins another")
        if odd := set(actions) ^ set(self.agents):
            raise InputError(f"one action of every agent is needed, and of nobody else: {', '.join(sorted(odd))}")
        for seat in self.seats:
            seat.strategy.action = self.checked(seat.name, actions[seat.name])
        result = self.model.step_hour()
        rewards = {seat.name: seat.earned(self.model, result) for seat in self.seats}
        over = not self.model.running
        names = self.agents
        if over:
            self.agents = []
        return (
            self._observed(net_sold(result)),
            rewards,
            dict.fromkeys(names, False),
            dict.fromkeys(names, over),
            {name: {} for name in names},
        )

    def checked(self, agent: str, action: Any) -> tuple[float, ...]:
        """An action as plain numbers. Raises InputError where it is outside the agent's space."""
        space = self.action_spaces[agent]
        numbers = np.asarray(action, np.float64)
        if not space.contains(numbers):
            least, most = space.low.tolist(), space.high.tolist()
            raise InputError(f"the action of {agent} is {numbers.tolist()}; it should be numbers from {least} to {most}")
        return tuple(numbers.tolist())

    def render(self) -> None:
        """Draws nothing: figures are made of runs."""

    def close(self) -> None:
        """Does nothing: the market has nothing open."""

    def _observed(self, sold: dict[str, int]) -> Observations:
        return {seat.name: seat.observed(self.model, sold) for seat in self.seats}
