"""A copy of a run directory that can be tampered with, and the cleaning up afterwards."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shengdian.audit.files import CONTENTS
from shengdian.experiments.results.metrics import summarise
from shengdian.sim.record.chain_record import NAME, Counted
from shengdian.sim.record.finished_run import Tables
from shengdian.sim.record.recorded_blocks import Unreadable, read
from shengdian.sim.record.run_folder import MANIFEST, SUMMARY, sha256_of
from shengdian.sim.record.tables import COLUMNS, SCHEMAS, whole


class Books:
    """The tables as frames, and, of a run directory, its files. A database has only the tables."""

    def __init__(self, tables: dict[str, pd.DataFrame], directory: Path | None = None) -> None:
        self.tables = tables
        self._directory = directory

    @property
    def directory(self) -> Path:
        """Of the run; AssertionError for the books of a database."""
        assert self._directory is not None, "a database has no files"
        return self._directory

    # --- tables ---------------------------------------------------------------------------------------------------------------

    def row(self, table: str, at: int = 0, **values: Any) -> int:
        """The place of the row of `table` with these values, the first one but `at`."""
        frame = self.tables[table]
        found = frame
        for column, value in values.items():
            found = found[found[column] == value]
        return int(found.index[at])

    def value(self, table: str, row: int, column: str) -> Any:
        """One value."""
        return self.tables[table].loc[row, column]

    def values(self, table: str, row: int) -> dict[str, Any]:
        """A row."""
        return {str(column): value for column, value in self.tables[table].loc[row].items()}

    def set(self, table: str, row: int, **values: Any) -> None:
        """Overwrites values of a row."""
        for column, value in values.items():
            self.tables[table].loc[row, column] = value

    def add(self, table: str, row: int, column: str, amount: float) -> None:
        """Adds to a number, to the whole count that the column has."""
        kind = COLUMNS[table][column]
        before, more = whole([self.tables[table].loc[row, column], amount], kind)
        self.tables[table].loc[row, column] = (before + more) / kind.scale

    def delete(self, table: str, row: int) -> None:
        """Takes a row out."""
        self.tables[table] = self.tables[table].drop(index=row).reset_index(drop=True)

    def insert(self, table: str, row: int, **values: Any) -> None:
        """Puts a copy of the row before it, with other values."""
        frame = self.tables[table]
        copied = frame.iloc[[row]].assign(**values)
        self.tables[table] = pd.concat([frame.iloc[:row], copied, frame.iloc[row:]], ignore_index=True)

    def swap(self, table: str, one: int, other: int) -> None:
        """Exchanges two rows."""
        frame = self.tables[table]
        order = list(range(len(frame)))
        order[one], order[other] = order[other], order[one]
        self.tables[table] = frame.iloc[order].reset_index(drop=True)

    # --- the record -----------------------------------------------------------------------------------------------------------

    def blocks(self, change: Callable[[list[dict[str, Any]]], None]) -> None:
        """Edits the lines of the record: the first line, then the blocks."""
        path = self.directory / NAME
        with gzip.open(path, "rt", encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        change(lines)
        with gzip.open(path, "wt", encoding="utf-8", newline="\n", compresslevel=1) as out:
            out.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)

    def block(self, number: int, change: Callable[[dict[str, Any]], None]) -> None:
        """Edits a block of the record."""
        self.blocks(lambda lines: change(lines[number]))

    def json(self, file: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Edits a JSON file."""
        path = self.directory / file
        value = json.loads(path.read_text(encoding="utf-8"))
        change(value)
        path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")

    # --- cleaning up ----------------------------------------------------------------------------------------------------------

    def write_tables(self) -> None:
        """The frames as the run's Parquet files."""
        for name, frame in self.tables.items():
            pq.write_table(pa.Table.from_pandas(frame, schema=SCHEMAS[name], preserve_index=False), self.directory / f"{name}.parquet")

    def seal(self) -> None:
        """Makes manifest and summary fit what the files now say, as far as that can be reckoned without carrying anything out."""
        facts = self._facts()

        def update(manifest: dict[str, Any]) -> None:
            manifest.update({key: value for key, value in facts.items() if key in manifest})
            manifest["rows"] = {name: pq.read_metadata(self.directory / f"{name}.parquet").num_rows for name in SCHEMAS}

        self.json(MANIFEST, update)
        manifest = json.loads((self.directory / MANIFEST).read_text(encoding="utf-8"))
        summary = summarise(Tables(self.directory), manifest["hours"], manifest)
        (self.directory / SUMMARY).write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
        self.hash_files()

    def hash_files(self) -> None:
        """The SHA-256 of every file into the manifest."""
        self.json(MANIFEST, lambda manifest: manifest.update({CONTENTS: self._hashes()}))

    def _hashes(self) -> dict[str, str]:
        return {path.name: sha256_of(path) for path in sorted(self.directory.iterdir()) if path.is_file() and path.name != MANIFEST}

    def _facts(self) -> dict[str, Any]:
        counted = Counted()
        with suppress(Unreadable):  # where the attack left nothing that can be read on, what was counted so far is as good as anything
            for each in read(self.directory / NAME)[2]:
                counted.add(each.block)
        return counted.facts()
