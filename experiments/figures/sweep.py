"""What a sweep found: metrics against a swept key, a line a variant, with the interval over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd
from matplotlib.figure import Figure

from experiments import palette
from experiments.figures.frame import describe, panels
from experiments.intervals import interval, mean

STYLES = ("o-", "s--", "^:", "d-.")


@dataclass(frozen=True, slots=True)
class Panel:
    """A column of a sweep as a panel shows it."""

    column: str
    title: str
    unit: str
    scale: float = 1.0
    """of the column's units in one unit shown"""


def sweep_lines(rows: pd.DataFrame, x: Panel, shown: Sequence[Panel], by: str, columns: int = 3) -> Figure:
    """Mean over seeds of each column of `shown` against column `x`; the band is the 95 % interval of the mean over seeds.

    `rows` has a row a run; column `by` says which line a row belongs to. Values of `x` that are no numbers stand side by side, in the order
    of the rows. Empty values are left out, and so is the band where a point has one seed.
    """
    figure, axes = panels(len(shown), columns, width=3.3, height=2.7, share=False)
    lines = list(dict.fromkeys(rows[by].astype(str)))
    colours = palette.design_colours(lines)
    numeric = pd.api.types.is_numeric_dtype(rows[x.column])
    for panel, axis in zip(shown, axes, strict=True):
        for place, line in enumerate(lines):
            points = rows[rows[by].astype(str) == line].dropna(subset=[panel.column]).groupby(x.column, sort=numeric)[panel.column]
            values = {key: [value / panel.scale for value in group.tolist()] for key, group in points}
            if not values:
                continue
            at: Any = [key / x.scale for key in cast("dict[float, Any]", values)] if numeric else [str(key) for key in values]
            ends = [interval(group) or (group[0], group[0]) for group in values.values()]
            word = palette.DESIGN_WORDS.get(line, line)
            style = STYLES[place % len(STYLES)]
            axis.plot(at, [mean(group) for group in values.values()], style, color=colours[line], linewidth=1.6, markersize=4, label=word)
            axis.fill_between(at, [low for low, _ in ends], [high for _, high in ends], color=colours[line], alpha=0.25, linewidth=0)
        describe(axis, panel.title, f"{x.title} ({x.unit})" if x.unit else x.title, panel.unit)
    axes[0].legend(fontsize=8, frameon=False)
    return figure
