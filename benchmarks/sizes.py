"""How much is measured: enough for a figure, or just enough to see that a benchmark works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Size:
    repeats: int = 3
    hours: int = 24
    """of the six-province day, on every chain; the first holds the allocations of the day, so that fewer than 24 give it too much weight"""
    days: int = 3
    """of the six-province day, where only the fast chains run"""
    changes: tuple[tuple[str, Any], ...] = ()
    """to the config of the day, by full key"""
    automined: int = 60
    """orders sent through auto-mining; its time a transaction does not depend on their number"""
    books: tuple[int, ...] = (100, 1_000, 10_000)
    """orders an hour of the synthetic books"""
    memory_hours: tuple[int, ...] = (24, 72, 720)
    year_hours: int = 8_760
    sweep_runs: int = 16
    sweep_hours: int = 72
    assume_hours: int = 720
    peers: bool = True
    """whether other packages may be installed and run"""


SMALL = (("region.zones", ["JX"]), ("users.count", {"industry": 1, "commerce": 1, "residential": 1}))
TINY = Size(1, 1, 1, SMALL, 2, (8, 16), (1, 2), 2, 2, 1, 2, False)
"""every benchmark in a second or two, nothing to be learnt from the figures"""
