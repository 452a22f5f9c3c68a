"""What the rows on traders without intelligence expect, from a market of a few lines of numpy that uses nothing of the simulator."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from evidence.validation.rows import targets

Floats = NDArray[np.float64]
VALUES: Floats = 20.0 + 10 * np.arange(20)
COSTS: Floats = 10.0 + 10 * np.arange(20)
HIGHEST = 300.0
MOST = 1100.0
PERIODS = 400


def period(rng: np.random.Generator, constrained: bool, calls: int) -> float:
    """Efficiency of one period, %."""
    gone_buyers, gone_sellers, gained = np.zeros(20, np.bool_), np.zeros(20, np.bool_), 0.0
    for _ in range(calls):
        bids = np.where(gone_buyers, -1.0, rng.uniform(0, VALUES if constrained else HIGHEST, 20))
        asks = np.where(gone_sellers, 1e9, rng.uniform(COSTS if constrained else 0, HIGHEST, 20))
        buyers, sellers = np.argsort(-bids), np.argsort(asks)
        traded = int(np.sum(bids[buyers] >= asks[sellers]))  # sorted apart, bids fall and asks rise: they cross once
        gained += float(VALUES[buyers[:traded]].sum() - COSTS[sellers[:traded]].sum())
        gone_buyers[buyers[:traded]] = gone_sellers[sellers[:traded]] = True
    return 100 * gained / MOST


@pytest.mark.parametrize(
    ("name", "constrained", "calls"),
    [("zero-intelligence", True, 30), ("zero-intelligence-free", False, 30), ("zero-intelligence-one-call", True, 1)],
)
def test_what_is_expected_is_what_the_small_market_gives(name: str, constrained: bool, calls: int) -> None:
    rng = np.random.default_rng(1)
    efficiencies = [period(rng, constrained, calls) for _ in range(PERIODS)]
    assert np.mean(efficiencies) == pytest.approx(targets()[name].expected, abs=3 * np.std(efficiencies) / PERIODS**0.5 + 1e-5)
