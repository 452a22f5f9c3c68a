"""Attacks on the books of a finished run, and who finds them: the audit of the chain's run, or that of a central database.

The attacker may write every file of the run directory and every table of the database, knows the program, and cleans up: what can be
reckoned from the changed files (row counts, SHA-256, summary, digest) is reckoned anew. It does not have the traders' keys. What it cannot
change is what was published while the market ran: digest and block hash after every block (`audit/anchor.py`); only the attacks of the
family `collusion` make that necessary. Those of the family `lies` were made before anything was published: there everything is decided
again from the config (`audit/rerun.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shengdian.audit.tamper.books import Books

HOUR = 1
"""the hour that attacks change, or the first of those that they do"""
Reach = Literal["tables", "record", "files", "collusion", "lie"]
"""what an attack changes: the tables, which a database has too; or the chain's record; or other files; or the whole run, made anew after
something was published, or made so from the start, so that what was published is the lie's own"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an attack was made; what is None does not matter."""

    table: str | None = None
    """table, or file of the run directory"""
    row: int | None = None
    """of the table, from 0"""
    block: int | None = None
    """number"""
    word: str = ""
    """that the audit's sentence should name"""

    def __str__(self) -> str:
        row = [] if self.row is None else [f"row {self.row}"]
        block = [] if self.block is None else [f"block {self.block}"]
        return ", ".join([*block, *([self.table] if self.table else []), *row, *([self.word] if self.word else [])])


@dataclass(frozen=True, slots=True)
class Attack:
    """One way to tamper."""

    name: str
    reach: Reach
    sentence: str
    """what is done, and to whose gain"""
    apply: Callable[[Books], Place]
    """does it, and says where"""


def all_attacks() -> dict[str, tuple[Attack, ...]]:
    """All of them by family: every module of `shengdian.audit.tamper.attacks` is a family."""
    package = import_module(f"{__name__}.attacks")
    return {module.name: import_module(f"{package.__name__}.{module.name}").ATTACKS for module in iter_modules(package.__path__)}
