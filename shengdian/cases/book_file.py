"""Order books as CSV: a row a segment, and the rows of one id are one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from shengdian.cases.case_file import MOST_MWH, SLACK, read_bytes
from shengdian.regions import parsing, text_table
from shengdian.regions.faults import Faults, TableFault, near
from shengdian.regions.rows import Fraction, Id, Row
from shengdian.sim.base.orders import MOST_SEGMENTS
from shengdian.sim.base.units import FEN_PER_CNY, KWH_PER_MWH

STEPS: Mapping[str, int] = {"price": FEN_PER_CNY, "quantity": KWH_PER_MWH, "capacity": KWH_PER_MWH, "wheeling": FEN_PER_CNY}
"""how many steps a column's 1 has"""

Price = Annotated[float, Field(ge=-21_474_836, le=21_474_836)]
Energy = Annotated[float, Field(gt=0, le=MOST_MWH)]


class BookRow(Row):
    """A segment: money per MWh, and MWh."""

    id: Id
    zone: Id
    side: Literal["sell", "buy"]
    price: Price
    quantity: Energy
    posted: bool = False


class LineRow(Row):
    """A line in one direction: MWh of the hour, money per MWh sent, share of what is sent."""

    KEY: ClassVar[tuple[str, ...]] = ()
    source: Annotated[str, Field(alias="from", min_length=1)]
    target: Annotated[str, Field(alias="to", min_length=1)]
    capacity: Annotated[float, Field(ge=0, le=MOST_MWH)]
    wheeling: Annotated[float, Field(ge=0, le=42_949_672)] = 0.0
    loss: Fraction = 0.0


def case_of(book: str, lines: str | None, keys: Mapping[str, Any]) -> dict[str, Any]:
    """The clearing case of an order book (`-` is stdin), the lines in another file, and the other `keys` of a case.

    Raises TableFault, an InputError, with a sentence for every cell that cannot be used.
    """
    faults = Faults(TableFault)
    table = text_table.read(Path(book).name, read_bytes(book))
    found = parsing.rows(table, BookRow, faults)
    _on_step(table.name, found, ("price", "quantity"), faults)
    faults.stop()
    orders = _orders(table.name, found, faults)
    case = {"name": Path(book).stem, "zones": list(dict.fromkeys(row.zone for row in found)), **keys, "orders": orders}
    if lines is not None:
        case["lines"] = lines_of(lines, case["zones"], faults)
    faults.stop()
    return case


def lines_of(path: str, zones: Sequence[str], faults: Faults) -> list[dict[str, Any]]:
    """The lines in a file, as a case has them; what does not fit goes to `faults`."""
    table = text_table.read(Path(path).name, read_bytes(path))
    found = parsing.rows(table, LineRow, faults)
    _on_step(table.name, found, ("capacity", "wheeling"), faults)
    for row in found:
        for column, zone in (("from", row.source), ("to", row.target)):
            if zone not in zones:
                faults.add(f"{table.name}: line {row.at}, {column} is {zone!r}, where nobody orders{near(zone, zones)}")
    return [row.model_dump(by_alias=True) for row in found]


def _orders(name: str, found: Sequence[BookRow], faults: Faults) -> list[dict[str, Any]]:
    """An order an id, in the order of the first rows."""
    by_id: dict[str, list[BookRow]] = {}
    for row in found:
        by_id.setdefault(row.id, []).append(row)
    for order, segments in by_id.items():
        first = segments[0]
        for row in segments[1:]:
            for column in ("zone", "side", "posted"):
                given, due = getattr(row, column), getattr(first, column)
                if given != due:
                    faults.add(
                        f"{name}: line {row.at}, column {column} is {given!r}, but line {first.at} of the same id {order!r} has {due!r}; "
                        "rows of one id are the segments of one order"
                    )
        if len(segments) > MOST_SEGMENTS:
            at = segments[MOST_SEGMENTS].at
            faults.add(f"{name}: line {at}, id {order!r} has more than {MOST_SEGMENTS} rows; give those that are left another id")
    return [
        {
            "id": order,
            "zone": rows[0].zone,
            "side": rows[0].side,
            "posted": rows[0].posted,
            "segments": [{"price": row.price, "quantity": row.quantity} for row in rows],
        }
        for order, rows in by_id.items()
    ]


def _on_step(name: str, found: Sequence[Row], columns: Sequence[str], faults: Faults) -> None:
    """Prices and energies that the market can count."""
    for row in found:
        for column in columns:
            value, steps = getattr(row, column), STEPS[column]
            if abs(value * steps - round(value * steps)) > SLACK:
                faults.add(f"{name}: line {row.at}, column {column} is {value!r}; the step is {1 / steps:g}")
