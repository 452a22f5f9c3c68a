"""Who finds which attack, and where: the audit of the run, and the auditor of a database with the same tables."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from shengdian.audit import Verdict, audit
from shengdian.audit.anchor import Anchor, anchors
from shengdian.audit.tamper import Attack, Place, all_attacks
from shengdian.audit.tamper.books import Books
from shengdian.audit.tamper.database import KEYS, found
from shengdian.sim.record.tables import SCHEMAS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attack."""

    family: str
    attack: Attack
    place: Place
    """where it was made"""
    verdict: Verdict
    """of the audit"""
    database: tuple[str, ...] | None
    """what the auditor of the database says; None where a database has nothing that could be attacked so"""

    @property
    def detected(self) -> bool:
        """By the audit."""
        return not self.verdict.clean

    @property
    def located(self) -> bool:
        """Whether the audit names the place."""
        place = self.place
        return any(
            (place.table is None or difference.table == place.table)
            and (place.row is None or difference.row == place.row)
            and (place.block is None or difference.block == place.block)
            and place.word in difference.sentence
            for difference in self.verdict.differences
        )


def tables_of(directory: Path) -> dict[str, pd.DataFrame]:
    """All tables of a run."""
    return {name: pd.read_parquet(directory / f"{name}.parquet") for name in SCHEMAS}


def tampered(attack: Attack, directory: Path, to: Path) -> Place:
    """Copies the run to `to`, does the attack there and cleans up."""
    shutil.copytree(directory, to)
    books = Books(tables_of(to), to)
    place = attack.apply(books)
    if attack.reach == "tables":
        books.write_tables()
    if attack.reach in ("tables", "record"):
        books.seal()
    return place


def in_database(attack: Attack, copy: Path) -> tuple[str, ...] | None:
    """What the auditor of a database with the tampered tables finds; None where the attack is on what a database does not have."""
    return None if attack.reach in ("record", "files") else accusations(copy)


def accusations(directory: Path) -> tuple[str, ...]:
    """What the auditor of a database with the run's tables finds."""
    tables = tables_of(directory)
    return tuple(found({name: tables[name] for name in KEYS}))


def score(family: str, attack: Attack, directory: Path, chain: str, published: Mapping[int, Anchor]) -> Outcome:
    """One attack on a copy of the run; the audit is on `chain` and knows what was published. A lie is asked to be decided again."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / directory.name
        place = tampered(attack, directory, copy)
        lie = attack.reach == "lie"
        verdict = audit(copy, chain, anchors(copy) if lie else published, rerun=lie)
        return Outcome(family, attack, place, verdict, in_database(attack, copy))


def scores(directory: Path, chain: str) -> Iterator[Outcome]:
    """Every attack, one after the other, each on a fresh copy."""
    published = anchors(directory)
    for family, members in all_attacks().items():
        for attack in members:
            yield score(family, attack, directory, chain, published)
