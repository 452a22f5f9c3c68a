"""A region to reckon with by hand: one zone, a plant at 100.00 and one at 300.00, 100 MW each, and 20 MW and 40 MWh of storage.

In four hours 60, 60, 150 and 150 MW are needed, at any price. A MWh of the first plant emits 0.8 t CO2, of the second 0.4 t; of what the
storage buys, and of what it holds, nine tenths arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.record.finished_run import Run, load

LOAD = (60, 60, 150, 150)
FILES = {
    "region.toml": 'format = 1\nname = "One zone"\nutc_offset = "+00:00"\nyear = 2016\n',
    "zones.csv": "zone,benchmark_per_mwh\nA,300\n",
    "technologies.csv": "technology,supply,emission_t_per_mwh,start_cost_per_mw,minimum_up_hours\n"
    "base,capacity,0.8,50,8\npeak,capacity,0.4,20,3\npumped,storage,0,0,0\n",
    "plants.csv": "plant,zone,technology,capacity_mw,cost_per_mwh\nA_base,A,base,100,100\nA_peak,A,peak,100,300\n",
    "users.csv": "user,zone,sector,share\nA_mill,A,industry,1\n",
    "load_hourly.csv": "time,A\n" + "".join(f"2016-07-01 {hour:02}:00,{load}\n" for hour, load in enumerate(LOAD)),
    "storage.csv": "storage,zone,technology,charge_mw,discharge_mw,energy_mwh,efficiency_charge,efficiency_discharge,initial_share\n"
    "A_lake,A,pumped,20,20,40,0.9,0.9,0\n",
}
RUN: Mapping[str, Any] = {
    "run.hours": len(LOAD),
    "run.start": "2016-07-01",
    "run.chain": "mirror",
    "run.design": "coupled",
    "run.compare": [],
    "contracts.share": 0.0,
    "costs.heat_rate_spread": 0.0,
    "region.exchange": "none",
    "strategies.plants.parameters": {"unit_spread": 0.0},
    "strategies.industry": {"name": "inflexible", "parameters": {}},
}


def write(folder: Path, **files: str) -> Path:
    """The region in a folder; `files` take the place of its files, by name without the ending."""
    for name, text in FILES.items():
        (folder / name).write_text(files.get(name.partition(".")[0], text), encoding="utf-8")
    return folder


def finished(folder: Path, out: Path, keys: Mapping[str, Any]) -> Run:
    """A finished run of it."""
    return load(run_config(override(load_config("base"), {"region.path": str(folder), **RUN, **keys}), out)[0])
