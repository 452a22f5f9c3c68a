"""docs/reference/tables.md: the tables of a run, from their schemas and the row classes."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Final, get_args

from evidence.reference.markdown import code, table
from shengdian.sim.base import hour_result
from shengdian.sim.base.types import Cause, Side, Stage
from shengdian.sim.record.tables import SCHEMAS, STATUSES, VERSION


def choice(words: Sequence[str]) -> str:
    """One of several words of a column."""
    return " or ".join(filter(None, (", ".join(map(code, words[:-1])), code(words[-1]))))


HEAD: Final = f"""# Tables

Written by `python -m evidence.reference` from `sim/record/tables.py` and `sim/base/hour_result.py`. Every run directory holds these
tables as Parquet, layout version {VERSION}. Units are also in the metadata of the columns. Every energy is a whole number of kWh, every
amount a whole number of 1e-5 CNY and every price a whole number of fen/MWh, written in the unit of its column: sums of the whole numbers
balance with `==`.

Other files of a run directory: [outputs](../guide/outputs.md). Words: [glossary](glossary.md).

"""
ROWS: Final[Mapping[str, tuple[str, str]]] = {
    "orders": ("OrderResult", "A row a segment of an order and stage."),
    "prices": ("StageResult", "A row a province, hour and stage."),
    "flows": ("LineFlow", "A row a line and hour of a regional stage."),
    "agreements": ("Agreement", "A row an agreement and hour of its delivery, the planned energy of plants among them."),
    "allocation": ("AllocationRow", "A row a plant and hour: the contract energy that the paper's allocation gives it."),
    "generation": ("Generation", "A row a plant and hour."),
    "load": ("Consumption", "A row a user and hour."),
    "ledger": ("Entry", "A row a payment: who, why, how much, and the transaction that made it."),
    "value": ("Consumption", "A row a user and hour: what served energy is worth, which welfare needs."),
    "defaults": ("Default", "A row a participant who did not pay when accounts were closed; empty without collateral."),
    "learning": ("Learned", "A row a number that an agent remembers at the end of a day; in no log of the chain."),
}
"""row class and sentence by table"""
ALIASES: Final[Mapping[str, str]] = {"from": "source", "to": "target", "co2": "emission", "unserved": "unserved"}
"""field by column, where the column without its unit is not the field's name"""
SUFFIX: Final = re.compile("_(cny_mwh|mwh|cny|t)$")
UNIT: Final = re.compile(r"^(kWh|fen/MWh|1e-5 CNY|g CO2)(?:, | (?=that |of )| in the hour$|$)")
PLAIN: Final[Mapping[str, str]] = {
    "hour": "0 is the first hour of the run",
    "day": "0 is the first day of the run",
    "Agreement.price_cny_mwh": "of the agreement",
    "AllocationRow.hour": "0 is the first hour of the run",
    "quantity_mwh": "energy of the hour",
    "zone": "code of the province",
    "stage": choice(get_args(Stage)),
    "side": choice(get_args(Side)),
    "mechanism": "how the price was found",
    "trader": "id of the participant",
    "plant": "id of the plant",
    "user": "id of the user",
    "tech": "technology of the plant",
    "seller": "id of the selling participant",
    "buyer": "id of the buying participant",
    "seller_zone": "code of the seller's province",
    "buyer_zone": "code of the buyer's province",
    "id": "of the agreement",
    "cause": f"why it is paid: {choice(get_args(Cause))}",
    "status": choice(STATUSES),
    "from": "zone that sends",
    "to": "zone that receives",
    "value": "the number",
    "price_cny_mwh": "empty where nothing was traded and nothing passed",
    "sent_mwh": "energy that left the first zone",
    "received_mwh": "energy that arrived: sent less losses",
    "filled_mwh": "energy that was traded",
    "available_mwh": "energy that the plant could put out",
    "metered_mwh": "energy that the meter shows",
    "contract_mwh": "contract energy of the hour",
    "demand_mwh": "energy that the user wants",
    "unserved_mwh": "demand less contract energy less what was bought",
    "from_fund_cny": "paid by the fund",
}
"""where the row class says no more than a unit"""


def page() -> str:
    """The text of the page."""
    return HEAD + "\n".join(section(name) for name in SCHEMAS)


def section(name: str) -> str:
    """One table."""
    schema, (row, sentence) = SCHEMAS[name], ROWS[name]
    rows = []
    for field in schema:
        unit = (field.metadata or {}).get(b"unit", b"").decode()
        rows.append([code(field.name), str(field.type), unit, meaning(row, field.name)])
    return f"## {name}\n\n{sentence}\n\n" + table(["column", "type", "unit", "meaning"], rows)


def meaning(row: str, column: str) -> str:
    """What a column holds: as its field says it, without the unit of the whole numbers inside."""
    bare = SUFFIX.sub("", column)
    said = said_of(row).get(ALIASES.get(bare, bare), "")
    without = re.sub("^that ", "what ", UNIT.sub("", said)) if UNIT.match(said) else said
    return PLAIN.get(f"{row}.{column}") or without or PLAIN.get(column, "")


def said_of(row: str) -> Mapping[str, str]:
    """The text under every field and property of a row class."""
    tree = ast.parse(inspect.getsource(hour_result))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == row)
    found = {}
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            found[node.target.id] = " ".join(str(text).split())
    return found
