"""What values over seeds may look like: distributions of theory, and those of our own results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import skew

from shengdian.experiments.results.intervals import NEAR

OWN = Path(__file__).with_name("seeds.csv")
"""our own results, a column each and a row a seed, made by `python -m evidence.coverage --seeds`"""
SIGMA = 0.5
"""of the lognormal"""
BLUR = 0.01
"""of the standard deviation, by which a value that is like no other is blurred, so that drawing it twice makes no two alike"""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shape:
    """A distribution whose mean is known."""

    words: str
    mean: float
    skewness: float
    draw: Callable[[np.random.Generator, tuple[int, int]], Floats]
    """values of the shape (sample, value)"""
    size: int = 0
    """seeds that it was measured under; 0 for one of theory"""

    @property
    def own(self) -> bool:
        """Whether it is one of our own results."""
        return self.size > 0

    @property
    def skewed(self) -> bool:
        """Whether it is one of theory that leans to a side."""
        return not self.own and self.skewness > 0


def theory() -> dict[str, Shape]:
    """Distributions of textbooks, by name."""
    return {
        "normal": Shape("normal", 0.0, 0.0, lambda rng, size: rng.normal(size=size)),
        "uniform": Shape("uniform", 0.5, 0.0, lambda rng, size: rng.uniform(size=size)),
        "lognormal": Shape(
            "lognormal, sigma 0.5, as users' sizes are drawn",
            exp(SIGMA**2 / 2),
            (exp(SIGMA**2) + 2) * sqrt(exp(SIGMA**2) - 1),
            lambda rng, size: rng.lognormal(0.0, SIGMA, size),
        ),
        "exponential": Shape("exponential", 1.0, 2.0, lambda rng, size: rng.exponential(size=size)),
    }


def own() -> dict[str, Shape]:
    """The columns of `seeds.csv`: values are drawn from those of its seeds, whose mean is the true one."""
    table = pd.read_csv(OWN).drop(columns="seed")
    return {name: _of(name, table[name].to_numpy(dtype=float)) for name in map(str, table)}


def _of(name: str, known: Floats) -> Shape:
    near = NEAR * float(np.ptp(known))
    alone = (np.abs(known[:, None] - known) <= near).sum(axis=1) == 1
    blur = BLUR * float(known.std())

    def draw(rng: np.random.Generator, size: tuple[int, int]) -> Floats:
        at = rng.integers(len(known), size=size)
        drawn: Floats = known[at] + alone[at] * rng.normal(0, blur, size)
        return drawn

    return Shape(f"own: {name}", float(known.mean()), float(skew(known)), draw, len(known))


def shapes() -> dict[str, Shape]:
    """All of them, by name."""
    return {**theory(), **own()}
