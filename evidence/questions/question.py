"""What a question is: the name of its config, what it measures of a run, and what it makes of the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from shengdian.experiments.results.figures.sweep import Panel
from shengdian.experiments.results.intervals import interval, mean
from shengdian.sim.record.finished_run import Run


@dataclass(frozen=True, slots=True)
class Question:
    """One question of docs/evidence/questions."""

    name: str
    """of its config, its table of results, its figure and its page"""
    measure: Callable[[Run], Mapping[str, Any]]
    """columns of a run's row, besides design, seed and the swept keys"""
    figure: Callable[[pd.DataFrame], Figure]
    """of all rows"""
    blocks: Callable[[pd.DataFrame], Mapping[str, str]]
    """Markdown that the page holds between markers, by name"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a page's table: what is measured, as people read it."""

    panel: Panel
    digits: int
    """after the point"""
    interval: bool = True
    """whether the mean has one"""


def spread_over_seeds(values: Sequence[float], scale: float, digits: int) -> str:
    """Mean and, where there are ten seeds or more and they differ as far as it can be read, the 95 % interval of the mean over them."""
    written = f"{mean(values) / scale:,.{digits}f}"
    ends = [f"{end / scale:,.{digits}f}" for end in interval(values) or ()]
    return written if len(set(ends)) < 2 else f"{written} [{ends[0]}, {ends[1]}]"


def table(rows: pd.DataFrame, keys: Mapping[str, str], columns: Sequence[Column]) -> str:
    """A Markdown table with a row for every combination of the columns `keys` (heading by column), in the order of `rows`.

    Cells are means over seeds, with 95 % intervals where there are ten or more; a dash where nothing was measured.
    """
    heads = [*keys.values(), *(f"{each.panel.title} ({each.panel.unit})" if each.panel.unit else each.panel.title for each in columns)]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(keys) + "---:|" * len(columns)]
    for place, group in rows.groupby(list(keys), sort=False):
        cells = [str(word) for word in place]
        for each in columns:
            values = group[each.panel.column].dropna().tolist()
            kept = values if each.interval else [mean(values)] if values else []
            cells.append(spread_over_seeds(kept, each.panel.scale, each.digits) if kept else "-")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def gain(rows: pd.DataFrame, column: str, base: pd.DataFrame, on: Sequence[str]) -> pd.Series:
    """`column` of each row less that of the row of `base` that agrees in the columns `on`; empty where there is none."""
    found = base.drop_duplicates(list(on)).set_index(list(on))[column]
    places = pd.MultiIndex.from_frame(rows[list(on)]) if len(on) > 1 else rows[on[0]]
    return pd.Series(rows[column].to_numpy(dtype=float) - found.reindex(places).to_numpy(dtype=float), rows.index)
