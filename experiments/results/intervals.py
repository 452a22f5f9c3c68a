"""Differences of paired values, and the 95 % interval of a mean, whose coverage was simulated (docs/evidence/coverage.md)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, TypedDict

CONFIDENCE: Final = 0.95
LEAST: Final = 10
"""values below which there is no interval: what seeds draw may be skewed, and of fewer values a skewed mean is missed too often"""


class Difference(TypedDict):
    """Of a variant from the base, over seeds."""

    mean: float | None
    """of the variant's own values"""
    difference: float | None
    """mean of the paired differences; None for the base itself and where no seed is in both"""
    interval: tuple[float, float] | None
    """lowest and highest end of the 95 % interval of the difference; None for fewer than ten pairs"""


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean. Raises ZeroDivisionError for no values."""
    return math.fsum(values) / len(values)


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """95 % interval of the mean by Student's t (1908); None for fewer than ten values. Equal values have an interval of no width."""
    if len(values) < LEAST:
        return None
    if min(values) == max(values):
        return values[0], values[0]
    middle = mean(values)
    half = student(len(values)) * math.sqrt(math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1) / len(values))
    return middle - half, middle + half


@cache
def student(count: int) -> float:
    """By how many standard errors of the mean the ends are off it, for `count` values."""
    from scipy.stats import t  # takes most of a second, which a run of one seed need not wait for

    return float(t.ppf((1 + CONFIDENCE) / 2, count - 1))


def words(seeds: int) -> str:
    """What tables say of their intervals, by how many seeds they are over."""
    return "95 % intervals (Student's t)" if seeds >= LEAST else f"no intervals: {LEAST} seeds or more have one"


def difference(values: Mapping[int, float], base: Mapping[int, float], is_base: bool) -> Difference:
    """Of `values` from `base`, both by seed."""
    paired = [] if is_base else [values[seed] - base[seed] for seed in values if seed in base]
    return {
        "mean": mean(list(values.values())) if values else None,
        "difference": mean(paired) if paired else None,
        "interval": interval(paired),
    }
