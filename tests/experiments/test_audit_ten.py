"""Eleven runs, eleven audits, each on another chain than the run's: no difference, no false alarm."""

from __future__ import annotations

import pytest

from shengdian.audit import audit
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from tests.experiments.audited import finished

RUNS = [
    ("two stages", "revm", "eth-tester"),
    ("legs", "eth-tester", "revm"),
    ("sealed, refused", "mirror", "pyevm"),
    ("sealed matched pairs", "pyevm", "revm"),
    ("day ahead, refused", "eth-tester", "mirror"),
    ("more contracts than load", "revm", "mirror"),
    ("deviations at the last price", "revm", "pyevm"),
    ("collateral", "mirror", "revm"),
    ("everything financial", "revm", "eth-tester"),
    ("corridors", "eth-tester", "pyevm"),
    ("everything in corridors", "pyevm", "eth-tester"),
]
"""variant, chain of the run, chain of the audit"""


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "made", "on"), RUNS)
def test_run_of_one_chain_is_clean_on_another(variant: str, made: str, on: str) -> None:
    try:
        open_chain(made)
        open_chain(on)
    except MissingExtra as missing:
        pytest.skip(str(missing))
    verdict = audit(finished(variant, made), on)
    assert verdict.differences == ()
    assert (verdict.recorded_on, verdict.chain) == (made, on)
