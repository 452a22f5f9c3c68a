"""What the questions with learning plants share: the days that count, and the same market where plants bid their cost."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from shengdian.experiments.questions.question import gain
from shengdian.sim.record.finished_run import Run

ACTIONS = "strategies.plants.parameters.actions"
COUNTED = 48
"""h at the end of a run; what comes before is learning"""


def first_counted(run: Run) -> int:
    """The first hour that counts."""
    return max(0, run.hours - COUNTED)


def against_cost(rows: pd.DataFrame, columns: dict[str, str], on: Sequence[str]) -> pd.DataFrame:
    """With a word for who bids how, and new columns: what learning changed of `columns` (new name by column) at the same `on`."""
    truthful = rows[rows[ACTIONS] == 1]
    changed = {new: gain(rows, old, truthful, on).where(rows[ACTIONS] != 1) for old, new in columns.items()}
    return rows.assign(plants=["bid their cost" if actions == 1 else "learn" for actions in rows[ACTIONS]], **changed)
