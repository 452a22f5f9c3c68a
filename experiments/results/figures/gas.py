"""What the chain is paid for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from shengdian.experiments.results import palette
from shengdian.experiments.results.figures.frame import describe, design_of, outside_legend, panels
from shengdian.sim.record.finished_run import Run


def gas_by_phase(runs: Sequence[Run]) -> Figure:
    """Gas of a run by phase, million; a bar a design. Phases come from receipts (manifest.json, `gas_by_phase`)."""
    figure, (axis,) = panels(1, 1, width=max(3.2, 1.1 * len(runs) + 1.6), height=3.6)
    below = np.zeros(len(runs))
    phases = [run.manifest["gas_by_phase"] for run in runs]
    others = sorted({name for each in phases for name in each} - set(palette.PHASES))
    for phase in (*palette.PHASES, *others):
        gas = np.array([each.get(phase, 0) for each in phases]) / 1e6
        if gas.any():
            colour = palette.PHASES.get(phase, palette.UNKNOWN)
            axis.bar(range(len(runs)), gas, bottom=below, width=0.65, color=colour, edgecolor="white", linewidth=0.3, label=phase)
            below = below + gas
    for place, total in enumerate(below):
        axis.annotate(f"{total:,.1f}", (place, total), (0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=8)
    axis.set_xticks(range(len(runs)), [design_of(run) for run in runs])
    axis.margins(y=0.12)
    describe(axis, "gas by phase", "design", "gas (million)")
    outside_legend(axis)
    return figure
