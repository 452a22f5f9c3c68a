"""What an audit finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in a run directory that is not as the chain, the rules or the config have it."""

    sentence: str
    block: int | None = None
    """number of the block; None where the difference is not in one"""
    transaction: str | None = None
    """hash, 0x..."""
    table: str | None = None
    """table, or file of the run directory"""
    row: int | None = None
    """of the table, from 0"""

    def __str__(self) -> str:
        place = [f"block {self.block}"] if self.block is not None else []
        place += [f"transaction {self.transaction}"] if self.transaction else []
        place += [f"{self.table}"] if self.table else []
        place += [f"row {self.row}"] if self.row is not None else []
        return f"{', '.join(place)}: {self.sentence}" if place else self.sentence


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of an audit."""

    run_id: str
    recorded_on: str
    """chain of the run"""
    chain: str
    """chain of the audit"""
    differences: tuple[Difference, ...]
    """the first one first: the record, then what follows from it in order of blocks, tables and files; at most a few of a kind"""
    counted: Mapping[str, int]
    """what was checked, by kind"""
    notes: tuple[str, ...]
    """what this audit could not check, a sentence each"""
    seconds: Mapping[str, float]
    """wall seconds by part"""

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.differences
