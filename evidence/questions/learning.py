"""What the questions with learning plants share: the days that count, whether learning has converged, and the market without it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evidence.questions.question import Column, gain
from shengdian.experiments.results.convergence import converged
from shengdian.experiments.results.figures.sweep import Panel
from shengdian.sim.record.finished_run import Run

ACTIONS = "strategies.plants.parameters.actions"
COUNTED = 240
"""h at the end of a run; what comes before is learning"""
CONVERGED = (
    Column(Panel("converged", "runs that converged", "%", 0.01), 0, interval=False),
    Column(Panel("day", "... from day", "mean"), 0, interval=False),
)
"""of a page's table, by the rule of `convergence`"""


def first_counted(run: Run) -> int:
    """The first hour that counts."""
    return max(0, run.hours - COUNTED)


def learned(run: Run) -> dict[str, float | None]:
    """converged: 1 or 0; day: from which on, None where it did not. Both None where there is one markup, and nothing to learn."""
    if run.config["strategies"]["plants"]["parameters"].get("actions") == 1:
        return {"converged": None, "day": None}
    return {"converged": float((day := converged(run)) is not None), "day": day}


def against_cost(rows: pd.DataFrame, columns: dict[str, str], on: Sequence[str]) -> pd.DataFrame:
    """With a word for who bids how, and new columns: what learning changed of `columns` (new name by column) at the same `on`."""
    truthful = rows[rows[ACTIONS] == 1]
    changed = {new: gain(rows, old, truthful, on).where(rows[ACTIONS] != 1) for old, new in columns.items()}
    return rows.assign(plants=["bid their cost" if actions == 1 else "learn" for actions in rows[ACTIONS]], **changed)
