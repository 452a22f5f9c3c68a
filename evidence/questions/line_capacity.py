"""(c) Capacity of the lines, a tenth to all of it, against price spread, trade and curtailment."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.measures import outcome
from evidence.questions.question import Column, Question, gain, table
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines

CAPACITY = Panel("region.residual_share", "free capacity", "% of the lines' capacity", 0.01)
SHOWN = (
    Column(Panel("spread", "price spread", "CNY/MWh"), 1),
    Column(Panel("traded", "energy between provinces", "% of load", 0.01), 2),
    Column(Panel("lost", "lost", "% of wind, sun and water", 0.01), 2),
    Column(Panel("gain", "welfare gain over 10 %, with what reservoirs keep", "million CNY a day", 1e6), 2),
    Column(Panel("rent", "congestion rent", "million CNY a day", 1e6), 2),
    Column(Panel("price", "mean price", "CNY/MWh"), 1),
)


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With the gain in welfare over the least capacity, same design and seed, and the capacity as people read it."""
    rows = rows.assign(and_water=rows["welfare"] + rows["water"])
    least = rows[rows[CAPACITY.column] == rows[CAPACITY.column].min()]
    percent = [f"{share:.0%}" for share in rows[CAPACITY.column]]
    return rows.assign(gain=gain(rows, "and_water", least, ["design", "seed"]), free=percent)


def figure(rows: pd.DataFrame) -> Figure:
    """Every column of the table against the lines' free capacity, a line a design."""
    return sweep_lines(derived(rows), CAPACITY, [each.panel for each in SHOWN], by="design")


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's table, a row for every free capacity and design."""
    return {"table": table(derived(rows), {"free": "free capacity", "design": "design"}, SHOWN)}


QUESTION = Question("line-capacity", outcome, figure, blocks)
