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

from sim.types import HourResult, OrderResult
from sim.units import FEN_PER_CNY, GRAMS_PER_TONNE, KWH_PER_MWH, MONEY_PER_CNY

VERSION: Final = 1
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
COUNT: Final = Kind(pa.int64(), "")
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
        "order_id": TEXT,
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
        "id": TEXT,
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
}
"""Column by column. `value` (what served energy is worth to its user) is the one table beyond the interface: welfare needs it."""


def _schema(columns: Mapping[str, Kind]) -> pa.Schema:
    return pa.schema(
        [pa.field(name, kind.type, metadata={"unit": kind.unit} if kind.unit else None) for name, kind in columns.items()],
        metadata={"shengdian.version": str(VERSION)},
    )


SCHEMAS: Final[Mapping[str, pa.Schema]] = {name: _schema(columns) for name, columns in COLUMNS.items()}

Row = tuple[Any, ...]
"""one value a column, numbers in whole counts"""


def whole(values: Any, kind: Kind) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The whole counts (kWh, fen/MWh, 1e-5 CNY, g) behind a column without nulls."""
    return np.rint(np.asarray(values, dtype=np.float64) * kind.scale).astype(np.int64)


def to_arrow(name: str, rows: Sequence[Row]) -> pa.Table:
    """Rows in whole counts to the table `name` in its units."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(COLUMNS[name])
    arrays = [
        pa.array([None if value is None else value / kind.scale for value in column] if kind.scale else column, type=kind.type)
        for column, kind in zip(columns, COLUMNS[name].values(), strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMAS[name])


def status(order: OrderResult) -> str:
    """`reverted` where the contract refused it, else `filled`, `partial` or `unfilled`."""
    if order.error:
        return "reverted"
    if order.filled == 0:
        return "unfilled"
    return "filled" if order.filled == order.quantity else "partial"


def rows_of(result: HourResult) -> Iterator[tuple[str, Row]]:
    """Every row that an hour adds, with the name of its table."""
    hour = result.hour
    for stage in result.stages:
        for order in stage.orders:
            row = (hour, order.stage, "uniform", order.order_id, order.trader, order.zone, order.side, order.price, order.quantity)
            yield "orders", (*row, order.filled, order.paid_price, status(order), order.error)
        for zone, price in stage.prices.items():
            yield "prices", (hour, stage.stage, zone, price)
        for flow in stage.flows:
            yield "flows", (hour, flow.source, flow.target, flow.sent, flow.received, flow.wheeling, flow.rent)
    for deal in result.agreements:
        parties = (deal.seller, deal.buyer, deal.seller_zone, deal.buyer_zone)
        yield "agreements", (deal.id, deal.mechanism, *parties, deal.price, hour, deal.quantity)
    for share in result.allocation:
        yield "allocation", (share.day, share.hour, share.plant, share.zone, share.contract, share.status)
    for plant in result.generation:
        energy = (plant.available, plant.scheduled, plant.metered)
        yield "generation", (hour, plant.plant, plant.zone, plant.tech, *energy, plant.cost, plant.emission)
    for user in result.consumption:
        yield "load", (hour, user.user, user.zone, user.demand, user.contracted, user.bought, user.unserved)
        yield "value", (hour, user.user, user.zone, user.value)
    for entry in result.ledger:
        yield "ledger", (hour, entry.trader, entry.cause, entry.money, entry.energy, entry.block, entry.transaction)
