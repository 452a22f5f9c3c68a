"""A small run that faults happen to, and what is compared after them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.one_run import name_of
from shengdian.experiments.schema import Config
from shengdian.sim.record.run_folder import unfinished

REPOSITORY = Path(__file__).parents[2]
SMALL = '[region]\nzones = ["SX"]\n[users.count]\nindustry = 1\ncommerce = 1\nresidential = 1\n'
COMMAND = [sys.executable, "-m", "shengdian"]


def small(folder: Path, chain: str = "mirror", hours: int = 50) -> Config:
    """`small.toml` in `folder`: one province, two whole days and two hours."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "small.toml"
    path.write_text(f'[run]\nchain = "{chain}"\nhours = {hours}\n{SMALL}')
    return load_config(path)


def stop_after(hours: int) -> Callable[[int, bool], None]:
    """A listener that stops the run when so many hours are done."""
    done = 0

    def advance(more: int, before: bool) -> None:
        nonlocal done
        done += more
        if done >= hours:
            raise KeyboardInterrupt

    return advance


def hidden(out: Path, config: Config) -> Path:
    """Where the unfinished run of a config stands."""
    return unfinished(out, name_of(config))


def contents(directory: Path) -> dict[str, object]:
    """Every file's bytes below a directory, but for wall seconds."""
    found: dict[str, object] = {}
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        if path.name == "manifest.json":
            found[name] = {key: value for key, value in json.loads(path.read_text()).items() if key != "seconds"}
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


def results(directory: Path) -> dict[str, object]:
    """Every table, and the digest: what does not depend on the chain that carried the run out."""
    found: dict[str, object] = {path.name: path.read_bytes() for path in sorted(directory.glob("*.parquet"))}
    found["ledger.parquet"] = pd.read_parquet(directory / "ledger.parquet").drop(columns="transaction").to_csv()  # hashes of signed ones
    return found | {"digest": json.loads((directory / "manifest.json").read_text())["digest"]}
