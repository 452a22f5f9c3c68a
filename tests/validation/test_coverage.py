"""Intervals that are called 95 % cover 93 to 97 %: the page is that of the committed table, and part of the table is simulated anew."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from evidence.coverage.page import COUNTS, PAGE, kept, page, within
from evidence.coverage.shapes import shapes
from evidence.coverage.simulation import METHODS, coverage
from shengdian.experiments.results.intervals import LEAST, interval, student

ROOT = Path(__file__).parents[2]
TABLE = kept()
FEW = 4_000
"""samples of the fast part; one standard error of a coverage of 95 % is 0.34 %"""


def test_the_page_is_made_of_the_committed_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_table_has_every_method_shape_and_number_of_values() -> None:
    assert list(TABLE) == [(method, name, count) for method in METHODS for name in shapes() for count in COUNTS]


@pytest.mark.parametrize("count", [count for count in COUNTS if count >= LEAST])
@pytest.mark.parametrize("name", [name for name, shape in shapes().items() if shape.own or name in ("normal", "uniform")])
def test_intervals_of_our_own_results_may_be_called_95_percent(name: str, count: int) -> None:
    assert within(TABLE["t", name, count])


def test_fewer_seeds_than_intervals_need_would_miss_some_of_our_own_results() -> None:
    assert not all(within(TABLE["t", name, count]) for name, shape in shapes().items() for count in COUNTS if shape.own and count < LEAST)


def test_the_bootstrap_of_few_seeds_is_none_of_95_percent() -> None:
    assert not any(within(TABLE[method, name, 3]) for method in ("BCa", "percentile") for name in shapes())


@pytest.mark.parametrize("name", shapes())
def test_a_part_of_the_table_comes_again(name: str) -> None:
    expected, got = TABLE["t", name, LEAST], coverage("t", shapes()[name], name, LEAST, FEW)
    assert (got is None) == (expected is None)
    assert got is None or got == pytest.approx(expected, abs=1.5)


def test_the_bootstrap_comes_again() -> None:
    got = coverage("BCa", shapes()["normal"], "normal", 5, 500)
    assert got == pytest.approx(TABLE["BCa", "normal", 5], abs=5)


def test_a_wrong_interval_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of twice the standard error, as if the values were many."""
    monkeypatch.setattr("shengdian.experiments.results.intervals._errors", lambda count: 1.96)
    assert not within(coverage("t", shapes()["normal"], "normal", LEAST, FEW))


def test_the_interval_is_that_of_scipy() -> None:
    from scipy.stats import ttest_1samp

    values = np.random.default_rng(1).lognormal(size=12).tolist()
    ends = ttest_1samp(values, 0).confidence_interval(0.95)
    assert interval(values) == student(values) == pytest.approx((ends.low, ends.high))


def test_results_of_questions_have_intervals_only_over_ten_different_seeds() -> None:
    assert LEAST >= 10
    with (ROOT / "evidence" / "coverage" / "seeds.csv").open(encoding="utf-8", newline="") as lines:
        seeds = [row["seed"] for row in csv.DictReader(lines)]
    assert len(set(seeds)) == len(seeds) >= 60


@pytest.mark.parametrize("page", ["README.md", *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md")))])
def test_no_document_speaks_of_bootstrap_intervals_as_ours(page: str) -> None:
    if page in ("docs/evidence/coverage.md", "docs/decisions/experiments.md"):
        return  # which say why there are none
    assert "bootstrap" not in (ROOT / page).read_text(encoding="utf-8").lower()
