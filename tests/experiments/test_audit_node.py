"""A JSON-RPC node as the chain of a run, and as the chain that a run is audited on."""

from __future__ import annotations

from pathlib import Path

import pytest

from shengdian.audit import audit
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from tests.anvil import anvil

__all__ = ["anvil"]


def small(chain: str, out: Path) -> Path:
    """Two hours of two provinces."""
    keys = {"run.chain": chain, "run.hours": 2, "run.compare": [], "run.design": "two_stage", "region.zones": ["SX", "SD"]}
    return run_config(override(load_config("six-provinces-day"), keys), out)[0]


@pytest.mark.parametrize("on", ["mirror", "pyevm", "eth-tester"])
def test_a_run_made_on_a_node_is_clean_without_it(anvil: str, on: str, tmp_path: Path) -> None:
    verdict = audit(small(anvil, tmp_path), on)
    assert (verdict.differences, verdict.recorded_on, verdict.chain) == ((), anvil, on)
    assert verdict.counted["signatures"] == verdict.counted["transactions"]


@pytest.mark.parametrize("made", ["mirror", "eth-tester"])
def test_a_run_is_carried_out_again_on_a_node(anvil: str, made: str, tmp_path: Path) -> None:
    verdict = audit(small(made, tmp_path), anvil)
    assert (verdict.differences, verdict.recorded_on, verdict.chain) == ((), made, anvil)
