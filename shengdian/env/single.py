"""One agent acts, an hour a step: Gymnasium's `Env`."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from shengdian.env.parallel import MarketEnv
from shengdian.sim.base.errors import MissingExtra

try:
    import gymnasium
except ImportError as error:
    raise MissingExtra("an environment for learners needs pettingzoo and gymnasium: pip install shengdian[rl]") from error


class SingleEnv(gymnasium.Env):
    """The only agent of a `MarketEnv`; `shengdian.env.single_env` makes one."""

    metadata: ClassVar[dict[str, Any]] = {"render_modes": []}

    def __init__(self, market: MarketEnv) -> None:
        (self.agent,) = market.possible_agents
        self.market = market
        """the environment whose agent it is"""
        self.render_mode = None
        self.action_space = market.action_space(self.agent)
        self.observation_space = market.observation_space(self.agent)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[NDArray[np.float64], dict[str, Any]]:
        """Begins an episode, as `MarketEnv.reset`."""
        super().reset(seed=seed)
        observations, infos = self.market.reset(seed)
        return observations[self.agent], infos[self.agent]

    def step(self, action: Any) -> tuple[NDArray[np.float64], float, bool, bool, dict[str, Any]]:
        """Simulates an hour: observation, reward (CNY), terminated, truncated, info. Raises InputError as `MarketEnv.step`."""
        observations, rewards, ended, cut, infos = self.market.step({self.agent: action})
        name = self.agent
        return observations[name], rewards[name], ended[name], cut[name], infos[name]
