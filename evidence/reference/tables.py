"""docs/reference/tables.md: the tables of a run, from what the row classes declare."""

from __future__ import annotations

from typing import Final

from evidence.reference.markdown import code, table
from shengdian.sim.record.tables import ROWS, VERSION, describe

HEAD: Final = f"""# Tables

Written by `python -m evidence.reference` from the row classes of `sim/base/hour_result.py`. Every run directory holds these tables as
Parquet, layout version {VERSION}. Units are also in the metadata of the columns. Every energy is a whole number of kWh, every amount a
whole number of 1e-5 CNY and every price a whole number of fen/MWh, written in the unit of its column: sums of the whole numbers balance
with `==`.

Other files of a run directory: [outputs](../guide/outputs.md). Words: [glossary](glossary.md).

"""


def page() -> str:
    """The text of the page."""
    return HEAD + "\n".join(section(name, columns) for name, columns in describe().items())


def section(name: str, columns: list[tuple[str, str, str, str]]) -> str:
    """One table."""
    rows = [[code(column), kind, unit, meaning] for column, kind, unit, meaning in columns]
    words = " ".join((ROWS[name].__doc__ or "").split())
    return f"## {name}\n\n{words}\n\n" + table(["column", "type", "unit", "meaning"], rows)
