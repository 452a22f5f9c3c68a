"""A run on disk: written hour by hour under a temporary name, renamed when it is finished, and read again lazily."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import tomli_w

from sim.chain import Block
from sim.errors import InputError
from sim.record import NAME as CHAIN
from sim.record import ChainRecord, hexadecimal
from sim.tables import COLUMNS, REPEATED, SCHEMAS, VERSION, Columns, columns_of, learning_columns, to_arrow
from sim.types import HourResult, Learned

HOURS_A_GROUP = 24
"""hours that wait in memory before they become a row group of every table"""


def plain(config: Any) -> Any:
    """A config as TOML and JSON can hold it: tables, lists, text, numbers; keys without a value left out."""
    if isinstance(config, Mapping):
        return {str(key): plain(value) for key, value in config.items() if value is not None}
    if isinstance(config, list | tuple):
        return [plain(value) for value in config]
    return config


def config_hash(config: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no blanks) of a resolved config."""
    text = json.dumps(plain(config), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def run_id(name: str, design: str, seed: int, config: Mapping[str, Any]) -> str:
    """The name of a run's directory; the same resolved config, design and seed always have the same."""
    return f"{name}-{design}-seed{seed}-{config_hash(config)[:8]}"


class Tables:
    """The tables in a directory, each read when it is first asked for."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._frames: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """The whole table; kept for the next time."""
        if name not in self._frames:
            self._frames[name] = self._read(name, None)
        return self._frames[name]

    def between(self, name: str, first: int, last: int) -> pd.DataFrame:
        """The rows of hours `first` up to but not including `last`, read from disk."""
        return self._read(name, [("hour", ">=", first), ("hour", "<", last)])

    def _read(self, name: str, filters: list[tuple[str, str, int]] | None) -> pd.DataFrame:
        path = self.directory / f"{name}.parquet"
        if name not in COLUMNS:
            raise KeyError(f"no table {name!r}; known: {', '.join(COLUMNS)}")
        try:
            table = pq.read_table(path, filters=filters, page_checksum_verification=True)
        except (OSError, pa.ArrowException) as cause:
            raise InputError(f"{path}: the table is missing or damaged ({cause})") from cause
        frame: pd.DataFrame = table.to_pandas()
        return frame


class RunWriter:
    """Writes one run. As a context manager it leaves nothing behind unless `finish` was reached.

    Parameters
    ----------
    directory
        where run directories stand; made if need be
    run_id
        name of this run's directory; a finished run of that name is replaced when this one finishes
    config
        resolved, for `config.toml`
    """

    def __init__(self, directory: Path, run_id: str, config: Mapping[str, Any]) -> None:
        self.run_id = run_id
        self.final = Path(directory) / run_id
        self.temporary = Path(directory) / f".{run_id}.unfinished"
        if self.final.exists() and not (self.final / "manifest.json").is_file():
            raise InputError(f"{self.final}: exists and is not a run; move it away or choose another --out")
        shutil.rmtree(self.temporary, ignore_errors=True)
        try:
            self.temporary.mkdir(parents=True)
        except OSError as cause:
            raise InputError(f"{directory}: runs cannot be written here ({cause.strerror})") from cause
        (self.temporary / "config.toml").write_text(tomli_w.dumps(plain(config)), encoding="utf-8", newline="\n")
        self.chain = ChainRecord(self.temporary / CHAIN)
        self.rows = dict.fromkeys(SCHEMAS, 0)
        self.hours = 0
        self.gas: dict[str, int] = {}
        """gas used by phase"""
        self.transactions: dict[str, int] = {}
        """how many by phase"""
        self._waiting: dict[str, list[Columns]] = {name: [] for name in SCHEMAS}
        self._files = {
            name: pq.ParquetWriter(
                self.temporary / f"{name}.parquet", schema, compression="zstd", use_dictionary=REPEATED[name], write_page_checksum=True
            )
            for name, schema in SCHEMAS.items()
        }

    def begin_chain(self, chain_id: int, genesis: Mapping[str, int], deployments: Mapping[str, str]) -> None:
        """The first line of the chain's record; blocks may come before it."""
        self.chain.begin(chain_id, genesis, deployments)

    def block(self, block: Block) -> None:
        """Records a block of the chain."""
        self.chain.block(block)

    def hour(self, result: HourResult) -> None:
        """Adds an hour to every table."""
        for name, columns in columns_of(result):
            self._waiting[name].append(columns)
        for phase, gas in result.gas.items():
            self.gas[phase] = self.gas.get(phase, 0) + gas
        for phase, count in result.transactions.items():
            self.transactions[phase] = self.transactions.get(phase, 0) + count
        self.hours += 1
        if self.hours % HOURS_A_GROUP == 0:
            self._flush()

    def learned(self, hour: int, rows: Sequence[Learned]) -> None:
        """Adds what agents remember at the end of an hour."""
        self._waiting["learning"].append(learning_columns(hour, rows))

    def tables(self) -> Tables:
        """Ends the tables and gives them back to read; no hour can be added after this."""
        self._flush()
        for file in self._files.values():
            file.close()
        return Tables(self.temporary)

    def facts(self) -> dict[str, Any]:
        """What the writer itself knows of the chain: blocks, transactions, gas, digest and last block hash."""
        return {
            "blocks": self.chain.blocks,
            "transactions": self.chain.transactions,
            "gas": self.chain.gas,
            "gas_by_phase": dict(self.gas),
            "transactions_by_phase": dict(self.transactions),
            "last_block_hash": hexadecimal(self.chain.last_hash),
            "digest": self.chain.digest.hex(),
        }

    def finish(self, manifest: Mapping[str, Any], summary: Mapping[str, Any]) -> Path:
        """Writes manifest and summary and moves the run to its final place; returns that place."""
        self.tables()
        self.chain.close()
        own = {"version": VERSION, "run_id": self.run_id, "hours": self.hours, **self.facts(), "rows": self.rows}
        _write_json(self.temporary / "summary.json", summary)
        _write_json(self.temporary / "manifest.json", {**own, **manifest})
        replaced = self.final.with_name(f".{self.run_id}.replaced")
        shutil.rmtree(replaced, ignore_errors=True)
        if self.final.exists():
            os.rename(self.final, replaced)
        os.rename(self.temporary, self.final)
        shutil.rmtree(replaced, ignore_errors=True)
        return self.final

    def abandon(self) -> None:
        """Removes everything this writer wrote; after `finish` it does nothing."""
        for file in self._files.values():
            file.close()
        self.chain.close()
        shutil.rmtree(self.temporary, ignore_errors=True)

    def _flush(self) -> None:
        for name, parts in self._waiting.items():
            table = to_arrow(name, parts)
            if len(table):
                self._files[name].write_table(table)
                self.rows[name] += len(table)
            parts.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.abandon()


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8", newline="\n")


class Run:
    """A finished run."""

    def __init__(self, directory: Path, manifest: dict[str, Any], summary: dict[str, Any], config: dict[str, Any]) -> None:
        self.directory = directory
        self.manifest = manifest
        self.summary = summary
        self.config = config
        """resolved"""
        self.tables = Tables(directory)

    @property
    def run_id(self) -> str:
        """Name of its directory."""
        return str(self.manifest["run_id"])

    @property
    def design(self) -> str:
        """`provincial`, `two_stage` or `coupled`."""
        return str(self.manifest["design"])

    @property
    def seed(self) -> int:
        """Of every random draw."""
        return int(self.manifest["seed"])

    @property
    def hours(self) -> int:
        """How many were simulated."""
        return int(self.manifest["hours"])


def load(directory: str | Path) -> Run:
    """Opens a finished run; its tables are read when asked for.

    Raises InputError where the directory is no run, is of another version, or a part of it is missing or cut short.
    """
    path = Path(directory)
    if not (path / "manifest.json").is_file():
        raise InputError(f"{path}: not a run directory (it has no manifest.json)")
    manifest = _read_json(path / "manifest.json")
    if manifest.get("version") != VERSION:
        raise InputError(f"{path}: tables of version {manifest.get('version')!r}; this program reads version {VERSION}")
    missing = [key for key in ("run_id", "design", "seed", "hours", "rows") if key not in manifest]
    if missing:
        raise InputError(f"{path / 'manifest.json'}: {', '.join(missing)} missing")
    if not (path / CHAIN).is_file():
        raise InputError(f"{path / CHAIN}: missing")
    for name in SCHEMAS:
        _check_table(path / f"{name}.parquet", name, manifest["rows"].get(name))
    try:
        config = tomllib.loads((path / "config.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise InputError(f"{path / 'config.toml'}: missing or damaged ({cause})") from cause
    return Run(path, manifest, _read_json(path / "summary.json"), config)


def load_all(directories: Sequence[str | Path]) -> list[Run]:
    """Several runs; a directory that holds runs stands for all of them, in the order of their names."""
    runs: list[Run] = []
    for directory in directories:
        path = Path(directory)
        inside = sorted(entry.parent for entry in path.glob("*/manifest.json") if not entry.parent.name.startswith("."))
        if (path / "manifest.json").is_file() or not inside:
            runs.append(load(path))
        else:
            runs.extend(load(entry) for entry in inside)
    return runs


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise InputError(f"{path}: missing or damaged ({cause})") from cause
    if not isinstance(value, dict):
        raise InputError(f"{path}: holds no object")
    return value


def _check_table(path: Path, name: str, rows: int | None) -> None:
    try:
        with pq.ParquetFile(path) as file:
            columns, found = file.schema_arrow.names, file.metadata.num_rows
    except (OSError, pa.ArrowException) as cause:
        raise InputError(f"{path}: the table is missing or damaged ({cause})") from cause
    if columns != SCHEMAS[name].names:
        raise InputError(f"{path}: columns are {', '.join(columns)}; expected {', '.join(SCHEMAS[name].names)}")
    if found != rows:
        raise InputError(f"{path}: {found} rows; the manifest says {rows}")
