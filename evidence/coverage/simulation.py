"""Samples of a shape, an interval from each, and in how many of these the mean lies."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from scipy.stats import bootstrap

from evidence.coverage.shapes import Floats, Shape
from shengdian.experiments.results.intervals import CONFIDENCE, LEAST, interval, student
from shengdian.sim.base.streams import stream

RESAMPLES = 999
TOO_FEW = 0.05
"""of the samples that have an interval, below which there is no coverage to speak of"""
Method = Callable[[Floats, np.random.Generator], Floats]
"""lowest and highest end, from samples of shape (sample, value), not a number where there is no interval; shape (sample, 2)"""


def used(samples: Floats, _: np.random.Generator) -> Floats:
    """Intervals as results have them; for fewer values than they need, those that Student's t would give."""
    ends = interval if samples.shape[1] >= LEAST else student
    return np.array([ends(values) or (np.nan, np.nan) for values in samples.tolist()])


def resampled(method: Literal["BCa", "percentile"]) -> Method:
    """Intervals by the bootstrap: `percentile` (Efron 1979) or `BCa` (Efron 1987)."""

    def ends(samples: Floats, rng: np.random.Generator) -> Floats:
        found = []
        for some in np.array_split(samples, max(1, samples.size // 10_000)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of samples whose values are all equal, which have no interval
                made = bootstrap((some,), np.mean, axis=1, n_resamples=RESAMPLES, confidence_level=CONFIDENCE, method=method, rng=rng)
            found.append(np.stack([made.confidence_interval.low, made.confidence_interval.high], axis=1))
        return np.concatenate(found)

    return ends


METHODS: Mapping[str, tuple[Method, int]] = {
    "t": (used, 20_000),
    "BCa": (resampled("BCa"), 2_000),
    "percentile": (resampled("percentile"), 2_000),
}
"""by name: the intervals, and how many samples the table is made of"""


def coverage(method: str, shape: Shape, name: str, count: int, samples: int) -> float | None:
    """% of the samples of `count` values with an interval whose interval holds the mean; None where hardly any has one."""
    rng = stream(1, "coverage", f"{method} {name} {count}")
    ends = METHODS[method][0](shape.draw(rng, (samples, count)), rng)
    there = ~np.isnan(ends).any(axis=1)
    if there.mean() < TOO_FEW:
        return None
    low, high = ends[there].T
    return 100 * float(np.mean((low <= shape.mean) & (shape.mean <= high)))
