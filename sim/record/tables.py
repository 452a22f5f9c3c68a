"""The long tables of a run: one schema a table, in one place, how the values of an hour become rows, and rows Parquet.

Inside, everything is an integer; in the tables energy is MWh and money CNY. Every number is the float nearest to a whole count of kWh,
fen/MWh, 1e-5 CNY or g, so `whole` gets the integer back exactly and sums of integers balance with ==.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shengdian.sim.base.columns import ColumnData, OptionalColumn, Rows, TextColumn, plain, same
from shengdian.sim.base.hour_result import (
    Agreement,
    AllocationRow,
    Bill,
    Consumption,
    Default,
    DifferencePayment,
    Entry,
    Generation,
    HourResult,
    Learned,
    LineFlow,
    OrderResult,
    ReservoirDay,
    StorageHour,
    ZonePrice,
)
from shengdian.sim.base.schema import CURRENCY, PRICE, TEXT, Declared, Kind, declared, labelled
from shengdian.sim.record.background import Background
from shengdian.sim.record.day_batches import NAME as DAYS
from shengdian.sim.record.day_batches import add_day, read_days

VERSION: Final = 3
"""of the tables' layout; `load` refuses any other"""
HOURS_A_GROUP = 24
"""hours that wait in memory before they become a row group of every table"""

ROWS: Final[Mapping[str, type]] = {
    "orders": OrderResult,
    "prices": ZonePrice,
    "flows": LineFlow,
    "agreements": Agreement,
    "allocation": AllocationRow,
    "generation": Generation,
    "load": Consumption,
    "ledger": Entry,
    "value": Consumption,
    "defaults": Default,
    "reservoirs": ReservoirDay,
    "storage": StorageHour,
    "bills": Bill,
    "differences": DifferencePayment,
    "learning": Learned,
}
"""The class whose fields declare the columns, by table. Seven tables are beyond the interface: `value` (what served energy is worth to its
user), which welfare needs, `defaults` (who did not pay when accounts were closed), empty without collateral, `reservoirs` (water by day),
empty without any, `storage` (what storage buys, sells and holds), empty where none takes part, `bills` (what captive users pay), empty
where they are not billed, `differences` (what financial contracts paid), empty where contracts are physical, and `learning` (what agents
remember at the end of every day), which no log holds."""

TIME: Final = Declared("time", TEXT, "when the hour begins in the market, with the offset of the region's clock")
"""the last column of every table"""
DECLARED: Final[Mapping[str, Mapping[str, Declared]]] = {table: {**declared(row, table), "time": TIME} for table, row in ROWS.items()}

COLUMNS: Final[Mapping[str, Mapping[str, Kind]]] = {
    table: {name: column.kind for name, column in columns.items()} for table, columns in DECLARED.items()
}
"""what every column holds, by table"""


def describe() -> dict[str, list[tuple[str, str, str, str]]]:
    """Every table's columns in order: name, type as Arrow calls it, unit (empty where there is none) and meaning."""
    return {
        table: [(name, column.kind.type, column.kind.unit, column.meaning) for name, column in columns.items()]
        for table, columns in DECLARED.items()
    }


def _schema(columns: Mapping[str, Kind], currency: str) -> pa.Schema:
    return pa.schema(
        [
            pa.field(name, pa.type_for_alias(kind.type), metadata={"unit": labelled(kind.unit, currency)} if kind.unit else None)
            for name, kind in columns.items()
        ],
        metadata={"shengdian.version": str(VERSION)},
    )


def schemas(currency: str) -> dict[str, pa.Schema]:
    """Columns by table, with their units in a region's currency."""
    return {name: _schema(columns, currency) for name, columns in COLUMNS.items()}


def currency_of(prices: pa.Schema) -> str:
    """The currency that the table `prices` is in."""
    column = next(name for name, kind in COLUMNS["prices"].items() if kind is PRICE)
    unit: bytes = (prices.field(column).metadata or {}).get(b"unit", PRICE.unit.encode())
    return unit.decode().partition("/")[0]


SCHEMAS: Final[Mapping[str, pa.Schema]] = schemas(CURRENCY)

