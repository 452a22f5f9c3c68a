"""The tables on disk against the rebuilt rows, in order, part by part. The first difference in a table ends its comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shengdian.audit.hour import HOURS_AT_ONCE, HourRebuilt
from shengdian.audit.verdict import Difference
from shengdian.sim.record.tables import SCHEMAS, Columns, columns_of, is_written, to_arrow

PLACES = ("hour", "order_id", "trader", "zone", "id", "plant", "storage", "user", "from", "to", "cause", "stage")
"""columns that say which row it is"""


class _Table:
    """One table on disk, read from the first row to the last."""

    def __init__(self, path: Path, name: str) -> None:
        self.name, self.row = name, 0
        self.difference = ""
        """why its comparison ended; empty while it goes on"""
        self.schema = SCHEMAS[name]
        """what it should have: what this program writes, or what an earlier one did"""
        self._batches: Iterator[Any] = iter(())
        self._file: Any = None
        try:
            self._file = pq.ParquetFile(path, page_checksum_verification=True)
        except (OSError, ValueError, pa.ArrowException) as cause:
            self.difference = f"the table is missing or damaged ({cause})"
            return
        columns = self._file.schema_arrow.names
        if is_written(name, columns):
            self.schema = pa.schema([SCHEMAS[name].field(column) for column in columns])
        if not self._file.schema_arrow.equals(self.schema, check_metadata=False):
            self.difference = f"its columns are {', '.join(self._file.schema_arrow.names)}, or of other types than a run writes"
        self._rest = self.schema.empty_table()
        self.rows: int = self._file.metadata.num_rows
        self._batches = self._file.iter_batches(1 << 16)

    def take(self, count: int) -> pa.Table:
        """The next `count` rows, fewer where the table ends. Raises OSError or ArrowException where it is damaged."""
        while len(self._rest) < count and (batch := next(self._batches, None)) is not None:
            self._rest = pa.concat_tables([self._rest, pa.Table.from_batches([batch]).cast(self.schema)])
        taken, self._rest = self._rest.slice(0, count), self._rest.slice(count)
        return taken

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


IN_NO_LOG = ("learning",)
"""tables of what agents keep to themselves"""


class TableAudit:
    """Every table of a run directory."""

    def __init__(self, directory: Path) -> None:
        self.differences: list[Difference] = []
        self.rows = dict.fromkeys(SCHEMAS, 0)
        """rebuilt, by table"""
        self._tables = {name: _Table(directory / f"{name}.parquet", name) for name in SCHEMAS if name not in IN_NO_LOG}
        self._waiting: dict[str, list[tuple[Columns, HourRebuilt]]] = {name: [] for name in self._tables}
        for name in IN_NO_LOG:
            self._count(directory / f"{name}.parquet", name)
        self._hours = 0

    def add(self, hour: HourRebuilt) -> None:
        """One more hour with its rebuilt rows."""
        assert hour.result is not None
        for name, columns in columns_of(hour.result):
            self._waiting[name].append((columns, hour))
        self._hours += 1
        if self._hours % HOURS_AT_ONCE == 0:
            self._flush()

    def _count(self, path: Path, name: str) -> None:
        """The rows of a table that only its SHA-256 in the manifest protects."""
        try:
            self.rows[name] = pq.read_metadata(path).num_rows
        except (OSError, ValueError, pa.ArrowException) as cause:
            self.differences.append(Difference(f"the table is missing or damaged ({cause})", table=name))

    def finish(self, whole: bool) -> None:
        """No more hours. `whole`: all of the run's were rebuilt, so that a table that goes on has rows too many."""
        self._flush()
        for name, table in self._tables.items():
            if whole and not table.difference:
                try:
                    if len(table.take(1)):
                        table.difference = (
                            f"the table goes on where the chain's rows end; it has {table.rows} rows, the chain {self.rows[name]}"
                        )
                        self.differences.append(Difference(table.difference, table=name, row=table.row))
                except (OSError, ValueError, pa.ArrowException) as cause:
                    self.differences.append(Difference(f"the table is damaged ({cause})", table=name, row=table.row))
            elif table.difference and not any(found.table == name for found in self.differences):
                self.differences.append(Difference(table.difference, table=name))
            table.close()

    def _flush(self) -> None:
        for name, waiting in self._waiting.items():
            due = to_arrow(name, [columns for columns, _ in waiting]).select(self._tables[name].schema.names)
            self.rows[name] += len(due)
            if not self._tables[name].difference:
                self._compare(self._tables[name], due, waiting)
            waiting.clear()

    def _compare(self, table: _Table, due: pa.Table, waiting: list[tuple[Columns, HourRebuilt]]) -> None:
        try:
            found = table.take(len(due))
        except (OSError, ValueError, pa.ArrowException) as cause:
            table.difference = f"the table is damaged ({cause})"
            self.differences.append(Difference(table.difference, table=table.name, row=table.row))
            return
        if found.equals(due):
            table.row += len(due)
            return
        row = first_difference(found, due)
        if row is None:
            row = len(found)
            table.difference = f"the table ends; the chain has {_row(due, row)} next"
        else:
            table.difference = sentence(found, due, row)
        block, transaction = _origin(due, row, waiting)
        self.differences.append(Difference(table.difference, block, transaction, table.name, table.row + row))


def first_difference(found: pa.Table, due: pa.Table) -> int | None:
    """The first row that differs; None where `found` only ends early."""
    least, most = 0, len(found)
    if found.equals(due.slice(0, most)):
        return None
    while most - least > 1:
        middle = (least + most) // 2
        if found.slice(least, middle - least).equals(due.slice(least, middle - least)):
            least = middle
        else:
            most = middle
    return least


def sentence(found: pa.Table, due: pa.Table, row: int, who: str = "the chain") -> str:
    """What a row says otherwise than `who` makes it."""
    said, made = found.slice(row, 1).to_pylist()[0], due.slice(row, 1).to_pylist()[0]
    wrong = [name for name in made if said[name] != made[name]]
    values = "; ".join(f"{name} is {said[name]!r}, {who} makes it {made[name]!r}" for name in wrong[:3])
    more = f"; and {len(wrong) - 3} more columns" if len(wrong) > 3 else ""
    moved = said in due.to_pylist() or made in found.to_pylist()
    hint = " (one of the two rows stands elsewhere in the table: rows were moved, added or taken out)" if moved else ""
    place = _row(due, row)
    return f"of {place}: {values}{more}{hint}" if place else f"{values}{more}{hint}"


def _row(table: pa.Table, row: int) -> str:
    """The columns that say which row it is."""
    values: Mapping[str, Any] = table.slice(row, 1).to_pylist()[0]
    return " ".join(f"{name} {values[name]}" for name in PLACES if name in values)


def _origin(due: pa.Table, row: int, waiting: list[tuple[Columns, HourRebuilt]]) -> tuple[int | None, str | None]:
    """Block and transaction that a rebuilt row comes from: its own where it has them, else the hour's clearing."""
    values = due.slice(row, 1).to_pylist()[0]
    if "transaction" in values:
        return values["block"], values["transaction"]
    for columns, hour in waiting:
        size = len(next(iter(columns.values())))
        if row < size:
            return hour.block, hour.transaction
        row -= size
    return None, None
