"""What is wrong with a folder: sentences that name file, line and column, what is allowed and the nearest match."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import get_args

from pydantic.fields import FieldInfo

from shengdian.sim.base.errors import InputError

MOST_NAMED = 40
"""words that a sentence lists"""


class RegionFault(InputError):
    """A folder that is no region; the first sentence is the error's own."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        """one a fault, in the order in which they were found"""
        more = len(self.sentences) - 1
        super().__init__(self.sentences[0] + (f" (and {more} more: `shengdian region check` says them all)" if more else ""))


class Faults:
    """Collects sentences; `stop` raises RegionFault where there is one."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, sentence: str) -> None:
        """Notes a fault."""
        self._found.append(sentence)

    def stop(self) -> None:
        """Raises RegionFault with all that was noted."""
        if self._found:
            raise RegionFault(self._found)


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
