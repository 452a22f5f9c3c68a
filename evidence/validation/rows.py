"""What is expected, from `targets.csv`, beside what was got."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TARGETS = Path(__file__).with_name("targets.csv")


@dataclass(frozen=True, slots=True)
class Target:
    """One line of `targets.csv`."""

    id: str
    what: str
    relation: Literal["=", "<=", ">="]
    """that the figure got should bear to `expected`, give or take `tolerance`"""
    expected: float
    tolerance: float
    unit: str
    source: str

    def holds(self, got: float) -> bool:
        """Whether the figure is as expected."""
        above = self.relation == "<=" or got >= self.expected - self.tolerance
        below = self.relation == ">=" or got <= self.expected + self.tolerance
        return above and below


def targets() -> dict[str, Target]:
    """By id, in the order of the file."""
    with TARGETS.open(encoding="utf-8", newline="") as lines:
        return {
            row["id"]: Target(**{**row, "expected": float(row["expected"]), "tolerance": float(row["tolerance"])})  # type: ignore[arg-type]
            for row in csv.DictReader(lines)
        }


def missed(got: Mapping[str, float]) -> list[str]:
    """A sentence for every figure that is not as expected; KeyError for one without a target."""
    known = targets()
    return [
        f"{known[name].what.lstrip('. ')} ({name}): got {value:.6g}, expected {known[name].relation} {known[name].expected:g}"
        for name, value in got.items()
        if not known[name].holds(value)
    ]


def table(got: Mapping[str, float]) -> str:
    """Every target as a Markdown table; those that were not measured say so."""
    lines = ["| what | expected | got | tolerance | unit | holds | source |", "|---|---|---|---|---|---|---|"]
    for name, target in targets().items():
        expected = f"{target.expected:,g}" if target.relation == "=" else f"{target.relation} {target.expected:,g}"
        value = f"{got[name]:,.6g}" if name in got else "not run"
        holds = ("yes" if target.holds(got[name]) else "**no**") if name in got else "-"
        lines.append(f"| {target.what} | {expected} | {value} | {target.tolerance:g} | {target.unit} | {holds} | {target.source} |")
    return "\n".join(lines)
