"""Tiny books written as in a table: `A s2@1, B b2@4` is zone A selling 2 kWh at 1 and zone B bidding for 2 at 4."""

from __future__ import annotations

import re
from fractions import Fraction

from shengdian.sim.base.types import Line, Rules, Submission
from shengdian.sim.solve.arcs import NANO, tie_costs
from shengdian.sim.solve.book import Book

Price = int | Fraction


def tiny_book(text: str) -> Book:
    """A book; an order without a zone is in the zone of the one before, the first in A."""
    rows, zone = [], "A"
    for part in re.findall(r"(?:([A-Z]) )?([sb])(\d+)@(-?\d+)", text):
        zone = part[0] or zone
        rows.append((ord(zone) - ord("A"), part[1] == "s", int(part[3]), int(part[2])))
    return Book.of(rows)


def tiny_rules(*lines: tuple[int, int, int], zones: int = 2, floor: int = 0, cap: int = 10, k: int = 500_000) -> Rules:
    """Rules with lines A -> B of (capacity kWh, charge ticks, loss ppm)."""
    return Rules(zones, tuple(Line(0, 1, *line) for line in lines), floor, cap, k)


TIE = Fraction(tie_costs(2, 1, 0)[0], NANO)
"""ticks: the tie-breaking cost of the only line between two zones in hour 0"""


def submission(sent: tuple[int, ...], received: tuple[int, ...], low: tuple[Price, ...], high: tuple[Price, ...]) -> Submission:
    """A submission with its bounds in ticks above the floor."""
    return Submission(sent, received, tuple(int(price * NANO) for price in low), tuple(int(price * NANO) for price in high))
