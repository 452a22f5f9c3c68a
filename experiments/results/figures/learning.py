"""What agents learned, and when it had converged."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from shengdian.experiments.results.convergence import choices, converged, said
from shengdian.experiments.results.figures.frame import Drawn, describe, design_of, panels
from shengdian.experiments.results.palette import Looks
from shengdian.sim.base.units import HOURS_A_DAY
from shengdian.sim.record.finished_run import parts_of


def learning(runs: Sequence[Drawn]) -> Figure:
    """The markup that plants have come to prefer by day, % of their highest (of their room where they hold back); a panel a design.

    A thin line a plant, in its technology's colour; thick and marked, the mean of the technology. The title says whether learning has
    converged (`convergence`), and a dashed line from which day on.
    """
    figure, axes = panels(len(runs), 3)
    seen: set[str] = set()
    for run, axis in zip(runs, axes, strict=True):
        techs = run.tables["generation"].drop_duplicates("plant").set_index("plant")["tech"]
        table, length = choices(run), HOURS_A_DAY * parts_of(run.config)
        table = table.assign(tech=table["agent"].map(techs).fillna("other"))
        for tech in Looks.of(run).technologies(table["tech"]):
            colour, name = Looks.of(run).technology(tech)
            rows = table[table["tech"] == tech]
            for _, each in rows.groupby("agent", sort=True):
                axis.plot((each["hour"] + 1) / length, each["markup"], color=colour, linewidth=0.5, alpha=0.35)
            mean = rows.groupby("hour")["markup"].mean()
            words = "_" if name in seen else name
            seen.add(name)
            axis.plot((mean.index + 1) / length, mean, color=colour, linewidth=2, marker="o", markersize=3, label=words)
        axis.set_ylim(0, 100)
        if (day := converged(run)) is not None:
            axis.axvline(day, color="black", linestyle="--", linewidth=1)
        describe(axis, f"{design_of(run)}: {said(day, run.hours // length)}", "day", "preferred markup, or what is held back (%)")
    handles = [each for axis in axes for each in axis.get_legend_handles_labels()[0]]
    axes[-1].legend(handles=handles, fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return figure
