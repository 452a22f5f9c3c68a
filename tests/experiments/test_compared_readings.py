"""A design beside others with a reading of its own: what may be written, and what runs it makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import shengdian
from shengdian.experiments.config.designs import compared, keys_of
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config, single_runs
from shengdian.experiments.runs.sweep import runs_of, swept
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import load

BASE = load_config("base")
SMALL: dict[str, Any] = {"run.hours": 1, "run.chain": "mirror", "region.zones": ["SX", "SD"]}
READ = ["provincial", "two_stage, physical", "two_stage, renewable", "two_stage, economic"]


def test_an_entry_says_design_and_reading() -> None:
    assert keys_of("two_stage, physical") == {"run.design": "two_stage", "market.surplus_deficit": "physical"}
    assert keys_of("coupled") == {"run.design": "coupled"}
    assert compared(override(BASE, {"run.compare": READ})) == ("provincial", "two_stage", "two_stage", "two_stage")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["two_stage, physic"], "the reading of 'two_stage', is 'physic'; allowed: physical, renewable, economic; did you mean 'physical'"),
        (["two_stag, physical"], r"run\.compare\[0\] is 'two_stag'; allowed: .*; did you mean 'two_stage'"),
        (["provincial", "coupled, physical"], r"run\.compare\[1\] is 'coupled, physical'; design 'coupled' has no second stage"),
        (["two_stage", "two_stage, renewable"], "names 'two_stage, renewable' twice"),
    ],
)
def test_an_entry_that_says_nothing_sensible_is_refused(words: list[str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        override(BASE, {"run.compare": words})


def test_the_headline_compares_every_reading() -> None:
    singles = single_runs(load_config("six-provinces-day"))
    assert [(one.run.design, one.market.surplus_deficit) for one in singles[1:4]] == [
        ("two_stage", reading) for reading in ("physical", "renewable", "economic")
    ]
    assert [one.run.design for one in (singles[0], singles[-1])] == ["provincial", "coupled"]


def test_runs_of_the_readings_stand_side_by_side_and_are_kept_when_taken_up_again(tmp_path: Path) -> None:
    config = override(BASE, {**SMALL, "run.compare": READ})
    paths = run_config(config, tmp_path)
    assert len(set(paths)) == len(READ)
    assert list(shengdian.compare(paths)["seeds"]) == READ
    times = [(path / "manifest.json").stat().st_mtime_ns for path in paths]
    assert run_config(config, tmp_path, resume=True) == paths
    assert [(path / "manifest.json").stat().st_mtime_ns for path in paths] == times
    assert shengdian.audit(load(paths[1])).clean


def test_one_word_is_enough_for_a_model_and_for_a_run(tmp_path: Path) -> None:
    small = {"hours": 1, "chain": "mirror", "region.zones": ["SX", "SD"]}
    assert shengdian.Model(design="two_stage, physical", **small).scenario.surplus_deficit == "physical"
    (run,) = shengdian.run("base", design="corridor_matching, economic", out=tmp_path, **small)
    assert (run.design, run.config["market"]["surplus_deficit"]) == ("corridor_matching", "economic")


def test_a_sweep_over_compared_readings_says_which_is_which() -> None:
    config = override(BASE, {"run.compare": READ, "sweep.grid": {"market.k": [0.0, 1.0]}})
    assert swept(config) == ["market.k", "market.surplus_deficit"]
    assert len(runs_of(config)) == 2 * len(READ)
