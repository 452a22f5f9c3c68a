"""Every config in the repository, found by itself, runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shengdian.cli import main
from shengdian.experiments.config.loading import load_config, names, override
from shengdian.experiments.runs.experiment import single_runs
from shengdian.experiments.runs.sweep import runs_of
from shengdian.sim.adapters import revm

CHAIN = "revm" if revm.installed() else "mirror"


@pytest.mark.long
@pytest.mark.parametrize("name", names())
def test_config_runs_for_two_hours(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["run", name, "--hours", "2", "--seed", "1", "--chain", CHAIN, "--out", str(tmp_path), "--json", "--quiet"]
    assert main(command) == 0
    runs = json.loads(capsys.readouterr().out)["runs"]
    singles = single_runs(override(load_config(name), {"run.seeds": [1]}))
    assert [run["design"] for run in runs] == [single.run.design for single in singles]
    assert all(run["hours"] == 2 and run["summary"]["money_sum"] == run["summary"]["energy_imbalance_mwh"] == 0 for run in runs)


@pytest.mark.parametrize("name", [name for name in names() if load_config(name).sweep != load_config("base").sweep])
def test_sweep_of_a_config_has_runs(name: str) -> None:
    assert len(runs_of(load_config(name))) > 1
