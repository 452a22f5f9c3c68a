"""Every preset that runs: a July weekday of two regions, made on one chain and audited on another; a run that was stopped and goes on."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import shengdian
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.config.presets import missing, presets
from shengdian.experiments.runs.one_run import run_single
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.record.finished_run import load
from tests.experiments.test_sweep import contents
from tests.faults.runs import stop_after

RUNS = [name for name, preset in presets().items() if not list(missing(preset.keys))]
PLANNED = {"china_2016"}
"""presets that need planned flows between the zones"""
WHERE: Mapping[str, Mapping[str, Any]] = {"six-provinces": {}, "china-2016": {"region.path": "china-2016", "time.month": 7}}


def keys(preset: str) -> dict[str, Any]:
    """The preset; without the rest of the country, for which some have no contract energy, but where it is what the preset is about."""
    return {"structure.preset": preset, "region.exchange": "monthly" if preset in PLANNED else "none"}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("region", "preset"), [each for each in product(WHERE, RUNS) if each[1] not in PLANNED or each[0] == "china-2016"])
def test_a_july_weekday_audits_clean_on_another_chain(region: str, preset: str, tmp_path: Path) -> None:
    try:
        open_chain("revm")
    except MissingExtra as missing_extra:
        pytest.skip(str(missing_extra))
    config = override(load_config("base"), {**keys(preset), **WHERE[region], "run.hours": 24, "run.chain": "revm"})
    run = load(run_single(config, tmp_path))
    assert run.summary["money_sum"] == run.summary["energy_imbalance_mwh"] == 0
    assert shengdian.audit(run, chain="mirror").clean


@pytest.mark.long
@pytest.mark.parametrize("preset", [name for name in RUNS if name not in PLANNED])
def test_a_run_that_was_stopped_in_its_second_day_goes_on_as_if_it_had_not_been(preset: str, tmp_path: Path) -> None:
    config = override(load_config("base"), {**keys(preset), "region.zones": ["SX", "SD"], "run.hours": 26, "run.chain": "mirror"})
    whole = run_single(config, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run_single(config, tmp_path / "stopped", stop_after(25))
    assert contents(run_single(config, tmp_path / "stopped", resume=True)) == contents(whole)
