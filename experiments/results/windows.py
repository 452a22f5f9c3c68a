"""Tables of a run some hours at a time, and sums of their columns in whole counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from shengdian.sim.record.finished_run import Tables
from shengdian.sim.record.tables import COLUMNS, whole

HOURS_A_WINDOW: Final = 240
"""hours of every table that are in memory at once"""

Window = Mapping[str, pd.DataFrame]
"""tables, all of the same hours"""


def windows(tables: Tables, hours: int, names: tuple[str, ...], begin: int = 0) -> Iterator[Window]:
    """The tables `names` from hour `begin` on, some hours at a time."""
    for first in range(begin, hours, HOURS_A_WINDOW):
        yield {name: tables.between(name, first, first + HOURS_A_WINDOW) for name in names}


def total(frame: pd.DataFrame, table: str, column: str) -> int:
    """Sum of a column in whole counts."""
    return int(whole(frame[column], COLUMNS[table][column]).sum())


def by(frame: pd.DataFrame, table: str, column: str, keys: list[str]) -> pd.Series:
    """Sums of a column in whole counts by `keys`, in sorted order."""
    counts = frame[keys].assign(_=whole(frame[column], COLUMNS[table][column]))
    sums: pd.Series = counts.groupby(keys, sort=True)["_"].sum()
    return sums
