"""Examples of property tests for which the solver finds no strict solution are left out: test_uniqueness.py counts how many those are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import reject

from shengdian.sim.solve.clearing import NoStrictSolution


@contextmanager
def where_strict() -> Iterator[None]:
    """Leaves the example out, of a test by Hypothesis, if what is done finds no strict solution."""
    try:
        yield
    except NoStrictSolution:
        reject()
