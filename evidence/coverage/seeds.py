"""Runs of the market under many seeds, for the shape of what seeds draw: `seeds.csv`, a row a seed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from evidence.coverage.shapes import OWN
from evidence.questions.measures import outcome
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.one_run import run_single
from shengdian.sim.base.units import HOURS_A_DAY
from shengdian.sim.record.finished_run import load

SEEDS = range(1, 61)
DAY: Mapping[str, Any] = {"run.compare": [], "run.chain": "mirror"}
"""changes of `six-provinces-day`"""
LEARN: Mapping[str, Any] = {"sweep.grid": {}, "sweep.list": [], "contracts.share": 0.8, "run.hours": 5 * HOURS_A_DAY}
"""changes of `contract-share`: five days, of which the last counts"""


def measured(name: str, changes: Mapping[str, Any]) -> dict[str, float]:
    """The figures of the questions, of a run's last day."""
    with tempfile.TemporaryDirectory() as folder:
        run = load(run_single(override(load_config(name), changes), Path(folder)))
        return {key: value for key, value in outcome(run, run.hours - HOURS_A_DAY).items() if value is not None}


def row(seed: int) -> dict[str, float]:
    """What coupling changes on the July day, and what learners come to."""
    alone, coupled = (measured("six-provinces-day", {**DAY, "run.seeds": [seed], "run.design": each}) for each in ("provincial", "coupled"))
    learn = measured("contract-share", {**LEARN, "run.seeds": [seed]})
    found = {f"gain in {key} by coupling": coupled[key] - alone[key] for key in ("welfare", "consumers", "price")}
    found |= {f"{key} of the coupled day": coupled[key] for key in ("cost", "spread", "traded")}
    return {"seed": seed, **found, **{f"{key} with learners": learn[key] for key in ("welfare", "producers", "price")}}


def write() -> None:
    """All seeds; most of ten minutes on a core."""
    pd.DataFrame([row(seed) for seed in SEEDS]).to_csv(OWN, index=False, float_format="%.10g", lineterminator="\n")
