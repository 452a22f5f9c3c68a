"""Two zones, six plants of 200 MW and two hours, small enough to reckon a market structure by hand.

Money is in CNY, energy in MWh, prices in CNY/MWh. The region has users by their share of a zone's load, which is the same in every hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.schema import Config
from shengdian.sim.record.finished_run import Run, load

COST = {"A1": 100, "A2": 150, "A3": 220, "B1": 180, "B2": 260, "B3": 350}
CAPACITY = 200
LINE = 250
CAP = 500
BENCHMARK = {"A": 225, "B": 310}
LOAD = {"A": (240, 300), "B": (270, 570)}
FILES = {
    "region.toml": 'format = 1\nname = "Two zones to reckon with"\nutc_offset = "+00:00"\nyear = 2016\n',
    "zones.csv": "zone,benchmark_per_mwh\nA,225\nB,310\n",
    "technologies.csv": "technology,supply,fixed_cost_per_mw_h\nunit,capacity,30\n",
    "plants.csv": "plant,zone,technology,capacity_mw,cost_per_mwh\n"
    + "".join(f"{plant},{plant[0]},unit,{CAPACITY},{cost}\n" for plant, cost in COST.items()),
    "users.csv": "user,zone,sector,share\nAL,A,industry,0.5\nAH,A,residential,0.5\nBL,B,industry,0.5\nBH,B,residential,0.5\n",
    "load_hourly.csv": "time,A,B\n" + "".join(f"2016-07-01 0{hour}:00,{LOAD['A'][hour]},{LOAD['B'][hour]}\n" for hour in range(2)),
    "lines.csv": f"line,from,to,capacity_mw,capacity_back_mw\nA-B,A,B,{LINE},{LINE}\n",
}
RUN: Mapping[str, Any] = {
    "run.hours": 2,
    "run.start": "2016-07-01",
    "run.chain": "mirror",
    "market.price_cap_per_mwh": float(CAP),
    "costs.heat_rate_spread": 0.0,
    "contracts.priority": "equal",
    "strategies.plants.parameters": {"unit_spread": 0.0},
    "strategies.industry": {"name": "inflexible", "parameters": {}},
}


def write(folder: Path, **files: str) -> Path:
    """The region in a folder; `files` take the place of its files, or come beside them, by name without the ending."""
    for name, text in {**FILES, **{f"{name}.csv": text for name, text in files.items()}}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def config_of(folder: Path, keys: Mapping[str, Any]) -> Config:
    """The region in `folder` with keys such as `structure.preset`."""
    return override(load_config("base"), {"region.path": str(folder), **RUN, **keys})


def finished(folder: Path, out: Path, keys: Mapping[str, Any]) -> Run:
    """A finished run of it."""
    return load(run_config(config_of(folder, keys), out)[0])
