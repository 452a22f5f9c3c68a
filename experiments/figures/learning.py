"""What agents learned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments import palette
from experiments.figures.frame import Drawn, describe, design_of, panels

WEIGHED = {"roth_erev": "propensity/", "q_learning": "value/"}
"""strategies that weigh equal steps of markup, and how the keys of their weights begin; `.../<step>` ends them"""


def choices(run: Drawn) -> pd.DataFrame:
    """The markup that each plant has come to prefer, % of its highest; columns hour, agent, markup.

    By `roth_erev` the mean markup, weighed by propensities; by `q_learning` the markup of greatest value. Mean over parts of the day and
    states. Empty where no agent learns markups.
    """
    table = run.tables["learning"]
    begins = table["strategy"].map(WEIGHED).fillna("\0")
    kept = [key.startswith(begin) for key, begin in zip(table["key"], begins, strict=True)]
    table = table[np.array(kept, dtype=bool)]
    if not len(table):
        return pd.DataFrame({"hour": [], "agent": [], "markup": []})
    table = table.assign(state=table["key"].str.rpartition("/")[0], step=table["key"].str.rpartition("/")[2].astype(int))
    found = []
    for (hour, agent, strategy, _), rows in table.groupby(["hour", "agent", "strategy", "state"], observed=True, sort=True):
        value, step = rows["value"].to_numpy(dtype=float), rows["step"].to_numpy(dtype=float)
        if strategy == "roth_erev":
            chosen = float((value * step).sum() / value.sum()) if value.sum() else float(step.mean())
        else:
            chosen = float(step[value.argmax()])
        found.append((hour, agent, 100 * chosen / max(1.0, float(step.max()))))
    return pd.DataFrame(found, columns=["hour", "agent", "markup"]).groupby(["hour", "agent"])[["markup"]].mean().reset_index()


def learning(runs: Sequence[Drawn]) -> Figure:
    """The markup that plants have come to prefer by the hour, % of their highest; a panel a design.

    A thin line a plant, in its technology's colour; thick and marked, the mean of the technology.
    """
    figure, axes = panels(len(runs), 3)
    seen: set[str] = set()
    for run, axis in zip(runs, axes, strict=True):
        techs = run.tables["generation"].drop_duplicates("plant").set_index("plant")["tech"]
        table = choices(run)
        table = table.assign(tech=table["agent"].map(techs).fillna("other"))
        for tech in palette.technologies(table["tech"]):
            colour, name = palette.technology(tech)
            rows = table[table["tech"] == tech]
            for _, each in rows.groupby("agent", sort=True):
                axis.plot(each["hour"] + 1, each["markup"], color=colour, linewidth=0.5, alpha=0.35)
            mean = rows.groupby("hour")["markup"].mean()
            words = "_" if name in seen else name
            seen.add(name)
            axis.plot(mean.index + 1, mean, color=colour, linewidth=2, marker="o", markersize=3, label=words)
        axis.set_ylim(0, 100)
        describe(axis, design_of(run), "hour", "preferred markup (% of the highest)")
    handles = [each for axis in axes for each in axis.get_legend_handles_labels()[0]]
    axes[-1].legend(handles=handles, fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return figure
