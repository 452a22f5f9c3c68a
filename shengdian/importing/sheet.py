"""The CSV files of another tool: one with a row a component, or one with a row a time and a column a component."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from shengdian.experiments.config.messages import nearest
from shengdian.sim.base.errors import InputError

EMPTY = ("", "n.a.", "None", "-", "none", "nan", "NaN")
"""cells that say nothing"""


def frame(folder: Path, name: str) -> pd.DataFrame | None:
    """The cells of a file as texts, its first column as the index; None without the file. Raises InputError for what is no CSV in UTF-8."""
    path = folder / name
    if not path.is_file():
        return None
    try:
        return pd.read_csv(path, index_col=0, dtype=str, encoding="utf-8-sig", na_values=list(EMPTY), keep_default_na=False)
    except (OSError, ValueError) as cause:  # of pandas, too, which raises ValueError for all that is no table
        raise InputError(f"{name}: not a CSV file in UTF-8 ({' '.join(str(cause).split())})") from cause


class Sheet:
    """A file with a row a component, which its first column names; it knows which columns nobody asked for.

    Parameters
    ----------
    folder, name
        where the file is; without it there are no rows
    """

    def __init__(self, folder: Path, name: str) -> None:
        found = frame(folder, name)
        self.name, self.there = name, found is not None
        self.cells = pd.DataFrame() if found is None else found
        self.asked: set[str] = set()
        if self.cells.index.hasnans:
            raise InputError(f"{name}: a row has no name; the first column has it")
        self.cells.index = self.cells.index.astype(str)
        twice = self.cells.index[self.cells.index.duplicated()]
        if len(twice):
            raise InputError(f"{name}: {twice[0]!r} is there twice")

    def __len__(self) -> int:
        return len(self.cells)

    def keep(self, rows: pd.Series) -> list[str]:
        """Leaves the rows out that are not True; gives their names."""
        gone = list(self.cells.index[~rows])
        self.cells = self.cells[rows]
        return gone

    def text(self, column: str, default: str | None = None) -> pd.Series:
        """A column of words by name. Raises InputError where a word is missing that has no default."""
        self.asked.add(column)
        found = self.cells[column] if column in self.cells else pd.Series(None, self.cells.index, dtype=object)
        if default is None and (empty := found.index[found.isna()]).size:
            what = "is empty" if column in self.cells else "is missing"
            raise InputError(f"{self.name}: column {column} {what}; {empty[0]!r} needs it{nearest(column, self.cells.columns)}")
        return found if default is None else found.fillna(default)

    def number(self, column: str, default: float | None = None, least: float = -np.inf) -> pd.Series:
        """A column of finite numbers by name. Raises InputError for a cell that is none, and for one below the `least`."""
        words = self.text(column, None if default is None else str(default))
        found = pd.to_numeric(words, errors="coerce").astype(float)
        wrong = found.index[~np.isfinite(found) | (found < least)]
        if len(wrong):
            needed = "a number" if np.isinf(least) else f"a number of {least:g} or more"
            raise InputError(f"{self.name}: {column} of {wrong[0]!r} is {words[wrong[0]]!r}; it should be {needed}")
        return found

    def flag(self, column: str, default: bool) -> pd.Series:
        """A column of True and False by name. Raises InputError for another word."""
        words = self.text(column, str(default)).str.lower().replace({"1": "true", "0": "false", "1.0": "true", "0.0": "false"})
        wrong = words.index[~words.isin(["true", "false"])]
        if len(wrong):
            raise InputError(f"{self.name}: {column} of {wrong[0]!r} is {words[wrong[0]]!r}; it should be True or False")
        return words == "true"

    def unread(self) -> list[str]:
        """A note on the columns that hold something and that nobody asked for, or none."""
        left = [str(column) for column in self.cells.dropna(axis=1, how="all").columns if column not in self.asked]
        return [f"{self.name}: not taken over: {', '.join(left)}"] if left else []


def series(folder: Path, name: str) -> pd.DataFrame | None:
    """A file with a row a time and a column a component, as numbers; None without it. Raises InputError for a cell that is none."""
    found = frame(folder, name)
    if found is None:
        return None
    numbers = found.apply(pd.to_numeric, errors="coerce").astype(float)
    wrong = np.argwhere(~np.isfinite(numbers.to_numpy()))
    if len(wrong):
        row, column = wrong[0]
        raise InputError(f"{name}: {found.columns[column]!r} at {found.index[row]} is {found.iat[row, column]!r}; it should be a number")
    return pd.DataFrame(numbers)
