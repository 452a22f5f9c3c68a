"""How a row class declares the columns of its table: one annotation a field says kind, meaning and, where it differs, the name.

    sent: Annotated[int, Column(ENERGY, "energy sent into the line")]

is the whole number of kWh in a row, and the column `sent_mwh` in MWh of the table. A `ClassVar` of this form is a column that no row keeps:
it is filled in when an hour becomes a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, get_args, get_origin, get_type_hints

from shengdian.sim.base.units import FEN_PER_CNY, GRAMS_PER_TONNE, KWH_PER_MWH, MONEY_PER_CNY

Type = Literal["string", "int32", "int64", "double"]
"""of a column, by Arrow's name"""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds."""

    type: Type
    unit: str = ""
    """of the table; empty where there is none"""
    suffix: str = ""
    """of the column's name, which says the unit"""
    scale: int = 0
    """whole counts of the row in one unit of the table; 0 where the two are the same"""
    repeats: bool = False
    """whether it is text that repeats, and is stored as a dictionary"""


TEXT: Final = Kind("string", repeats=True)
ID: Final = Kind("string")
"""text that seldom repeats"""
COUNT: Final = Kind("int64")
NUMBER: Final = Kind("double")
DAY: Final = Kind("int32", "days since the start of the run")
HOUR: Final = Kind("int32", "hours since the start of the run")
PRICE: Final = Kind("double", "CNY/MWh", "per_mwh", FEN_PER_CNY)
"""fen/MWh in a row"""
ENERGY: Final = Kind("double", "MWh", "mwh", KWH_PER_MWH)
"""kWh in a row"""
MONEY: Final = Kind("double", "CNY", "", MONEY_PER_CNY)
"""1e-5 CNY in a row"""
MASS: Final = Kind("double", "t CO2", "t", GRAMS_PER_TONNE)
"""g in a row"""


@dataclass(frozen=True, slots=True)
class Column:
    """The declaration of a column."""

    kind: Kind
    meaning: str
    name: str = ""
    """in the table; empty: the field's, and the kind's suffix"""
    tables: tuple[str, ...] = ()
    """that have it, of those whose row the class is; empty: all of them"""
    later: bool = False
    """whether runs of an earlier program lack it and are read all the same"""


@dataclass(frozen=True, slots=True)
class Declared:
    """A column as the table has it."""

    field: str
    """of the row class"""
    kind: Kind
    meaning: str
    later: bool
    """as `Column.later`"""


Hour = Annotated[int, Column(HOUR, "hour of the run")]


def declared(row: type, table: str) -> Mapping[str, Declared]:
    """The columns of `table` that a row class declares, by name and in order."""
    found = {}
    for field, hint in get_type_hints(row, include_extras=True).items():
        noted = get_args(hint)[0] if get_origin(hint) is ClassVar else hint
        for column in (note for note in getattr(noted, "__metadata__", ()) if isinstance(note, Column)):
            if not column.tables or table in column.tables:
                name = column.name or "_".join(filter(None, (field, column.kind.suffix)))
                found[name] = Declared(field, column.kind, column.meaning, column.later)
    return found
