"""What was generated, by technology."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shengdian.experiments.results.figures.frame import Drawn, describe, design_of, hour_axis, hour_words, outside_legend, panels
from shengdian.experiments.results.palette import Looks
from shengdian.sim.record.finished_run import parts_of
from shengdian.sim.scenario import EXCHANGE


def stack_technologies(axis: Axes, looks: Looks, table: pd.DataFrame, column: str, hours: range, parts: int) -> None:
    """Energy by technology in GWh a clock hour, which has `parts` of the hours, stacked."""
    below = np.zeros(len(hours))
    for tech in looks.technologies(table["tech"]):
        colour, name = looks.technology(tech)
        energy = (
            table[table["tech"] == tech].groupby("hour")[column].sum().reindex(hours, fill_value=0).to_numpy(dtype=float) * parts / 1000
        )
        if energy.any():
            edges = np.arange(hours.start, hours.stop + 1)
            edge = "#555555" if tech == EXCHANGE else "white"
            hatch = "///" if tech == EXCHANGE else None
            axis.stairs(below + energy, edges, baseline=below, fill=True, facecolor=colour, edgecolor=edge, lw=0.3, hatch=hatch, label=name)
            below = below + energy


def generation_mix(runs: Sequence[Drawn]) -> Figure:
    """Metered energy of all provinces by hour and technology, GWh/h, with what users, exports and storage ask for; a panel a design."""
    figure, axes = panels(len(runs), 3)
    for run, axis in zip(runs, axes, strict=True):
        parts = parts_of(run.config)
        stored = run.tables["storage"].rename(columns={"sold_mwh": "metered_mwh"})
        given = [table[["hour", "tech", "metered_mwh"]] for table in (run.tables["generation"], stored) if len(table)]
        stack_technologies(axis, Looks.of(run), pd.concat(given), "metered_mwh", range(run.hours), parts)
        demand = run.tables["load"].groupby("hour")["demand_mwh"].sum().to_numpy(dtype=float) * parts / 1000
        words = "demand and export"
        if len(stored):
            demand, words = (
                demand + stored.groupby("hour")["bought_mwh"].sum().to_numpy(dtype=float) * parts / 1000,
                f"{words}, charging of storage",
            )
        axis.stairs(demand, np.arange(run.hours + 1), baseline=None, color="#D55E00", linewidth=1.4, label=words)
        describe(axis, design_of(run), hour_words(run), "energy (GWh/h)")
        hour_axis(axis, run.hours)
    outside_legend(axes[-1])
    return figure
