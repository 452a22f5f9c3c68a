"""What a sweep found: metrics against a swept key, a line a variant, with the interval over seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shengdian.experiments.results import palette
from shengdian.experiments.results.figures.frame import describe, panels
from shengdian.experiments.results.intervals import interval, mean


@dataclass(frozen=True, slots=True)
class Panel:
    """A column of a sweep as a panel shows it."""

    column: str
    title: str
    unit: str
    scale: float = 1.0
    """of the column's units in one unit shown"""


def sweep_lines(rows: pd.DataFrame, x: Panel, shown: Sequence[Panel], by: str, columns: int = 3) -> Figure:
    """Mean over seeds of each column of `shown` against column `x`, with the 95 % interval of that mean as a band or whiskers.

    `rows` has a row a run; column `by` says which line a row belongs to. Values of `x` that are no numbers stand side by side, in the order
    of the rows, as points without a line. Empty values are left out; so is an interval that a point has not (`intervals`).
    """
    figure, axes = panels(len(shown), columns, width=3.3, height=2.7, share=False)
    lines = list(dict.fromkeys(rows[by].astype(str)))
    colours = {line: palette.DESIGNS.get(line, palette.LINES[place % len(palette.LINES)]) for place, line in enumerate(lines)}
    numeric = pd.api.types.is_numeric_dtype(rows[x.column])
    words = [] if numeric else list(dict.fromkeys(rows[x.column].astype(str)))
    for panel, axis in zip(shown, axes, strict=True):
        for place, line in enumerate(lines):
            points = rows[rows[by].astype(str) == line].dropna(subset=[panel.column]).groupby(x.column, sort=numeric)[panel.column]
            values: dict[Any, list[float]] = {key: [value / panel.scale for value in group.tolist()] for key, group in points}
            if not values:
                continue
            middle = np.array([mean(group) for group in values.values()])
            low, high = np.array([interval(group) or (math.nan, math.nan) for group in values.values()]).T
            known = ~np.isnan(low)
            look: dict[str, Any] = {"color": colours[line], "label": palette.DESIGN_WORDS.get(line, line), "markersize": 4}
            if numeric:
                at = np.array([key / x.scale for key in values])
                axis.plot(at, middle, ("o-", "s--", "^:", "d-.", "v-")[place % 5], linewidth=1.6, **look)
                if known.any():
                    axis.fill_between(at, low, high, color=colours[line], alpha=0.25, linewidth=0)
            else:
                at = np.array([words.index(str(key)) for key in values]) + 0.16 * (place - (len(lines) - 1) / 2)
                axis.plot(at, middle, "os^dv"[place % 5], **look)
                if known.any():
                    whiskers = np.array([middle - low, high - middle])[:, known]
                    axis.errorbar(at[known], middle[known], yerr=np.abs(whiskers), fmt="none", ecolor=colours[line], capsize=3)
        if not numeric:
            axis.set_xticks(range(len(words)), words)
            axis.set_xlim(-0.5, len(words) - 0.5)
        describe(axis, panel.title, f"{x.title} ({x.unit})" if x.unit else x.title, panel.unit)
    axes[0].legend(fontsize=8, frameon=False)
    return figure
