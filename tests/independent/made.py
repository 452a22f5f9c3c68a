"""Runs made by the command line, and their tables in whole numbers: kWh, fen/MWh, 1e-5 CNY."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

SCALES = {"MWh": 1000, "CNY/MWh": 100, "CNY": 100_000}


def whole(path: Path) -> pd.DataFrame:
    """A table with every energy, price and amount as the whole number that it was; the unit is in the column's metadata."""
    read = pq.read_table(path)
    found = read.to_pandas()
    for field in read.schema:
        scale = SCALES.get((field.metadata or {}).get(b"unit", b"").decode())
        if scale:
            numbers = found[field.name].fillna(0) * scale  # where there is none, such as the price of what was not filled
            assert (abs(numbers - numbers.round()) < 0.25).all(), f"{path}: {field.name} is not a whole number"
            found[field.name] = numbers.round().astype("int64")
    return found


@dataclass(frozen=True)
class Made:
    """A finished run."""

    path: Path

    def __getattr__(self, name: str) -> pd.DataFrame:
        return whole(self.path / f"{name}.parquet")

    @cached_property
    def design(self) -> str:
        """The market design and, of two stages, its reading, as the config of the run has them."""
        config = tomllib.loads((self.path / "config.toml").read_text(encoding="utf-8"))
        design = str(config["run"]["design"])
        return f"{design}, {config['market']['surplus_deficit']}" if design == "two_stage" else design


def made(config: str, out: Path, *more: str) -> dict[str, Made]:
    """The runs of a config by design."""
    command = [sys.executable, "-m", "shengdian", "run", config, "--chain", "mirror", "--out", str(out), "--quiet", *more]
    subprocess.run(command, check=True, capture_output=True, timeout=250)
    runs = [Made(path) for path in sorted(out.iterdir()) if path.is_dir()]
    return {run.design: run for run in runs}
