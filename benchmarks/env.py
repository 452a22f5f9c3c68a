"""What the environment for learners adds to the model: the same days with and without it, from deployment to the last hour."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import shengdian
from benchmarks.clock import now
from benchmarks.sizes import Size
from benchmarks.table import Report, Row, ratios
from shengdian.env import parallel_env

QUESTION = "steps a second of the environment for learners against those of the bare model on the same chain"


def measure(size: Size) -> Report:
    """One plant, and all plants, of the six provinces on the mirror: an episode with its reset, against a new model and its hours."""
    if not find_spec("pettingzoo"):
        return Report([Row("environment / bare model", (), "x", "at least", 0.6, note="pip install shengdian[rl]")])
    changes: dict[str, Any] = {"design": "coupled", "hours": size.hours, "chain": "mirror", **dict(size.changes)}
    every = parallel_env("six-provinces-day", agents="plants", **changes)
    one = parallel_env("six-provinces-day", agents=every.possible_agents[:1], **changes)
    bare(changes)  # what is only once in a process: imports, files read
    seconds: dict[str, list[float]] = {"bare": [], "one": [], "all": []}
    for _ in range(size.repeats):
        seconds["bare"].append(timed(lambda: bare(changes)))
        seconds["one"].append(timed(lambda: episode(one)))
        seconds["all"].append(timed(lambda: episode(every)))
    note = f"{size.hours} steps of the six provinces on the mirror"
    rows = [
        Row("environment / bare model, one plant", ratios(seconds["bare"], seconds["one"]), "x", "at least", 0.6, note=note),
        Row(
            f"environment / bare model, {len(every.possible_agents)} plants",
            ratios(seconds["bare"], seconds["all"]),
            "x",
            "at least",
            0.6,
            note="all plants of the market",
        ),
    ]
    rows += [Row(f"{name}: steps a second", tuple(size.hours / spent for spent in took), "1/s") for name, took in seconds.items()]
    return Report(rows, {"seconds": seconds})


def timed(work: Callable[[], None]) -> float:
    """Seconds that it takes."""
    begun = now()
    work()
    return now() - begun


def bare(changes: dict[str, Any]) -> None:
    """A new model and all of its hours."""
    model = shengdian.Model("six-provinces-day", **changes)
    while model.running:
        model.step_hour()


def episode(env: Any) -> None:
    """A reset and all steps, at cost."""
    env.reset()
    while env.agents:
        env.step({name: env.action_space(name).low for name in env.agents})
