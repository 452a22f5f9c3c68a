"""A market as an environment for learners: PettingZoo's `ParallelEnv` for several agents, Gymnasium's `Env` for one.

Agents are plants, owners of plants, users and storages of a config or a scenario; all others keep the strategies that they have. A step is
an hour. docs/guide/learning.md says what agents do, see and earn, with units. It needs the extra `rl`; `save_strategy` does not, nor does
a run of what it saves.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from os import PathLike
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shengdian.api.scenario import Scenario
    from shengdian.env.orders import Actions
    from shengdian.env.parallel import MarketEnv
    from shengdian.env.played import save_strategy
    from shengdian.env.single import SingleEnv

__all__ = ["parallel_env", "save_strategy", "single_env"]


def parallel_env(
    config: str | PathLike[str] | Scenario,
    *,
    agents: str | Sequence[str],
    chain: str = "mirror",
    hours: int | None = None,
    actions: Actions = "markup",
    markups: tuple[float, float] = (0.0, 200.0),
    **more: Any,
) -> MarketEnv:
    """An environment in which several agents act at the same time.

    Parameters
    ----------
    config
        the name of an experiment, the path of a TOML file, or a Scenario
    agents
        ids of plants, users and storages and names of owners; or all of a kind: `plants`, `owners`, `users` or `storages`
    chain
        where the market is; all give the same rewards, `mirror` is the fastest
    hours
        steps of an episode; None: those of the config
    actions
        what an agent decides: `markup`, `quantity` or `ladder`
    markups
        the least and the greatest markup, CNY/MWh
    more
        as of `shengdian.Model`: `design`, `seed` (of the first episode) and keys of the config

    Raises
    ------
    MissingExtra
        where the extra `rl` is not installed
    InputError
        for an agent that there is not or that cannot decide, for a market that is ordered a day ahead, and as `shengdian.Model`
    """
    from shengdian.env.parallel import MarketEnv

    given = {"chain": chain, **more} if hours is None else {"chain": chain, "hours": hours, **more}
    return MarketEnv(config, agents, actions, markups, given)


def single_env(config: str | PathLike[str] | Scenario, *, agent: str, **more: Any) -> SingleEnv:
    """An environment of one agent, the only one that learns; `more` and what is raised are those of `parallel_env`."""
    from shengdian.env.single import SingleEnv

    return SingleEnv(parallel_env(config, agents=[agent], **more))


def __getattr__(name: str) -> Any:
    if name == "save_strategy":
        return import_module("shengdian.env.played").save_strategy
    raise AttributeError(f"module 'shengdian.env' has no attribute {name!r}")
