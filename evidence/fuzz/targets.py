"""What is fuzzed, and what must come of it: an answer, or a typed refusal in one sentence; never a traceback, a hang, or half a file."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
import signal
import tomllib
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import Any

import pyarrow.parquet as pq

from evidence.fuzz import folders, mutations
from shengdian.cli import main
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.one_run import name_of, run_single
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.profiles import profiles
from shengdian.regions.region import Region, region_of
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.tables import COLUMNS

TWO = Region.load("two-zones").folder
SECONDS = 120
"""after which an input is said to hang"""
FOLDERS = {"region by hour": 0.018, "import pypsa": 0.001, "import assume": 0.001}
"""shares of all inputs that are changed folders"""
RUN = """
[run]
chain = "mirror"
hours = 1
[region]
zones = ["JX"]
[users.count]
industry = 1
commerce = 1
residential = 1
"""
CASES: list[dict[str, Any]] = [
    {
        "name": "two zones",
        "mechanism": mechanism,
        "zones": ["N", "S"],
        "price_floor": 0.0,
        "price_cap": 3000.0,
        "k": 0.5,
        "orders": [
            {"id": "g1", "zone": "N", "side": "sell", "price": 15.0, "quantity": 100.0, "posted": True},
            {"id": "g2", "zone": "N", "side": "sell", "price": 25.0, "quantity": 10.0, "posted": True},
            {"id": "d1", "zone": "S", "side": "buy", "price": 200.0, "quantity": 98.0},
            {"id": "d2", "zone": "N", "side": "buy", "price": 20.0, "quantity": 5.5},
        ],
    }
    for mechanism in ("uniform", "pay-as-bid", "matched-pairs", "listing")
]
for _one in CASES:
    if _one["mechanism"] in ("uniform", "pay-as-bid"):
        _one["lines"] = [{"from": "N", "to": "S", "capacity": 50.0, "wheeling": 30.0, "loss": 0.02}]
    if _one["mechanism"] != "listing":
        for _order in _one["orders"]:
            _order.pop("posted", None)
CASES.append(CASES[2] | {"benchmark": 400.0, "rebate": 0.3} | {"price_floor": -500.0, "price_cap": 500.0})
CASES[-1].pop("k")
ALLOCATIONS: list[dict[str, Any]] = [
    {
        "name": "day",
        "reading": reading,
        "share": 0.8,
        "load": [700, 900, 1000, 800],
        "plants": [
            {"id": "A", "max": 600, "min": 300, "ramp": 120, "initial": 360, "availability": [1, 1, 1, 1], "contract": 1400},
            {"id": "B", "max": 400, "min": 160, "ramp": 100, "initial": 200, "availability": [1, 1, 1, 1], "contract": 800},
            {"id": "C", "max": 300, "min": 0, "ramp": 300, "initial": 0, "availability": [1, 0.8, 0.6, 1], "contract": 520},
        ],
    }
    for reading in ("per-plant", "global", "two-iteration")
]


class Wrong(AssertionError):
    """An input was neither answered nor refused in a sentence."""


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of input."""

    share: float
    """of all inputs"""
    attempt: Callable[[random.Random], bool]
    """carries one input out, and says whether it was accepted; raises Wrong"""


