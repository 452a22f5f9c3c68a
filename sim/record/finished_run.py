"""A finished run, read lazily."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.html_table import table
from shengdian.sim.base.parsing import toml_of
from shengdian.sim.base.roles import NOBODYS
from shengdian.sim.base.units import HOURS_A_DAY
from shengdian.sim.record.chain_record import NAME as CHAIN
from shengdian.sim.record.run_folder import CONFIG, FILES, MANIFEST, SUMMARY, SWEEP, read_json, sha256_of
from shengdian.sim.record.tables import COLUMNS, LATER, SCHEMAS, VERSION, is_written

HOLDS: dict[str, type] = {
    "run_id": str,
    "name": str,
    "design": str,
    "seed": int,
    "hours": int,
    "rows": dict,
    "contents": dict,
    "blocks": int,
    "transactions": int,
    "gas": int,
    "gas_by_phase": dict,
    "transactions_by_phase": dict,
}
"""what a manifest holds at least"""
BY_PHASE = ("gas_by_phase", "transactions_by_phase")
"""keys of a manifest that count by phase"""


def parts_of(config: Mapping[str, Any]) -> int:
    """Hours of the market in a clock hour, by a run's resolved config: 1, 2 or 4; 1 where it is an earlier program's."""
    return 60 // int(config.get("market", {}).get("period_minutes", 60))


class Tables(Mapping[str, pd.DataFrame]):
    """The tables in a directory by name, each read when it is first asked for."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._frames: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """The whole table; kept for the next time."""
        if name not in self._frames:
            self._frames[name] = self._read(name, None)
        return self._frames[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COLUMNS)

    def __len__(self) -> int:
        return len(COLUMNS)

    def __repr__(self) -> str:
        return f"Tables {', '.join(COLUMNS)} (in {self.directory})"

    def _repr_html_(self) -> str:
        """Every table with its columns."""
        rows = [(name, ", ".join(columns)) for name, columns in COLUMNS.items()]
        return table(("table", "columns"), rows, str(self.directory), texts=2)

    def between(self, name: str, first: int, last: int) -> pd.DataFrame:
        """The rows of hours `first` up to but not including `last`, read from disk."""
        return self._read(name, [("hour", ">=", first), ("hour", "<", last)])

    def _read(self, name: str, filters: list[tuple[str, str, int]] | None) -> pd.DataFrame:
        path = self.directory / f"{name}.parquet"
        if name not in COLUMNS:
            raise KeyError(f"no table {name!r}; known: {', '.join(COLUMNS)}")
        try:
            lacks = name in LATER and not path.exists()
            found = SCHEMAS[name].empty_table() if lacks else pq.read_table(path, filters=filters, page_checksum_verification=True)
        except (OSError, ValueError, pa.ArrowException) as cause:
            raise InputError(f"{path}: the table is missing or damaged ({cause})") from cause
        frame: pd.DataFrame = found.to_pandas()
        if name == "generation" and "carbon_payment" not in frame:
            frame["carbon_payment"] = 0.0
        if "time" not in frame:
            frame["time"] = None
        if "role" in COLUMNS[name] and "role" not in frame:
            frame["role"] = self._roles(frame["trader"], filters)
        return frame[[*COLUMNS[name]]]

    def _roles(self, traders: pd.Series, filters: list[tuple[str, str, int]] | None) -> pd.Series:
        """The role of every row's trader, for a table of an earlier program: who generates or takes energy has it there."""
        known: dict[str, str] = {name: name for name in NOBODYS}
        for other, who in (("generation", "plant"), ("load", "user")):
            known |= dict(self._read(other, filters)[[who, "role"]].drop_duplicates().itertuples(index=False))
        roles: pd.Series = traders.map(known).fillna("supplier")
        return roles


class Run:
    """A finished run. Wherever the path of its directory is asked for, it stands for that itself."""

    def __init__(self, directory: Path, manifest: dict[str, Any], summary: dict[str, Any], config: dict[str, Any]) -> None:
        self.directory = directory
        self.manifest = manifest
        self.summary = summary
        self.config = config
        """resolved"""
        self.label = str(manifest["design"])
        """what it is called beside others: the design, or whatever it differs in"""
        self.tables = Tables(directory)

    def __fspath__(self) -> str:
        return str(self.directory)

    def __repr__(self) -> str:
        return f"Run {self.design}, seed {self.seed}, {self.hours} hours ({self.directory})"

    def _repr_html_(self) -> str:
        """Its summary."""
        rows = [(key, "-" if value is None else f"{value:,}") for key, value in self.summary.items()]
        return table(("summary", ""), rows, f"{self.run_id}: {self.design}, seed {self.seed}, {self.hours} hours")

    @property
    def run_id(self) -> str:
        """Name of its directory."""
        return str(self.manifest["run_id"])

    @property
    def design(self) -> str:
        """The market design, such as `two_stage`."""
        return str(self.manifest["design"])

    @property
    def seed(self) -> int:
        """Of every random draw."""
        return int(self.manifest["seed"])

    @property
    def hours(self) -> int:
        """How many were simulated: periods of the market, of which a clock hour has `parts`."""
        return int(self.manifest["hours"])

    @property
    def parts(self) -> int:
        """Hours of the market in a clock hour: 1, 2 or 4."""
        return parts_of(self.config)

    @property
    def day(self) -> int:
        """Hours of a day."""
        return HOURS_A_DAY * self.parts

    @property
    def digest(self) -> str:
        """Of all logs of the chain, 0x...: the same orders leave the same one on every chain."""
        return str(self.manifest["digest"])


