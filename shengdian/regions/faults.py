"""What is wrong with a folder: sentences that name file, line and column, what is allowed and the nearest match."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import get_args

from pydantic.fields import FieldInfo

from shengdian.sim.base.errors import InputError

MOST_NAMED = 40
"""words that a sentence lists"""


class TableFault(InputError):
    """Tables that cannot be used; the first sentence is the error's own."""

    OTHERS = ""
    """who says the other sentences"""

    def __init__(self, sentences: Iterable[str]) -> None:
        self._sentences = tuple(sentences)
        more = len(self._sentences) - 1
        super().__init__(self._sentences[0] + (f" (and {more} more{self.OTHERS})" if more else ""))

    @property
    def sentences(self) -> tuple[str, ...]:
        """One a fault, in the order in which they were found."""
        return self._sentences


class RegionFault(TableFault):
    """A folder that is no region."""

    OTHERS = ": `shengdian region check` says them all"


class Faults:
    """Collects sentences; `stop` raises them where there are any."""

    def __init__(self, kind: type[TableFault] = RegionFault) -> None:
        self._kind = kind
        self._found: list[str] = []

    def add(self, sentence: str) -> None:
        """Notes a fault."""
        self._found.append(sentence)

    def stop(self) -> None:
        """Raises a TableFault, of the kind that was asked for, with all that was noted."""
        if self._found:
            raise self._kind(self._found)


def near(word: str, allowed: Iterable[str], cutoff: float = 0.5) -> str:
    """`; did you mean ...?`, or nothing where no allowed word is near."""
    found = difflib.get_close_matches(word, list(allowed), n=1, cutoff=cutoff)
    return f"; did you mean {found[0]!r}?" if found else ""


def listed(words: Iterable[str]) -> str:
    """`; allowed: ...`, unless they are many."""
    every = list(words)
    return f"; allowed: {', '.join(every)}" if 0 < len(every) <= MOST_NAMED else ""


def bounds(field: FieldInfo) -> str:
    """What numbers a column takes, in words."""
    known = {name: getattr(entry, name) for entry in _metadata(field) for name in ("ge", "gt", "le", "lt") if hasattr(entry, name)}
    low = f"from {known['ge']:g}" if "ge" in known else f"above {known['gt']:g}" if "gt" in known else ""
    high = f"to {known['le']:g}" if "le" in known else f"to below {known['lt']:g}" if "lt" in known else ""
    return " ".join(filter(None, (low, high)))


def _metadata(field: FieldInfo) -> list[object]:
    """What is said of a column's values; of one that may be empty, of those that are not."""
    if field.metadata:
        return field.metadata
    found: list[object] = []
    for part in get_args(field.annotation):
        for entry in getattr(part, "__metadata__", ()):
            found += entry.metadata if isinstance(entry, FieldInfo) else [entry]
    return found