@contextmanager
def _in_time() -> Iterator[None]:
    def late(number: int, frame: FrameType | None) -> None:
        raise Wrong(f"hangs for {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def command(*argv: str, codes: Sequence[int] = (0, 2)) -> int:
    """Runs a command in this process; its exit code, one of `codes`."""
    out, err = io.StringIO(), io.StringIO()
    with _in_time(), redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = main(list(argv))
    said = err.getvalue()
    if code not in codes:
        raise Wrong(f"exit code {code}: {said}")
    lines = said.splitlines()
    if code == 2 and not (
        lines and all(line.startswith("shengdian: ") for line in lines) and len(lines) == 1 + ("case" in said) * (len(lines) - 1)
    ):
        raise Wrong(f"exit code 2 with {said!r}")
    if code == 0 and said:
        raise Wrong(f"exit code 0 with {said!r}")
    if argv[-1] == "--json" and code == 0:
        json.loads(out.getvalue(), parse_constant=_no_number)
    return code


def _no_number(text: str) -> None:
    raise Wrong(f"the answer has the number {text}")


def targets(folder: Path) -> dict[str, Target]:
    """Every kind of input; files are made in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small.toml").write_text(RUN)
    small = load_config(folder / "small.toml")
    run = run_single(small, folder / "valid")
    file, out = folder / "input", folder / "out"
    own = {path.name: path.read_bytes() for path in run.iterdir()}
    stopped = _stopped(folder)
    kept = {path.name: path.read_bytes() for path in stopped.iterdir()}
    kept_sizes = json.loads(kept["checkpoint.json"])["sizes"]
    tables = {name: pq.read_table(run / f"{name}.parquet") for name in COLUMNS}
    resolved = tomllib.loads((run / "config.toml").read_text())
    every_key = resolved | {"run": resolved["run"] | {"hours": 1}}
    year = _year()
    two = {path.name: [line.split(",") for line in path.read_text().splitlines() if line[:1] != "#"] for path in TWO.glob("*.csv")}

    def written(data: bytes, name: str = "input.toml") -> str:
        path = file.with_name(name)
        path.write_bytes(data)
        return str(path)

    def config(draws: random.Random) -> bool:
        path = written(mutations.toml_of(draws.choice((every_key, tomllib.loads(RUN))), draws))
        try:
            found = load_config(path)
            if found.run.hours <= 48 and sum(found.users.count.model_dump().values()) < 100:
                build_scenario(found, found.run.design, found.run.seeds[0])
        except InputError as refused:
            _one_sentence(refused)
            return False
        return True

    def simulated(draws: random.Random) -> bool:
        """As `config`, and carried out where it is short."""
        path = written(mutations.toml_of(tomllib.loads(RUN), draws))
        try:
            found = load_config(path)
            if found.run.hours > 2 or found.run.chain != "mirror" or len(found.run.seeds) > 2 or found.medium_term.trade:
                return True
        except InputError:
            pass
        shutil.rmtree(out, ignore_errors=True)
        code = command("run", path, "--out", str(out), "--quiet", "--json")
        if code and out.exists() and list(out.iterdir()):
            raise Wrong(f"refused, and left {[one.name for one in out.iterdir()]}")
        return code == 0

    def profile(draws: random.Random) -> bool:
        (folder / "own.csv").write_bytes(mutations.csv_of(year, draws))
        path = written(f'{RUN}[profiles]\npath = "own.csv"\n'.encode())
        try:
            config = load_config(path)
            profiles(config, region_of(config))
        except InputError as refused:
            _one_sentence(refused)
            return False
        return True

    def region(draws: random.Random) -> bool:
        """One to three files of a folder changed; what can be read is made a world."""
        shutil.rmtree(folder / "region", ignore_errors=True)
        shutil.copytree(TWO, folder / "region")
        for name in draws.sample(sorted(two), draws.randint(1, 3)):
            (folder / "region" / name).write_bytes(mutations.csv_of(two[name], draws))
        path = written(RUN.replace('zones = ["JX"]', 'path = "region"').encode())
        try:
            build_scenario(load_config(path), "coupled", 1)
        except InputError as refused:
            _one_sentence(refused)
            return False
        return True

    def clear(draws: random.Random) -> bool:
        one = draws.choice(CASES)
        path = written(mutations.json_of([one, one] if draws.random() < 0.1 else one, draws), "case.json")
        return command("clear", path, "--chain", "mirror") == 0

    def allocate(draws: random.Random) -> bool:
        return command("allocate", written(mutations.json_of(draws.choice(ALLOCATIONS), draws), "case.json"), "--chain", "mirror") == 0

    def damaged(draws: random.Random, repaired: bool) -> Path:
        """The run with one file changed, of which its manifest knows where `repaired`."""
        name = draws.choice(list(own))
        data = own[name]
        if draws.random() < 0.25:
            data = mutations.flipped(data, draws)
        elif name.endswith(".parquet"):
            data = mutations.parquet_of(tables[name.removesuffix(".parquet")], draws)
        elif name.endswith(".json"):
            data = mutations.json_of(json.loads(data), draws)
        elif name.endswith(".toml"):
            data = mutations.toml_of(tomllib.loads(data.decode()), draws)
        else:
            data = mutations.record_of(data, draws)
        copy = folder / "damaged"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for each, content in own.items():
            (copy / each).write_bytes(data if each == name else content)
        if draws.random() < 0.02:
            (copy / name).unlink()
        elif repaired and name != "manifest.json":
            manifest = json.loads(own["manifest.json"])
            manifest["contents"][name] = sha256(data).hexdigest()
            (copy / "manifest.json").write_text(json.dumps(manifest))
        return copy

    def reads(*argv: str, codes: Sequence[int] = (0, 2), more: Sequence[str] = ()) -> Callable[[random.Random], bool]:
        """A command that reads a run, of which one file is changed, and changes nothing."""

        def attempt(draws: random.Random) -> bool:
            path = damaged(draws, argv[0] == "query" and draws.random() < 0.7)
            before = {one.name: one.read_bytes() for one in path.iterdir()}
            code = command(argv[0], str(path), *argv[1:], *more, codes=codes)
            if {one.name: one.read_bytes() for one in path.iterdir()} != before:
                raise Wrong(f"{argv[0]} changed the run")
            return code == 0

        return attempt

    def resume(draws: random.Random) -> bool:
        name = draws.choice(list(kept))
        data = kept[name]
        changed_kept = mutations.json_of(json.loads(data), draws) if name == "checkpoint.json" else mutations.flipped(data, draws)
        shutil.rmtree(out, ignore_errors=True)
        place = out / stopped.name
        place.mkdir(parents=True)
        for each, content in kept.items():
            (place / each).write_bytes(changed_kept if each == name else content)
        code = command("run", "--resume", str(out), "--quiet", "--json")
        left = [one.name for one in out.iterdir()]
        if code == 0:
            same = {one.name: one.read_bytes() for one in (out / name_of(long)).iterdir() if one.name != "manifest.json"}
            if same != whole or left != [name_of(long)]:
                raise Wrong(f"a resumed run with another {name} differs")
        elif left != [stopped.name] or (place / name).read_bytes() != changed_kept:
            raise Wrong(f"refused, and changed the run with another {name}")
        return code == 0

    long = load_config(folder / "long.toml")
    finished = run_single(long, folder / "whole")
    whole = {one.name: one.read_bytes() for one in finished.iterdir() if one.name != "manifest.json"}
    assert set(kept_sizes) <= set(kept)
    figures = str(folder / "figures")
    attempts = folders.attempts(folder)
    return {
        **{name: Target(share, attempts[name]) for name, share in FOLDERS.items()},
        "config": Target(0.30, config),
        "region folder": Target(0.03, region),
        "config, carried out": Target(0.005, simulated),
        "profile CSV": Target(0.02, profile),
        "clear": Target(0.35, clear),
        "allocate": Target(0.15, allocate),
        "query --hour": Target(0.03, reads("query", "--hour", "0", "--json")),
        "query --trader": Target(0.02, reads("query", "--trader", "JX_commerce_1", "--json")),
        "query --hour --proof": Target(0.01, reads("query", "--hour", "0", "--proof", str(folder / "proof.json"), "--json")),
        "compare": Target(0.054, reads("compare", "--json")),
        "audit": Target(0.006, reads("audit", "--json", codes=(0, 1, 2))),
        "resume": Target(0.004, resume),
        "plot": Target(0.0005, reads("plot", "--out", figures)),
        "report": Target(0.0005, reads("report", "--out", str(folder / "report.html"))),
    }


def _one_sentence(refused: InputError) -> None:
    if not str(refused) or "\n" in str(refused):
        raise Wrong(f"no sentence: {str(refused)!r}")


def _stopped(folder: Path) -> Path:
    """A run of 25 hours that was stopped after its first day."""
    from tests.faults.runs import hidden, stop_after

    (folder / "long.toml").write_text(RUN.replace("hours = 1", "hours = 25"))
    config = load_config(folder / "long.toml")
    try:
        run_single(config, folder / "stopped", stop_after(24))
    except KeyboardInterrupt:
        return hidden(folder / "stopped", config)
    raise AssertionError("it was not stopped")


def _year() -> list[list[str]]:
    """A profile of a year for JX."""
    rows = [["hour", "JX_load_mw", "JX_wind_cf", "JX_solar_cf"]]
    rows += [[str(hour), str(9000 + hour % 24 * 100), "0.3", str(round(hour % 24 / 24, 3))] for hour in range(8760)]
    assert next(csv.reader([",".join(rows[1])])) == rows[1]
    return rows
