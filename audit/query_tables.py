"""The records of an answer as tables for the terminal, one a kind."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from shengdian.audit.query import Record

HASHES = ("transaction", "block_hash")
PLURAL = {
    "transaction": "Transactions",
    "price": "Prices",
    "flow": "Flows",
    "order": "Orders",
    "outcome": "Outcomes",
    "fill": "Fills",
    "payment": "Payments",
    "agreement": "Agreements",
}


def tables(records: Iterable[Record]) -> list[Table]:
    """One table a kind, in the order in which kinds appear; hashes are shortened (JSON and CSV have them whole)."""
    kinds: dict[str, list[Record]] = {}
    for record in records:
        kinds.setdefault(record["what"], []).append(record)
    return [_table(PLURAL[kind], rows) for kind, rows in kinds.items()]


def _table(title: str, rows: list[Record]) -> Table:
    table = Table(title=title, title_justify="left")
    columns = [name for name in rows[0] if name != "what"]
    for name in columns:
        numeric = any(isinstance(row[name], int | float) for row in rows)
        table.add_column(name, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*[_cell(name, row[name]) for name in columns])
    return table


def _cell(name: str, value: object) -> str:
    if value is None:
        return "-"
    if name in HASHES:
        return f"{str(value)[:10]}..." if value != "0x" else "-"
    return f"{value:,.5f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
