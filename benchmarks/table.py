"""What a benchmark says: rows of what was measured beside what has to be reached, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

from rich.table import Table

Bound = Literal["at most", "at least"]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure."""

    what: str
    values: tuple[float, ...]
    """one a repeat; empty where it could not be measured"""
    unit: str = "x"
    """`x` for a ratio"""
    bound: Bound | None = None
    """None: told, not judged"""
    target: float | None = None
    aim: float | None = None
    """what is hoped for beyond the target"""
    note: str = ""

    @property
    def got(self) -> float | None:
        """The median of the values."""
        return median(self.values) if self.values else None

    @property
    def reached(self) -> bool | None:
        """Whether the median keeps the bound; None where there is none or nothing was measured."""
        if self.got is None or self.target is None:
            return None
        return self.got <= self.target if self.bound == "at most" else self.got >= self.target

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "what": self.what,
            "unit": self.unit,
            "values": list(self.values),
            "median": self.got,
            "bound": self.bound,
            "target": self.target,
            "aim": self.aim,
            "reached": self.reached,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What one benchmark measured."""

    rows: Sequence[Row]
    raw: dict[str, Any] = field(default_factory=dict)
    """whatever the rows were made of, for the JSON file"""


def ratios(above: Sequence[float], below: Sequence[float]) -> tuple[float, ...]:
    """Repeat by repeat: what was measured next to each other is divided by each other."""
    return tuple(one / other for one, other in zip(above, below, strict=True))


def figure(value: float | None) -> str:
    """Three digits, or all before the point."""
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(title: str, rows: Sequence[Row]) -> Table:
    """The rows for people."""
    shown = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for name in ("what", "got", "from .. to", "unit", "must", "aim", "", "note"):
        shown.add_column(name, justify="right" if name in ("got", "from .. to", "must", "aim") else "left")
    for row in rows:
        spread = f"{figure(min(row.values))} .. {figure(max(row.values))}" if len(row.values) > 1 else ""
        must = "" if row.target is None else f"{'<=' if row.bound == 'at most' else '>='} {figure(row.target)}"
        verdict = {True: "yes", False: "NO", None: ""}[row.reached]
        aim = "" if row.aim is None else figure(row.aim)
        shown.add_row(row.what, figure(row.got), spread, row.unit, must, aim, verdict, row.note)
    return shown
