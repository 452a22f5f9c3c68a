"""The long tables of a run: one schema a table, in one place, and how the values of an hour become rows.

Inside, everything is an integer; in the tables energy is MWh and money CNY. Every number is the float nearest to a whole count of kWh,
fen/MWh, 1e-5 CNY or g, so `whole` gets the integer back exactly and sums of integers balance with ==.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from shengdian.sim.base.columns import Column, OptionalColumn, Rows, TextColumn, plain, same
from shengdian.sim.base.hour_result import (
    Agreement,
    AllocationRow,
    Consumption,
    Default,
    Entry,
    Generation,
    HourResult,
    Learned,
    LineFlow,
    OrderResult,
)
from shengdian.sim.base.units import FEN_PER_CNY, GRAMS_PER_TONNE, KWH_PER_MWH, MONEY_PER_CNY

VERSION: Final = 2
"""of the tables' layout; `load` refuses any other"""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds."""

    type: pa.DataType
    unit: str
    """as written into the column's metadata; empty where there is none"""
    scale: int = 0
    """whole counts in one unit; 0 where the column is not scaled"""


TEXT: Final = Kind(pa.string(), "")
ID: Final = Kind(pa.string(), "")
"""text that seldom repeats"""
COUNT: Final = Kind(pa.int64(), "")
NUMBER: Final = Kind(pa.float64(), "")
DAY: Final = Kind(pa.int32(), "days since the start of the run")
HOUR: Final = Kind(pa.int32(), "hours since the start of the run")
PRICE: Final = Kind(pa.float64(), "CNY/MWh", FEN_PER_CNY)
ENERGY: Final = Kind(pa.float64(), "MWh", KWH_PER_MWH)
MONEY: Final = Kind(pa.float64(), "CNY", MONEY_PER_CNY)
MASS: Final = Kind(pa.float64(), "t CO2", GRAMS_PER_TONNE)

COLUMNS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "orders": {
        "hour": HOUR,
        "stage": TEXT,
        "mechanism": TEXT,
        "order_id": ID,
        "trader": TEXT,
        "zone": TEXT,
        "side": TEXT,
        "price_cny_mwh": PRICE,
        "quantity_mwh": ENERGY,
        "filled_mwh": ENERGY,
        "paid_price_cny_mwh": PRICE,
        "status": TEXT,
        "error": TEXT,
    },
    "prices": {"hour": HOUR, "stage": TEXT, "zone": TEXT, "price_cny_mwh": PRICE},
    "flows": {
        "hour": HOUR,
        "from": TEXT,
        "to": TEXT,
        "sent_mwh": ENERGY,
        "received_mwh": ENERGY,
        "wheeling_cny": MONEY,
        "rent_cny": MONEY,
    },
    "agreements": {
        "id": ID,
        "mechanism": TEXT,
        "seller": TEXT,
        "buyer": TEXT,
        "seller_zone": TEXT,
        "buyer_zone": TEXT,
        "price_cny_mwh": PRICE,
        "hour": HOUR,
        "quantity_mwh": ENERGY,
    },
    "allocation": {"day": DAY, "hour": HOUR, "plant": TEXT, "zone": TEXT, "contract_mwh": ENERGY, "status": TEXT},
    "generation": {
        "hour": HOUR,
        "plant": TEXT,
        "zone": TEXT,
        "tech": TEXT,
        "available_mwh": ENERGY,
        "scheduled_mwh": ENERGY,
        "metered_mwh": ENERGY,
        "cost_cny": MONEY,
        "co2_t": MASS,
    },
    "load": {
        "hour": HOUR,
        "user": TEXT,
        "zone": TEXT,
        "demand_mwh": ENERGY,
        "contracted_mwh": ENERGY,
        "bought_mwh": ENERGY,
        "unserved_mwh": ENERGY,
    },
    "ledger": {
        "hour": HOUR,
        "trader": TEXT,
        "cause": TEXT,
        "money_cny": MONEY,
        "energy_mwh": ENERGY,
        "block": COUNT,
        "transaction": TEXT,
    },
    "value": {"hour": HOUR, "user": TEXT, "zone": TEXT, "value_cny": MONEY},
    "defaults": {
        "hour": HOUR,
        "trader": TEXT,
        "owed_cny": MONEY,
        "from_collateral_cny": MONEY,
        "from_fund_cny": MONEY,
        "shared_cny": MONEY,
    },
    "learning": {"hour": HOUR, "agent": TEXT, "strategy": TEXT, "key": TEXT, "value": NUMBER},
}
"""Column by column. Three tables are beyond the interface: `value` (what served energy is worth to its user), which welfare needs,
`defaults` (who did not pay when accounts were closed), empty without collateral, and `learning` (what agents remember at the end of
every day), which no log holds."""


