"""Metrics of designs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure

from shengdian.experiments.results import palette
from shengdian.experiments.results.compare import SHOWN, comparison
from shengdian.experiments.results.figures.frame import describe, panels
from shengdian.sim.record.finished_run import Run

BARS: Final = (
    "welfare",
    "generation_cost",
    "consumer_payment",
    "producer_surplus",
    "mean_price_per_mwh",
    "price_spread_per_mwh",
    "co2_t",
    "curtailed_share",
)
"""metrics of the comparison, a panel each"""


def comparison_bars(runs: Sequence[Run]) -> Figure:
    """Metrics by design, a panel a metric; welfare as the gain over the first design. Bars are means over seeds, whiskers 95 % intervals
    of the paired difference from the first design, where it has one."""
    compared = comparison(runs)
    designs, base = list(compared["seeds"]), compared["base"]
    figure, axes = panels(len(BARS), 4, width=2.6, height=2.3, share=False)
    for key, axis in zip(BARS, axes, strict=True):
        shown, values = SHOWN[key], compared["metrics"][key]
        gain = key == "welfare" and len(designs) > 1
        heights = [(values[design]["difference"] or 0) if gain else (values[design]["mean"] or 0) for design in designs]
        words = [palette.DESIGN_WORDS.get(design, design) for design in designs]
        colours = [palette.DESIGNS.get(design, palette.UNKNOWN) for design in designs]
        bars = axis.bar(words, [height / shown.scale for height in heights], color=colours)
        for word, height, design in zip(words, heights, designs, strict=True):
            if ends := values[design]["interval"]:
                middle = values[design]["difference"]
                whiskers = [[max(0.0, side) / shown.scale] for side in (middle - ends[0], ends[1] - middle)]
                axis.errorbar([word], [height / shown.scale], yerr=whiskers, fmt="none", ecolor="black", capsize=3)
        axis.bar_label(bars, fmt=lambda value: f"{value:,.4g}", fontsize=7, padding=1)
        axis.margins(y=0.15)
        if len(designs) > 3:
            axis.set_xticks(range(len(words)), words, rotation=30, ha="right", rotation_mode="anchor")
        title = f"welfare gain over {palette.DESIGN_WORDS.get(base, base)}" if gain else shown.label
        describe(axis, title, "design", shown.unit)
    return figure
