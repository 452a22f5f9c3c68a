"""What an audit finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shengdian.sim.base.html_table import table


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


@dataclass(frozen=True, slots=True, repr=False)
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
    choice: str = ""
    """what clearings left to who found their solutions; empty where nothing was cleared over lines by proof"""

    def __repr__(self) -> str:
        found = "nothing differs" if self.clean else f"{len(self.differences)} differences, the first: {self.differences[0]}"
        return f"Verdict on {self.run_id}: {found}"

    def _repr_html_(self) -> str:
        """What was found, what was checked, what could not be."""
        rows = [("found", "nothing differs")] if self.clean else [("differs", str(difference)) for difference in self.differences]
        rows += [("checked", f"{count:,} {what}") for what, count in self.counted.items() if count]
        rows += [("left open", self.choice)] if self.choice else []
        rows += [("not checked", note) for note in self.notes]
        caption = f"{self.run_id}, recorded on {self.recorded_on}, carried out again on {self.chain}"
        return table(("audit", ""), rows, caption, texts=2)

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.differences
