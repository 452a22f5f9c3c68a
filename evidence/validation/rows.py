"""What is expected, from `targets.csv`, beside what was got, from `results.csv`, and the page of both."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from typing import Literal

TARGETS = Path(__file__).with_name("targets.csv")
RESULTS = Path(__file__).with_name("results.csv")
SUITES: Mapping[str, str] = {
    "books": "Books of one hour",
    "published": "Published clearing examples",
    "trade": "Two regions and a line",
    "counter_trade": "Nodal prices and counter-trading",
    "cournot": "Competition in quantities, with and without contracts",
    "line_threshold": "A line that carries nothing",
    "solar_duopoly": "Price takers and Cournot players beside the sun",
    "pay_as_bid": "Pay-as-bid and one price",
    "dispatch": "The six provinces, from their tables alone",
    "zero_intelligence": "Traders without intelligence",
    "duopoly": "A duopoly that learns",
    "hidden_prices": "Learners who are not told prices",
    "double_auction": "A double auction that learns",
}
"""title of each suite in the page, by its module"""
HEAD = """# Validation

{summary}

Written by `make validate` (`python -m evidence.validation`), which fails where another row fails, or one of these passes. Every figure
comes from orders that the contracts cleared and proved on a chain (here {chain}). `evidence/validation/targets.csv` holds what is
expected, `results.csv` what came. A tolerance is argued beside the row, with what a wrong rule or theory would give there, and a test
holds that the row would fail then.
"""


@dataclass(frozen=True, slots=True)
class Target:
    """One line of `targets.csv`."""

    suite: str
    """module that measures it"""
    id: str
    what: str
    relation: Literal["=", "<=", ">="]
    """that the figure got should bear to `expected`, give or take `tolerance`"""
    expected: float
    tolerance: float
    unit: str
    formula: str
    """from which `expected` follows"""
    numbers: str
    """the same as arithmetic"""
    because: str
    """why this tolerance, and what a wrong one would give"""
    wrong: float
    """what that would be"""
    fails: str
    """why the row is known to fail; empty where it should pass"""
    source: str

    def holds(self, got: float) -> bool:
        """Whether the figure is as expected."""
        above = self.relation == "<=" or got >= self.expected - self.tolerance
        below = self.relation == ">=" or got <= self.expected + self.tolerance
        return above and below


def targets() -> dict[str, Target]:
    """By id, in the order of the file."""
    with TARGETS.open(encoding="utf-8", newline="") as lines:
        numbers = ("expected", "tolerance", "wrong")
        return {row["id"]: Target(**{**row, **{name: float(row[name]) for name in numbers}}) for row in csv.DictReader(lines)}  # type: ignore[arg-type]


def results() -> dict[str, float]:
    """What the last whole run got, by id."""
    with RESULTS.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: float(row["got"]) for row in csv.DictReader(lines)}


def keep(got: Mapping[str, float]) -> None:
    """Writes `results.csv`."""
    lines = ["id,got", *(f"{name},{got[name]:.10g}" for name in targets())]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def summary(got: Mapping[str, float]) -> str:
    """How many rows pass, in a sentence."""
    known = [targets()[name] for name in got]
    passed = sum(target.holds(got[target.id]) for target in known)
    failing = sum(bool(target.fails) for target in known)
    return f"{passed} of {len(known)} rows pass" + (f"; {failing} are known to fail, and the page says why." if failing else ".")


def surprises(got: Mapping[str, float]) -> list[str]:
    """A sentence for every row that fails and should pass, or the other way round; KeyError for a figure without a target."""
    known, sentences = targets(), []
    for name, value in got.items():
        target = known[name]
        if target.holds(value) == bool(target.fails):
            expected = f"{target.relation} {target.expected:g}" + (", and was known to fail" if target.fails else "")
            sentences.append(f"{target.what.lstrip('. ')} ({name}): got {value:.6g}, expected {expected}")
    return sentences


def table(known: Mapping[str, Target], got: Mapping[str, float]) -> str:
    """Targets as a Markdown table; those that were not measured say so."""
    lines = ["| what | formula | expected | got | tolerance | unit | passes | source |", "|---|---|---|---|---|---|---|---|"]
    for name, target in known.items():
        expected = f"{target.expected:,g}" if target.relation == "=" else f"{target.relation} {target.expected:,g}"
        value = f"{got[name]:,.6g}" if name in got else "not run"
        passes = ("yes" if target.holds(got[name]) else f"**no**: {target.fails}") if name in got else "-"
        tolerance = f"{target.tolerance:g}: {target.because}"
        cells = (target.what, target.formula, expected, value, tolerance, target.unit, passes, target.source)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def page(got: Mapping[str, float], chain: str) -> str:
    """`docs/evidence/validation.md`: every suite with what its module says of it, and its table."""
    parts = [HEAD.format(summary=summary(got), chain=chain)]
    for suite, title in SUITES.items():
        own = {name: target for name, target in targets().items() if target.suite == suite}
        parts.append(f"## {title}\n\n{told(suite)}\n\n{table(own, got)}\n")
    return "\n".join(parts)


def told(suite: str) -> str:
    """What a suite's module says of itself."""
    return cleandoc(import_module(f"{__package__}.{suite}").__doc__ or "")
