"""What simple learners earn in an environment whose best action can be worked out: a table of returns."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

import shengdian
from benchmarks.sizes import Size
from benchmarks.table import Report, Row
from shengdian.agents.learning import drawn
from shengdian.agents.strategies.roth_erev import Strategy, updated
from shengdian.env import single_env

QUESTION = "what a random bidder, marginal cost and roth_erev earn in an environment, as a share of the best markup"
STEPS = 21
"""markups that the learner chooses from, in equal steps from 0 to 200"""
EPISODES = 20
"""on which the learner learns before the one that counts"""
Policy = Callable[[np.random.Generator], float]


def market(hours: int) -> shengdian.Scenario:
    """80 MW, which hydro could serve at 100 CNY/MWh and diesel at 299.99; paid as bid, hydro is undercut from a markup of 199.99 on."""
    return shengdian.Scenario(
        "island",
        zones=["A"],
        plants=[shengdian.Plant("hydro", "A", 100, 100), shengdian.Plant("diesel", "A", 100, 299.99)],
        users=[shengdian.User("town", "A", demand_mw=[80] * hours)],
        hours=hours,
    )


def measure(size: Size) -> Report:
    """Returns of hydro in an episode, one seed a repeat; the best markup is 199.98, just below diesel."""
    if not find_spec("pettingzoo"):
        return Report([Row("returns", (), "x", note="pip install shengdian[rl]")])
    env = single_env(market(size.hours), agent="hydro", design="coupled", **{"market.mechanism": "pay-as-bid"})
    best = played(env, lambda rng: 199.98, 0)
    found: dict[str, list[float]] = {"marginal cost": [], "random": [], "roth_erev": []}
    for seed in range(1, size.repeats + 1):
        found["marginal cost"].append(played(env, lambda rng: 0.0, seed) / best)
        found["random"].append(played(env, lambda rng: float(rng.uniform(0, 200)), seed) / best)
        found["roth_erev"].append(learner(env, seed, EPISODES) / best)
    rows = [Row("best markup, 199.98 CNY/MWh: return", (best,), "CNY", note=f"{size.hours} hours, paid as bid")]
    notes = {"random": "expected 0.5", "roth_erev": f"after {EPISODES} episodes, {STEPS} markups"}
    rows += [Row(f"{name} / best", tuple(shares), "x", note=notes.get(name, "")) for name, shares in found.items()]
    return Report(rows, {"best": best, "shares": found})


def played(env: Any, policy: Policy, seed: int) -> float:
    """CNY of an episode."""
    rng = np.random.default_rng(seed)
    env.reset(seed=seed)
    total, over = 0.0, False
    while not over:
        _, reward, _, over, _ = env.step([policy(rng)])
        total += reward
    return total


def learner(env: Any, seed: int, episodes: int) -> float:
    """CNY of an episode after `episodes`, in all of which it draws and updates as the strategy does, with its defaults."""
    rng = np.random.default_rng(seed)
    defaults = {name: parameter.default for name, parameter in Strategy.known.items()}
    propensities = [defaults["initial"]] * STEPS
    markups = np.linspace(0, 200, STEPS).tolist()
    scale = 200 * 100  # the highest markup on all that is offered, CNY an hour
    total = 0.0
    for _ in range(episodes + 1):
        env.reset(seed=seed)
        total, over = 0.0, False
        while not over:
            chosen = drawn(propensities, rng)
            _, reward, _, over, _ = env.step([markups[chosen]])
            propensities = updated(propensities, chosen, reward / scale, defaults["forgetting"], defaults["experimentation"], True)
            total += reward
    return total