def load(directory: str | PathLike[str], contents: bool = False) -> Run:
    """Opens a finished run; its tables are read when asked for. `contents` compares every file with its SHA-256 in the manifest.

    Raises InputError where the directory is no run, is of another version, or a part of it is missing or cut short.
    """
    path = Path(directory)
    if not (path / MANIFEST).is_file():
        raise InputError(f"{path}: not a run directory (it has no manifest.json)")
    manifest = read_json(path / MANIFEST)
    if manifest.get("version") != VERSION:
        raise InputError(f"{path}: tables of version {manifest.get('version')!r}; this program reads version {VERSION}")
    _check_manifest(path / MANIFEST, manifest)
    if not (path / CHAIN).is_file():
        raise InputError(f"{path / CHAIN}: missing")
    for name in [each for each in SCHEMAS if each not in _lacking(manifest)]:
        _check_table(path / f"{name}.parquet", name, manifest["rows"].get(name))
    try:
        config = toml_of((path / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise InputError(f"{path / 'config.toml'}: missing or damaged ({cause})") from cause
    run = Run(path, manifest, read_json(path / SUMMARY), config)
    for name, digest in manifest["contents"].items() if contents else ():
        if not (path / name).is_file() or sha256_of(path / name) != digest:
            raise InputError(f"{path / name}: missing or changed since the run was written; move {path} away to run it again")
    return run


def load_all(directories: Sequence[str | PathLike[str]], contents: bool = False) -> list[Run]:
    """Several runs; a directory that holds runs stands for all of them, in the order of the sweep that made them, else of their names.

    `contents` as in `load`.
    """
    runs: list[Run] = []
    for directory in directories:
        path = Path(directory)
        inside = sorted(entry.parent for entry in path.glob(f"*/{MANIFEST}") if not entry.parent.name.startswith("."))
        if (path / MANIFEST).is_file() or not inside:
            runs.append(load(path, contents))
        else:
            swept = _swept(path / SWEEP)
            runs.extend(load(entry, contents) for entry in sorted(inside, key=lambda entry: swept.get(entry.name, len(swept))))
    return runs


def _swept(path: Path) -> dict[str, int]:
    """Place of each run in a sweep's table, by run id; empty where there is no such table."""
    try:
        rows = pq.read_table(path, columns=["run_id"]).column("run_id").to_pylist() if path.is_file() else []
    except (OSError, ValueError, pa.ArrowException) as cause:
        raise InputError(f"{path}: the table is damaged ({cause}); remove it, or run the sweep again") from cause
    return {run_id: place for place, run_id in enumerate(rows)}


def _check_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    missing = [key for key in HOLDS if key not in manifest]
    if missing:
        raise InputError(f"{path}: {', '.join(missing)} missing")
    for key, kind in HOLDS.items():
        if type(manifest[key]) is not kind:
            raise InputError(f"{path}: {key} is {str(manifest[key])[:80]!r}, which it never is")
    for key in BY_PHASE:
        if any(type(count) is not int for count in manifest[key].values()):
            raise InputError(f"{path}: {key} is {str(manifest[key])[:80]!r}, which it never is")
    due = [name for name in FILES if name.removesuffix(".parquet") not in _lacking(manifest)]
    unnamed = [name for name in due if type(manifest["contents"].get(name)) is not str]
    if unnamed:
        raise InputError(f"{path}: contents does not name {', '.join(unnamed)}")


def _lacking(manifest: Mapping[str, Any]) -> set[str]:
    """Tables that the run need not have: an earlier program wrote it."""
    return {name for name in LATER if name not in manifest["rows"]}


def _check_table(path: Path, name: str, rows: int | None) -> None:
    try:
        with pq.ParquetFile(path) as file:
            columns, found = file.schema_arrow.names, file.metadata.num_rows
    except (OSError, ValueError, pa.ArrowException) as cause:
        raise InputError(f"{path}: the table is missing or damaged ({cause})") from cause
    expected = SCHEMAS[name].names
    if is_written(name, columns):
        expected = columns
    if columns != expected and columns == [each for each in expected if each in columns]:
        missing = ", ".join(each for each in expected if each not in columns)
        raise InputError(f"{path}: has no column {missing}; an earlier version of the program wrote it, run it again")
    if columns != expected:
        raise InputError(f"{path}: columns are {', '.join(columns)}; expected {', '.join(expected)}")
    if found != rows:
        raise InputError(f"{path}: {found} rows; the manifest says {rows}")
