"""Differences of paired values, and the 95 % interval of a mean, whose coverage was simulated (docs/evidence/coverage.md)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, TypedDict

CONFIDENCE: Final = 0.95
LEAST: Final = 10
"""values that an interval needs: of fewer, some of our results are missed too often"""
DIFFER: Final = 0.9
"""share of the values that has to differ: else they lie at bounds (full lines, all load served), and no such interval covers 95 %"""
NEAR: Final = 1e-5
"""of the range of all values, within which values are alike"""


class Difference(TypedDict):
    """Of a variant from the base, over seeds."""

    mean: float | None
    """of the variant's own values"""
    difference: float | None
    """mean of the paired differences; None for the base itself and where no seed is in both"""
    interval: tuple[float, float] | None
    """lowest and highest end of the 95 % interval of the difference; None for fewer than ten pairs, or where many are alike"""


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean. Raises ZeroDivisionError for no values."""
    return math.fsum(values) / len(values)


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """95 % interval of the mean by Student's t; None for fewer than ten values, and where many are alike."""
    if len(values) < LEAST:
        return None
    near = NEAR * (max(values) - min(values))
    different = 1 + sum(high - low > near for low, high in pairwise(sorted(values)))
    return student(values) if different >= DIFFER * len(values) else None


def student(values: Sequence[float]) -> tuple[float, float]:
    """The ends by Student's t (1908) for two values or more, whatever they are."""
    middle = mean(values)
    half = _errors(len(values)) * math.sqrt(math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1) / len(values))
    return middle - half, middle + half


@cache
def _errors(count: int) -> float:
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
