"""What agents have learned, from the table `learning`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from shengdian.experiments.results.figures.frame import Drawn

WEIGHED: Final = {"roth_erev": "propensity/", "q_learning": "value/"}
"""strategies that weigh equal steps of markup, and how the keys of their weights begin; `.../<step>` ends them"""
KNOWN: Final = {"best_response": "preferred/"}
"""strategies that say what they prefer, %, and how the keys of that begin; the part of the day ends them"""


def choices(run: Drawn) -> pd.DataFrame:
    """The markup that each plant has come to prefer, % of its highest; columns hour, agent, markup.

    By `roth_erev` the mean markup, weighed by propensities; by `q_learning` the markup of greatest value; by `best_response` the best
    reply, of those who withhold what they hold back (% of their room). Mean over parts of the day and states. Empty where nobody learns.
    """
    said = _begun(run.tables["learning"], KNOWN)
    said = said[said["value"] >= 0].rename(columns={"value": "markup"})[["hour", "agent", "markup"]]  # less where no reply was found yet
    table = _begun(run.tables["learning"], WEIGHED)
    keys = [key.rpartition("/") for key in table["key"]]
    table = table.assign(state=[state for state, _, _ in keys], step=[int(step) for _, _, step in keys])
    found = []
    for (hour, agent, strategy, _), rows in table.groupby(["hour", "agent", "strategy", "state"], observed=True, sort=True):
        value, step = rows["value"].to_numpy(dtype=float), rows["step"].to_numpy(dtype=float)
        if strategy == "roth_erev":
            chosen = float((value * step).sum() / value.sum()) if value.sum() else float(step.mean())
        else:
            chosen = float(step[value.argmax()])
        found.append((hour, agent, 100 * chosen / max(1.0, float(step.max()))))
    every = pd.concat([pd.DataFrame(found, columns=["hour", "agent", "markup"]), said]) if found else said
    return every.groupby(["hour", "agent"], observed=True)[["markup"]].mean().reset_index()


def _begun(table: pd.DataFrame, begins: Mapping[str, str]) -> pd.DataFrame:
    """Rows of the strategies in `begins` whose keys begin as it says."""
    said = [strategy in begins and key.startswith(begins[strategy]) for strategy, key in zip(table["strategy"], table["key"], strict=True)]
    return table.loc[np.array(said, dtype=bool)]
