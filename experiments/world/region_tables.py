"""The project's tables of figures in `experiments/regions/six-provinces`: a header line, a row of units, then the rows."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

FOLDER = "six-provinces"
"""in `experiments/regions`"""
PROVINCES = ("GD", "SD", "SX", "AH", "SC", "JX")
"""Codes of the provinces there are figures for."""


Row = Mapping[str, str]


@cache
def table(name: str) -> tuple[Row, ...]:
    """The rows of `<name>.csv` by column, without the row of units."""
    text = (files("shengdian.experiments") / "regions" / FOLDER / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))[1:]


@cache
def by(name: str, column: str) -> Mapping[str, Row]:
    """The rows of a table by the value of `column`."""
    return {row[column]: row for row in table(name)}


@cache
def typical(name: str) -> Mapping[tuple[str, int], tuple[float, ...]]:
    """A table of 24 hours by province and month, in the table's unit."""
    return {(row["code"], int(row["month"])): tuple(float(row[f"h{hour:02d}"]) for hour in range(24)) for row in table(name)}
