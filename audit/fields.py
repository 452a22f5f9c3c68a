"""Every file of a run directory and every field in it: how an audit checks it, or why it does not.

`FIELDS` is the declaration; `found` goes through the files themselves, so that a field which nobody declared is told.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from shengdian.experiments.runs.terms import NOT_BOUND
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.parsing import json_of, toml_of
from shengdian.sim.record.run_folder import MANIFEST

RERUN = "--rerun"
"""what decides again"""
FILES: Final = "(every file)"
"""what is asked of all files alike"""


@dataclass(frozen=True, slots=True)
class Field:
    """A file of a run directory and a field in it; `*` in either stands for anything."""

    file: str
    name: str
    checked: bool
    how: str
    """by what it is checked, or why it is not"""
    rerun: str = ""
    """by what it is checked with --rerun, where it is not without"""

    def __str__(self) -> str:
        more = f"; with {RERUN}: {self.rerun}" if self.rerun else ""
        return f"checked: {self.how}" if self.checked else f"not checked, because {self.how}{more}"


CONFIG_SAYS = "from the config, which the first block binds"
LOGS_SAY = "rebuilt from the logs of the chain carried out again"
AS_DECIDED = "agents remember it once more"
DECIDES = "agents and operator send it once more"
TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "generation": dict.fromkeys(("tech", "available_mwh", "cost", "carbon_payment", "co2_t"), CONFIG_SAYS),
    "load": {"demand_mwh": CONFIG_SAYS, "unserved_mwh": f"{CONFIG_SAYS}, and from the logs"},
    "reservoirs": {"*": f"inflow {CONFIG_SAYS}, the rest from the meters"},
    "storage": {"held_mwh": f"from the clearings; power, size and losses {CONFIG_SAYS}"},
}
"""columns that no log says alone, by table"""

FIELDS: Final[tuple[Field, ...]] = (
    Field(FILES, "its name", True, "a run has these files and no others"),
    Field(FILES, "its SHA-256", True, "contents of the manifest"),
    *(Field("config.toml", key, False, why) for key, why in NOT_BOUND.items()),
    Field("config.toml", "*", True, "the config's SHA-256 stands in the first block; the text must be the one that a run writes"),
    Field("manifest.json", "versions*", False, "nothing in a run proves which packages made it; names and form are checked"),
    Field("manifest.json", "git_commit", False, "nothing in a run proves which commit made it; its form is checked"),
    Field("manifest.json", "seconds*", False, "nobody can tell how long a run took; form and sign are checked"),
    Field("manifest.json", "medium_term.gas*", False, "the year's chains are not in the record; names and form are checked"),
    Field("manifest.json", "medium_term*", True, "the year is traded again"),
    Field("manifest.json", "contents*", True, "SHA-256 of the files that are there"),
    Field("manifest.json", "data_hashes*", True, "SHA-256 of the program's files, which the first block binds"),
    Field("manifest.json", "own_code*", True, "bound by the first block; whether the file is still that one, --rerun asks"),
    Field(
        "manifest.json", "artifact_hashes*", True, "SHA-256 of the program's contracts; those of the market are bound by the first block"
    ),
    Field("manifest.json", "*", True, "counted and hashed anew from the record and the config"),
    Field("summary.json", "*", True, "reckoned anew from the tables"),
    Field("chain.jsonl.gz", "compression", False, "it says nothing: any that gives the same lines will do"),
    Field(
        "chain.jsonl.gz", "transactions.data", True, "carried out again; where nothing is signed, who sent it is the record's word", DECIDES
    ),
    Field("chain.jsonl.gz", "header", True, "hash, parent, roots of transactions and receipts; the root of the state on eth-tester alone"),
    Field("chain.jsonl.gz", "transactions.gas_used", True, "measured once more, but where the run or the audit is on mirror"),
    Field("chain.jsonl.gz", "*", True, "every line must be the one that the chain carried out again makes"),
    *(Field(f"{table}.parquet", column, True, how) for table, columns in TABLES.items() for column, how in columns.items()),
    Field("learning.parquet", "*", False, "no log holds what agents remember; types, units and layout are checked", AS_DECIDED),
    Field("agreements_of_the_year.parquet", "*", True, "the year is traded again on twins"),
    Field("table1.csv", "*", True, "the year is traded again on twins"),
    Field("*.parquet", "encoding", False, "it says nothing: row groups, pages and statistics are not what a table says"),
    Field("*.parquet", "*", True, f"{LOGS_SAY}, in order; name, type and unit as a run writes them"),
    Field("scenario.json", "*", True, "its SHA-256 stands in the config, which the first block binds"),
)
"""the first that fits holds"""


def of(file: str, name: str) -> Field | None:
    """What is declared of a field; None where nothing is."""
    return next((each for each in FIELDS if fnmatchcase(file, each.file) and fnmatchcase(name, each.name)), None)


def found(directory: Path) -> Iterator[tuple[str, str]]:
    """Every file of a run directory and every field that it has: columns, keys with a dot between tables, fields of lines.

    Raises OSError or ValueError for a file that cannot be read.
    """
    for path in sorted(directory.iterdir()):
        yield from ((path.name, name) for name in dict.fromkeys(_fields(path)))


def _fields(path: Path) -> Iterator[str]:
    if path.suffix == ".parquet":
        yield from pq.read_schema(path).names
        yield "encoding"
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            yield from next(csv.reader(file), [])
    elif path.suffix == ".toml":
        yield from _keys(toml_of(path.read_text(encoding="utf-8")))
    elif path.suffix == ".json":
        yield from _keys(json_of(path.read_text(encoding="utf-8")))
    elif path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield from _keys(json_of(line))
        yield "compression"
    else:
        yield "its bytes"


def _keys(value: Any, before: str = "") -> Iterator[str]:
    """The dotted keys of tables; those of a list's members stand for all of them."""
    members = value.items() if isinstance(value, dict) else [("", each) for each in value if isinstance(each, dict)]
    if before and not members:
        yield before
    for key, inner in members:
        yield from (
            _keys(inner, ".".join(filter(None, (before, key)))) if isinstance(inner, dict | list) else (f"{before}.{key}".lstrip("."),)
        )


def page(directory: Path) -> str:
    """A line a field of the run: checked so, or not checked and why. Raises InputError for what is no run directory."""
    if not (directory / MANIFEST).is_file():
        raise InputError(f"{directory}: not a run directory (it has no manifest.json)")
    try:
        there = list(found(directory))
    except (OSError, ValueError) as cause:
        raise InputError(f"{directory}: a file of it is damaged ({cause})") from cause
    lines = [f"{file}  {name}  {of(file, name) or 'unknown: no run writes it'}" for file, name in there]
    return "\n".join([*(f"{each.file}  {each.name}  {each}" for each in FIELDS if each.file == FILES), *lines])
