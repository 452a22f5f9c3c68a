"""Who gains: the parts of welfare, from nothing to the whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from matplotlib.figure import Figure

from shengdian.experiments.results import palette
from shengdian.experiments.results.figures.frame import describe, panels
from shengdian.experiments.results.variants import currency
from shengdian.experiments.results.welfare import PARTS, decomposition
from shengdian.sim.base.units import MILLION
from shengdian.sim.record.finished_run import Run


def steps(runs: Sequence[Run], gas_price: Fraction = Fraction(0)) -> dict[str, dict[str, float]]:
    """CNY by variant and part, all provinces together; the last, `all`, is the sum of the others.

    Differences from the base (mean over seeds that both have); of a single variant, its own welfare. `gas_price` is CNY a million gas.
    """
    found = decomposition(runs, gas_price)
    labels = list(found["all"][""])
    key = "difference" if len(labels) > 1 else "mean"
    return {
        variant: {part: math.fsum(entries[variant][key] or 0 for entries in zones.values()) for part, zones in found.items()}  # type: ignore[literal-required]
        for variant in (labels[1:] or labels)
    }


def welfare_waterfall(runs: Sequence[Run], gas_price: Fraction = Fraction(0)) -> Figure:
    """What every part adds to the difference in welfare from the first design, million CNY; a panel for each other design.

    Parts start where those above them end; the last bar is their sum. Of a single design it is its welfare. Parts that are zero
    everywhere are left out. `gas_price` is CNY a million gas. Raises InputError where `by_variant` does.
    """
    found = steps(runs, gas_price)
    kept = [part for part in (*PARTS, "all") if part == "all" or any(each.get(part) for each in found.values())]
    words = [PARTS.get(part, "all").replace(" with the rest of the country", "\nwith the rest of the country") for part in kept]
    figure, axes = panels(len(found), 2, width=5.0, height=0.9 + 0.36 * len(kept))
    base = next(iter(decomposition(runs)["all"][""]))
    for (variant, amounts), axis in zip(found.items(), axes, strict=True):
        level = 0.0
        for place, part in enumerate(kept):
            amount = amounts[part] / MILLION
            colour = palette.WHOLE if part == "all" else palette.GAIN if amount >= 0 else palette.LOSS
            start = 0.0 if part == "all" else level
            axis.barh(place, amount, left=start, color=colour, height=0.7)
            end = start + amount
            if part != "all":
                axis.vlines(end, place, place + 1, color="#555555", linewidth=0.6)
                level = end
            axis.annotate(
                f"{amount:+,.3f}" if variant != base else f"{amount:,.1f}",
                (max(start, end), place),
                (3, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        axis.axvline(0, color="black", linewidth=0.6)
        axis.set_yticks(range(len(kept)), words)
        axis.set_ylim(len(kept) - 0.4, -0.6)
        least, most = axis.dataLim.intervalx
        room = (most - least) or 1.0  # for the figures
        axis.set_xlim(least - 0.02 * room, most + 0.24 * room)
        name, other = (palette.DESIGN_WORDS.get(each, each) for each in (variant, base))
        title, unit = (f"{name}: welfare", "welfare") if variant == base else (f"{name}, gain over {other}", "difference")
        describe(axis, title, f"{unit} (million {currency(runs)})", "part (who gains)")
    return figure
