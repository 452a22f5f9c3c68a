"""The table of returns: what learners earn beside the best that there is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import returns
from benchmarks.sizes import TINY

pytest.importorskip("pettingzoo")


@pytest.mark.long
def test_the_learner_earns_more_than_chance_and_no_more_than_the_best_markup() -> None:
    found = returns.measure(replace(TINY, hours=24)).raw
    shares = {name: values[0] for name, values in found["shares"].items()}
    assert found["best"] == pytest.approx(24 * 80 * 199.98)
    assert shares["marginal cost"] == 0
    assert 0.3 < shares["random"] < 0.7 < shares["roth_erev"] <= 1


def test_no_markup_earns_more_than_the_best() -> None:
    env = returns.single_env(returns.market(1), agent="hydro", design="coupled", **{"market.mechanism": "pay-as-bid"})
    earned = {markup: returns.played(env, lambda rng, markup=markup: markup, 1) for markup in (0.0, 100.0, 199.97, 199.98, 199.99, 200.0)}
    assert max(earned, key=lambda markup: earned[markup]) in (199.98, 199.99)
    assert earned[199.98] == pytest.approx(80 * 199.98)
    assert earned[200.0] == 0
