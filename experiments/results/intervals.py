"""Differences of paired values with their confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, TypedDict

import numpy as np

CONFIDENCE: Final = 0.95
RESAMPLES: Final = 9999


class Difference(TypedDict):
    """Of a variant from the base, over seeds."""

    mean: float | None
    """of the variant's own values"""
    difference: float | None
    """mean of the paired differences; None for the base itself and where no seed is in both"""
    interval: tuple[float, float] | None
    """lowest and highest end of the 95 % interval of the difference; None for fewer than two pairs"""


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean. Raises ZeroDivisionError for no values."""
    return math.fsum(values) / len(values)


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """95 % interval of the mean by the percentile bootstrap (Efron 1979), the same resamples every time; None for fewer than two values."""
    if len(values) < 2:
        return None
    if min(values) == max(values):
        return values[0], values[0]
    from scipy.stats import bootstrap  # takes most of a second, which a run of one seed need not wait for

    ends = bootstrap(
        (np.array(values),), np.mean, confidence_level=CONFIDENCE, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return float(ends.low), float(ends.high)


def difference(values: Mapping[int, float], base: Mapping[int, float], is_base: bool) -> Difference:
    """Of `values` from `base`, both by seed."""
    paired = [] if is_base else [values[seed] - base[seed] for seed in values if seed in base]
    return {
        "mean": mean(list(values.values())) if values else None,
        "difference": mean(paired) if paired else None,
        "interval": interval(paired),
    }
