"""Samples of a shape, an interval from each, and in how many the mean lies."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.stats import bootstrap

from evidence.coverage.shapes import Floats, Shape
from shengdian.experiments.results.intervals import CONFIDENCE
from shengdian.experiments.results.intervals import student as quantile
from shengdian.sim.base.streams import stream

RESAMPLES = 999
Ends = tuple[Floats, Floats]
"""lowest and highest, each of shape (sample,)"""


def student(samples: Floats, _: np.random.Generator) -> Ends:
    """As `intervals.interval` has them, of all samples at once and of any number of values; shape (sample, value)."""
    count = samples.shape[1]
    middle, half = samples.mean(axis=1), quantile(count) * samples.std(axis=1, ddof=1) / np.sqrt(count)
    return middle - half, middle + half


def resampled(method: str) -> Callable[[Floats, np.random.Generator], Ends]:
    """Intervals by the bootstrap: `percentile` (Efron 1979) or `BCa` (Efron 1987)."""

    def ends(samples: Floats, rng: np.random.Generator) -> Ends:
        found = [
            bootstrap((some,), np.mean, axis=1, n_resamples=RESAMPLES, confidence_level=CONFIDENCE, method=method, rng=rng).confidence_interval
            for some in np.array_split(samples, max(1, samples.size // 10_000))
        ]
        return np.concatenate([each.low for each in found]), np.concatenate([each.high for each in found])

    return ends


METHODS: Mapping[str, tuple[Callable[[Floats, np.random.Generator], Ends], int]] = {
    "t": (student, 40_000),
    "BCa": (resampled("BCa"), 2_000),
    "percentile": (resampled("percentile"), 2_000),
}
"""by name: the intervals, and how many samples the table is made of"""


def coverage(method: str, shape: Shape, name: str, count: int, samples: int) -> float:
    """% of samples of `count` values whose interval holds the mean; a sample of equal values has none and is left out."""
    rng = stream(1, "coverage", f"{method} {name} {count}")
    drawn = shape.draw(rng, (samples, count))
    drawn = drawn[drawn.min(axis=1) < drawn.max(axis=1)]
    low, high = METHODS[method][0](drawn, rng)
    return 100 * float(np.mean((low <= shape.mean) & (shape.mean <= high)))
