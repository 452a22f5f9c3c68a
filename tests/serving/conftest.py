"""One small run of eth-tester for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.serving.record import Record, record_of
from shengdian.sim.adapters import revm
from tests.experiments.audited import SMALL


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hours of two provinces."""
    if not revm.installed():
        pytest.skip("neither shengdian_native nor pyrevm is installed")
    config = override(load_config("six-provinces-day"), {**SMALL, "run.design": "two_stage", "run.chain": "eth-tester"})
    return run_config(config, tmp_path_factory.mktemp("served"))[0]


@pytest.fixture(scope="module")
def record(run: Path) -> Record:
    return record_of(run)