REPEATED: Final[Mapping[str, list[str]]] = {
    table: [name for name, kind in columns.items() if kind.repeats] for table, columns in COLUMNS.items()
}
"""columns that are stored as a dictionary"""

Columns = Mapping[str, ColumnData]
"""every column of a table, numbers in whole counts"""


def whole(values: Any, kind: Kind) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The whole counts (kWh, fen/MWh, 1e-5 CNY, g) behind a column without nulls."""
    return np.rint(np.asarray(values, dtype=np.float64) * kind.scale).astype(np.int64)


def to_arrow(name: str, parts: Sequence[Columns]) -> pa.Table:
    """Parts in whole counts, one after the other, to the table `name` in its units."""
    arrays = [_array([part[column] for part in parts], kind) for column, kind in COLUMNS[name].items()]
    return pa.Table.from_arrays(arrays, schema=SCHEMAS[name])


def _array(parts: Sequence[ColumnData], kind: Kind) -> pa.Array:
    texts = [part for part in parts if isinstance(part, TextColumn)]
    if texts and len(texts) == len(parts):
        text = TextColumn.joined(texts)
        return pa.array(text.words, pa.string()).take(pa.array(text.places))
    numbers = [
        part.numbers if isinstance(part, OptionalColumn) else part for part in parts if isinstance(part, np.ndarray | OptionalColumn)
    ]
    if len(numbers) == len(parts) and kind.type != "string":
        whole = np.concatenate(numbers) if parts else np.zeros(0, np.int64)
        absent = None
        if any(isinstance(part, OptionalColumn) for part in parts):
            absent = np.concatenate([part.absent if isinstance(part, OptionalColumn) else np.zeros(len(part), np.bool_) for part in parts])
        return pa.array(whole / kind.scale if kind.scale else whole, type=pa.type_for_alias(kind.type), mask=absent)
    values = [value for part in parts for value in plain(part)]
    if kind.scale:
        values = [None if value is None else value / kind.scale for value in values]
    return pa.array(values, type=pa.type_for_alias(kind.type))


STATUSES = ("reverted", "unfilled", "partial", "filled")


def statuses(errors: ColumnData, filled: ColumnData, quantity: ColumnData) -> TextColumn:
    """By order: `reverted` where the contract refused it, else `filled`, `partial` or `unfilled`."""
    energy, wanted = np.asarray(filled, np.int64), np.asarray(quantity, np.int64)
    place = np.where(energy == 0, 1, np.where(energy == wanted, 3, 2))
    if not (isinstance(errors, TextColumn) and not any(errors.words)):
        place[[bool(error) for error in errors]] = 0
    return TextColumn(STATUSES, place)


def columns_of(result: HourResult) -> Iterator[tuple[str, Columns]]:
    """Everything that an hour adds, with the names of the tables."""
    hour, time = result.hour, result.time
    for stage in result.stages:
        status = statuses(*(_column(stage.orders, name) for name in ("error", "filled", "quantity")))
        yield "orders", _columns("orders", hour, time, stage.orders, mechanism=same(stage.mechanism, len(stage.orders)), status=status)
        yield "prices", _columns("prices", hour, time, [ZonePrice(stage.stage, zone, price) for zone, price in stage.prices.items()])
        yield "flows", _columns("flows", hour, time, stage.flows)
    yield "agreements", _columns("agreements", hour, time, result.agreements)
    yield "allocation", _columns("allocation", hour, time, result.allocation)
    yield "generation", _columns("generation", hour, time, result.generation)
    users = result.consumption
    demand, contracted, bought = (np.asarray(_column(users, name), np.int64) for name in ("demand", "contracted", "bought"))
    yield "load", _columns("load", hour, time, users, unserved=demand - contracted - bought)
    yield "value", _columns("value", hour, time, users)
    yield "ledger", _columns("ledger", hour, time, result.ledger)
    yield "defaults", _columns("defaults", hour, time, result.defaults)
    yield "reservoirs", _columns("reservoirs", hour, time, result.reservoirs)
    yield "storage", _columns("storage", hour, time, result.storage)
    yield "bills", _columns("bills", hour, time, result.bills)
    yield "differences", _columns("differences", hour, time, result.differences)


def learning_columns(hour: int, time: str, rows: Sequence[Learned]) -> Columns:
    """What agents remember after the hour, which begins at `time`, for the table `learning`."""
    return _columns("learning", hour, time, rows)


def _column(rows: Sequence[Any], field: str) -> ColumnData:
    """A field of all rows, which are kept as columns or one by one."""
    return rows.columns[field] if isinstance(rows, Rows) else [getattr(row, field) for row in rows]


def _columns(table: str, hour: int, time: str, rows: Sequence[Any], **more: ColumnData) -> Columns:
    """The columns of a table: those that rows keep, the hour and when it begins, and `more` by field."""
    known = {"hour": np.full(len(rows), hour), "time": same(time, len(rows)), **more}
    fields = {name: column.field for name, column in DECLARED[table].items()}
    return {name: known[field] if field in known else _column(rows, field) for name, field in fields.items()}


class TableWriter:
    """Writes the tables of one run, a row group a day. Parquet cannot be added to after a stop, so that days are kept beside it as well.

    Parameters
    ----------
    folder
        where the files are
    background
        the thread that compresses and writes
    currency
        the label of money in units
    """

    def __init__(self, folder: Path, background: Background, currency: str = CURRENCY) -> None:
        self._folder, self._background, self._schemas = folder, background, schemas(currency)
        self.days = (folder / DAYS).open("ab")
        """the rows so far, which only grow"""
        self.rows = dict.fromkeys(SCHEMAS, 0)
        """written, by table"""
        self.hours = 0
        self.gas: dict[str, int] = {}
        """gas used by phase"""
        self.transactions: dict[str, int] = {}
        """how many by phase"""
        self._waiting: dict[str, list[Columns]] = {name: [] for name in SCHEMAS}
        self._parquet = ExitStack()
        self._files: dict[str, pq.ParquetWriter] = {}

    def go_on(self, hours: int, counted: Mapping[str, Mapping[str, int]]) -> None:
        """Takes over `hours` that are in the file of days, and what was `counted` in them: gas and transactions."""
        self.hours, self.gas, self.transactions = hours, dict(counted["gas"]), dict(counted["transactions"])
        self._background.do(self._write_kept)

    def learned(self, hour: int, time: str, rows: Sequence[Learned]) -> None:
        """Adds what agents remember at the end of an hour, which begins at `time`."""
        self._waiting["learning"].append(learning_columns(hour, time, rows))

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
            self.flush()

    def flush(self) -> None:
        """All hours that wait become a row group of every table."""
        if any(self._waiting.values()):
            self._background.do(self._write_day, {name: to_arrow(name, parts) for name, parts in self._waiting.items()})
            for parts in self._waiting.values():
                parts.clear()

    def end(self) -> None:
        """Ends the files; no hour can be added after this."""
        if not self.days.closed:
            self.flush()
            self._background.do(self._end)
            self._background.wait()
            self.days.close()

    def close(self) -> None:
        """Closes the files as they are."""
        with suppress(OSError):
            self._parquet.close()
        with suppress(OSError):
            self.days.close()

    # --- on the thread in the background, one after another --------------------------------------------------------------------

    def _write_kept(self) -> None:
        """The days before the checkpoint."""
        for day in read_days(self._folder / DAYS, tuple(SCHEMAS)):
            self._write(day)

    def _write_day(self, day: Mapping[str, pa.Table]) -> None:
        add_day(self.days, day)
        self._write(day)

    def _write(self, day: Mapping[str, pa.Table]) -> None:
        """A row group a day."""
        self._open()
        for name, table in day.items():
            if len(table):
                self._files[name].write_table(table)
                self.rows[name] += len(table)

    def _open(self) -> None:
        options: dict[str, Any] = {"compression": "zstd", "write_page_checksum": True}
        for name, schema in () if self._files else self._schemas.items():
            file = pq.ParquetWriter(self._folder / f"{name}.parquet", schema, use_dictionary=REPEATED[name], **options)
            self._files[name] = self._parquet.enter_context(file)

    def _end(self) -> None:
        self._open()
        self._parquet.close()