def _schema(columns: Mapping[str, Kind]) -> pa.Schema:
    return pa.schema(
        [pa.field(name, kind.type, metadata={"unit": kind.unit} if kind.unit else None) for name, kind in columns.items()],
        metadata={"shengdian.version": str(VERSION)},
    )


SCHEMAS: Final[Mapping[str, pa.Schema]] = {name: _schema(columns) for name, columns in COLUMNS.items()}

REPEATED: Final[Mapping[str, list[str]]] = {
    table: [name for name, kind in columns.items() if kind is TEXT] for table, columns in COLUMNS.items()
}
"""columns that are stored as a dictionary"""

Columns = Mapping[str, Column]
"""every column of a table, numbers in whole counts"""


def whole(values: Any, kind: Kind) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The whole counts (kWh, fen/MWh, 1e-5 CNY, g) behind a column without nulls."""
    return np.rint(np.asarray(values, dtype=np.float64) * kind.scale).astype(np.int64)


def to_arrow(name: str, parts: Sequence[Columns]) -> pa.Table:
    """Parts in whole counts, one after the other, to the table `name` in its units."""
    arrays = [_array([part[column] for part in parts], kind) for column, kind in COLUMNS[name].items()]
    return pa.Table.from_arrays(arrays, schema=SCHEMAS[name])


def _array(parts: Sequence[Column], kind: Kind) -> pa.Array:
    if parts and all(isinstance(part, TextColumn) for part in parts):
        return _texts([part for part in parts if isinstance(part, TextColumn)])
    numbers = [
        part.numbers if isinstance(part, OptionalColumn) else part for part in parts if isinstance(part, np.ndarray | OptionalColumn)
    ]
    if len(numbers) == len(parts) and kind.type != pa.string():
        whole = np.concatenate(numbers) if parts else np.zeros(0, np.int64)
        absent = None
        if any(isinstance(part, OptionalColumn) for part in parts):
            absent = np.concatenate([part.absent if isinstance(part, OptionalColumn) else np.zeros(len(part), np.bool_) for part in parts])
        return pa.array(whole / kind.scale if kind.scale else whole, type=kind.type, mask=absent)
    values = [value for part in parts for value in plain(part)]
    if kind.scale:
        values = [None if value is None else value / kind.scale for value in values]
    return pa.array(values, type=kind.type)


def _texts(parts: Sequence[TextColumn]) -> pa.Array:
    """The text of all parts; every list of words is taken once, however many parts share it."""
    begins: dict[int, int] = {}
    words: list[str] = []
    for part in parts:
        if id(part.words) not in begins:
            begins[id(part.words)] = len(words)
            words += part.words
    places = np.concatenate([part.places + begins[id(part.words)] for part in parts])
    return pa.array(words, pa.string()).take(pa.array(places))


STATUSES = ("reverted", "unfilled", "partial", "filled")


def statuses(errors: Column, filled: Column, quantity: Column) -> TextColumn:
    """By order: `reverted` where the contract refused it, else `filled`, `partial` or `unfilled`."""
    energy, wanted = np.asarray(filled, np.int64), np.asarray(quantity, np.int64)
    place = np.where(energy == 0, 1, np.where(energy == wanted, 3, 2))
    if not (isinstance(errors, TextColumn) and not any(errors.words)):
        place[[bool(error) for error in errors]] = 0
    return TextColumn(STATUSES, place)


def columns_of(result: HourResult) -> Iterator[tuple[str, Columns]]:
    """Everything that an hour adds, with the names of the tables."""
    for stage in result.stages:
        orders = Rows.of(OrderResult, stage.orders).columns
        yield (
            "orders",
            {
                "hour": np.full(len(stage.orders), result.hour),
                "stage": orders["stage"],
                "mechanism": TextColumn((stage.mechanism,), np.zeros(len(stage.orders), np.int64)),
                "order_id": orders["order_id"],
                "trader": orders["trader"],
                "zone": orders["zone"],
                "side": orders["side"],
                "price_cny_mwh": orders["price"],
                "quantity_mwh": orders["quantity"],
                "filled_mwh": orders["filled"],
                "paid_price_cny_mwh": orders["paid_price"],
                "status": statuses(orders["error"], orders["filled"], orders["quantity"]),
                "error": orders["error"],
            },
        )
        zones = len(stage.prices)
        prices: dict[str, Column] = {"zone": list(stage.prices), "price_cny_mwh": list(stage.prices.values())}
        yield "prices", {"hour": np.full(zones, result.hour), "stage": same(stage.stage, zones), **prices}
        yield "flows", _renamed(result.hour, Rows.of(LineFlow, stage.flows), FLOWS)
    yield "agreements", _renamed(result.hour, Rows.of(Agreement, result.agreements), AGREEMENTS)
    yield "allocation", _renamed(result.hour, Rows.of(AllocationRow, result.allocation), ALLOCATION)
    yield "generation", _renamed(result.hour, Rows.of(Generation, result.generation), GENERATION)
    users = Rows.of(Consumption, result.consumption)
    demand, contracted, bought = (np.asarray(users.columns[name], np.int64) for name in ("demand", "contracted", "bought"))
    yield "load", _renamed(result.hour, users, LOAD) | {"unserved_mwh": demand - contracted - bought}
    yield "value", _renamed(result.hour, users, VALUE)
    yield "ledger", _renamed(result.hour, Rows.of(Entry, result.ledger), LEDGER)
    yield "defaults", _renamed(result.hour, Rows.of(Default, result.defaults), DEFAULTS)


def learning_columns(hour: int, rows: Sequence[Learned]) -> Columns:
    """What agents remember after the hour, for the table `learning`."""
    return _renamed(hour, Rows.of(Learned, rows), LEARNING)


def _renamed(hour: int, rows: Rows[Any], names: Mapping[str, str]) -> dict[str, Column]:
    """The columns of rows under the names of a table, and the hour."""
    return {"hour": np.full(len(rows), hour), **{name: rows.columns[field] for name, field in names.items()}}


FLOWS: Final = {
    "from": "source",
    "to": "target",
    "sent_mwh": "sent",
    "received_mwh": "received",
    "wheeling_cny": "wheeling",
    "rent_cny": "rent",
}
AGREEMENTS: Final = {
    "id": "id",
    "mechanism": "mechanism",
    "seller": "seller",
    "buyer": "buyer",
    "seller_zone": "seller_zone",
    "buyer_zone": "buyer_zone",
    "price_cny_mwh": "price",
    "quantity_mwh": "quantity",
}
ALLOCATION: Final = {"day": "day", "plant": "plant", "zone": "zone", "contract_mwh": "contract", "status": "status"}
GENERATION: Final = {
    "plant": "plant",
    "zone": "zone",
    "tech": "tech",
    "available_mwh": "available",
    "scheduled_mwh": "scheduled",
    "metered_mwh": "metered",
    "cost_cny": "cost",
    "co2_t": "emission",
}
LOAD: Final = {"user": "user", "zone": "zone", "demand_mwh": "demand", "contracted_mwh": "contracted", "bought_mwh": "bought"}
VALUE: Final = {"user": "user", "zone": "zone", "value_cny": "value"}
DEFAULTS: Final = {
    "trader": "trader",
    "owed_cny": "owed",
    "from_collateral_cny": "from_collateral",
    "from_fund_cny": "from_fund",
    "shared_cny": "shared",
}
LEARNING: Final = {"agent": "agent", "strategy": "strategy", "key": "key", "value": "value"}
LEDGER: Final = {
    "trader": "trader",
    "cause": "cause",
    "money_cny": "money",
    "energy_mwh": "energy",
    "block": "block",
    "transaction": "transaction",
}
"""field of shengdian.sim.base.types by column, where a table takes rows as they are"""
