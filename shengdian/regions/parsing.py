"""From the cells of a file to its rows, and a sentence for every cell that does not fit its column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from shengdian.regions.faults import Faults, bounds, listed, near
from shengdian.regions.rows import HOURS, Row, columns
from shengdian.regions.text_table import TextTable

Kind = TypeVar("Kind", bound=Row)
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?", re.IGNORECASE)
NO_ID = re.compile(r"[/\\:\x00-\x1f\x7f]")
"""signs that no id has: they part names in paths and columns"""


def rows(table: TextTable, kind: type[Kind], faults: Faults) -> tuple[Kind, ...]:
    """The rows of a file; what is wrong goes to `faults`, a sentence each."""
    known = columns(kind)
    if not check_columns(table, known, faults):
        return ()
    found = [row for at, cells in table.rows if (row := _row(table, kind, at, cells, faults)) is not None]
    _unlike(table.name, found, faults)
    return tuple(found)


def check_columns(table: TextTable, known: Mapping[str, bool], faults: Faults) -> bool:
    """Whether every column is known and every needed one is there."""
    wrong = [column for column in table.header if column not in known]
    for column in wrong:
        faults.add(f"{table.name}: column {column!r} is unknown{near(column, known)}{listed(known)}")
    missing = [column for column, needed in known.items() if needed and column not in table.header]
    for column in missing if not wrong else ():
        faults.add(f"{table.name}: column {column} is missing")
    return not wrong and not missing


def _row(table: TextTable, kind: type[Kind], at: int, cells: Iterable[str], faults: Faults) -> Kind | None:
    given = {column: cell for column, cell in zip(table.header, cells, strict=True) if cell}
    if "hours" in kind.model_fields:
        hours = [number_text(given.pop(column, ""), table) for column in HOURS]
        if "" in hours:
            faults.add(f"{table.name}: line {at}, column {HOURS[hours.index('')]} is empty; it should be a number")
            return None
    values: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        cell = given.get(field.alias or name)
        if cell is not None:
            values[field.alias or name] = number_text(cell, table) if is_number(field) else cell
    if "hours" in kind.model_fields:
        values["hours"] = tuple(hours)
    try:
        return kind.model_validate({**values, "at": at})
    except ValidationError as cause:
        for detail in cause.errors(include_url=False):
            faults.add(_sentence(table, kind, at, detail))
        return None


def number_text(cell: str, table: TextTable) -> str:
    """A number with a decimal point; anything else as it is, for the sentence that refuses it."""
    return cell.replace(",", ".") if table.decimal_comma and DECIMAL_COMMA.fullmatch(cell) else cell


def is_number(field: FieldInfo) -> bool:
    """Whether a column holds numbers."""
    return bool({int, float} & {field.annotation, *get_args(field.annotation)})


def _sentence(table: TextTable, kind: type[Row], at: int, detail: ErrorDetails) -> str:
    place, why, given = detail["loc"], detail["type"], detail["input"]
    column = HOURS[int(place[1])] if place[0] == "hours" else str(place[0])
    field = next(field for name, field in kind.model_fields.items() if place[0] in (name, field.alias))
    where = f"{table.name}: line {at}, column {column}"
    if why == "missing":
        return f"{where} is empty; it is needed"
    if place[0] == "hours":
        field = FieldInfo.from_annotation(get_args(field.annotation)[0])
    return f"{where} is {given!r}; {_should_be(why, str(given), field, detail)}"


def _should_be(why: str, given: str, field: FieldInfo, detail: ErrorDetails) -> str:
    if why == "literal_error":
        words = [word.strip(" '") for word in str(detail["ctx"]["expected"]).replace(" or ", ",").split(",")]
        return f"allowed: {', '.join(words)}{near(given, words)}"
    if why == "bool_parsing":
        return "it should be 0 or 1"
    if why in ("float_parsing", "finite_number", "int_parsing", "int_from_float", "int_parsing_size"):
        comma = "," in given
        what = "a whole number" if why.startswith("int") else "a number"
        return f"it should be {what}" + (
            " with a decimal point and no sign between thousands (a decimal comma is read where columns are apart by semicolon or tab)"
            if comma
            else ""
        )
    if why == "string_pattern_mismatch":
        return "it should be a colour, #RRGGBB"
    return f"it should be {bounds(field)}"


def _unlike(name: str, found: Iterable[Row], faults: Faults) -> None:
    """No two rows say the same of a thing."""
    seen: dict[tuple[Any, ...], int] = {}
    for row in found:
        key = tuple(getattr(row, column) for column in row.KEY)
        if row.KEY and key in seen:
            said = repr(key[0]) if len(key) == 1 else ", ".join(map(str, key))
            faults.add(f"{name}: line {row.at}, {' and '.join(row.KEY)} {said} is already in line {seen[key]}")
        seen.setdefault(key, row.at)


def number(cell: str, table: TextTable) -> float | None:
    """The number in a cell; None where it is none."""
    try:
        return _FLOAT.validate_python(number_text(cell, table))
    except ValidationError:
        return None


_FLOAT: TypeAdapter[float] = TypeAdapter(float)
