"""What all figures have in common: panels, labels with units, legends, a figure as a file."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from shengdian.experiments.results import palette
from shengdian.sim.base.units import HOURS_A_DAY
from shengdian.sim.record.finished_run import parts_of

WIDTH: Final = 3.6
"""inches of a panel"""

HEIGHT: Final = 3.2


class Tables(Protocol):
    """Tables by name, with the columns of `shengdian.sim.record.tables`."""

    def __getitem__(self, name: str, /) -> pd.DataFrame:
        """The whole table."""


class Drawn(Protocol):
    """What a figure is drawn from: a finished run, or a live one so far."""

    @property
    def label(self) -> str:
        """What tells it from the others; the design where they differ in nothing else."""

    @property
    def directory(self) -> Path:
        """From where its region is looked for."""

    @property
    def currency(self) -> str:
        """The label of money."""

    @property
    def hours(self) -> int:
        """How many were simulated."""

    @property
    def tables(self) -> Tables:
        """Of those hours."""

    @property
    def config(self) -> Mapping[str, Any]:
        """Resolved."""


def image(figure: Figure, kind: Literal["png", "svg"], dpi: int = 150) -> bytes:
    """The figure as a file's content; the same figure gives the same bytes. `dpi` is dots an inch of a PNG."""
    out = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "shengdian"}):
        figure.savefig(out, format=kind, dpi=dpi, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return out.getvalue()


class Picture(Figure):
    """A figure that notebooks show as a picture, whether pyplot is there or not."""

    def _repr_png_(self) -> bytes:
        return image(self, "png", dpi=100)


def zones_of(run: Drawn) -> list[str]:
    """In the order of their numbers on the chain."""
    return list(dict.fromkeys(run.tables["prices"]["zone"]))


def panels(count: int, columns: int, width: float = WIDTH, height: float = HEIGHT, share: bool = True) -> tuple[Figure, list[Axes]]:
    """A figure of `count` axes, at most `columns` beside each other, `width` x `height` inches each; `share`: they have one range."""
    columns = min(count, columns)
    rows = math.ceil(count / columns)
    figure = Picture(figsize=(width * columns + 0.6, height * rows + 0.4), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=share, sharey=share, squeeze=False)
    axes = [axis for row in grid for axis in row]
    for axis in axes[count:]:
        axis.set_visible(False)
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes[:count]


def describe(axis: Axes, title: str, x: str, y: str) -> None:
    """Writes title and axis labels, with their units."""
    axis.set_title(title, fontsize=10, loc="left")
    axis.set_xlabel(x, fontsize=9)
    axis.set_ylabel(y, fontsize=9)
    axis.tick_params(labelsize=8)


def level(figures: Sequence[Figure]) -> None:
    """Gives the first axes of all figures the same range, so that they can be compared at a glance."""
    axes = [figure.axes[0] for figure in figures]
    (left, right), (low, high) = (
        list(zip(*ends, strict=True)) for ends in ([axis.get_xlim() for axis in axes], [axis.get_ylim() for axis in axes])
    )
    for axis in axes:
        axis.set_xlim(min(left), max(right))
        axis.set_ylim(max(low) if low[0] > high[0] else min(low), min(high) if low[0] > high[0] else max(high))


def hours_of_day(run: Drawn, day: int) -> range:
    """The hours of the market that a day of a run has."""
    length = HOURS_A_DAY * parts_of(run.config)
    return range(day * length, min((day + 1) * length, run.hours))


def hour_words(run: Drawn) -> str:
    """What an axis of the market's hours is called: its periods, where these are shorter."""
    parts = parts_of(run.config)
    return "hour" if parts == 1 else f"period of {60 // parts} min"


def hour_axis(axis: Axes, last: int) -> None:
    """An axis of whole hours from 0 to `last`."""
    axis.set_xlim(0, last)
    axis.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 3, 4, 6, 10]))


def design_of(run: Drawn) -> str:
    """The run's design as people write it; another label of a run as it is."""
    return palette.DESIGN_WORDS.get(run.label, run.label)


def outside_legend(axis: Axes, stacked: bool = True) -> None:
    """A legend to the right of the axes, of a stack in the order in which it stands; what is free beside the axes is not made wider."""
    handles, labels = axis.get_legend_handles_labels()
    order = slice(None, None, -1 if stacked else 1)
    legend = axis.legend(handles[order], labels[order], fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    place = axis.get_subplotspec()
    legend.set_in_layout(place is None or place.is_last_col())
