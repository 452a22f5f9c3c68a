"""How many books have more than one accepted outcome, how many none."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from random import Random

from evidence.uniqueness.adversary import Adversary, every_outcome
from evidence.uniqueness.books import random_market, tiny_market
from shengdian.sim.solve.clearing import NoStrictSolution, solve

TRIES = 10
"""hostile solutions a book, besides vertices"""


@dataclass
class Counted:
    """Books by what came of them."""

    books: int = 0
    tried: int = 0
    """hostile solutions"""
    choice: list[int] = field(default_factory=list)
    """seeds of books with other accepted outcomes"""
    none: list[int] = field(default_factory=list)
    """seeds of books without an accepted solution, or for which none was found"""
    rounded_up: list[int] = field(default_factory=list)
    """seeds of books of which a solution is taken in which more arrives than the loss leaves"""
    largest: int = 0
    """1e-5 CNY that another outcome moves at most, of all books"""

    def add(self, other: Counted) -> None:
        """Takes the counts of another part in."""
        self.books, self.tried, self.largest = self.books + other.books, self.tried + other.tried, max(self.largest, other.largest)
        self.choice, self.none, self.rounded_up = self.choice + other.choice, self.none + other.none, self.rounded_up + other.rounded_up


def hostile(first: int, books: int, losses: bool) -> Counted:
    """Random books number `first` and on, each attacked."""
    counted = Counted()
    for seed in range(first, first + books):
        random = Random(seed)
        book, rules, hour = random_market(random, losses)
        counted.books += 1
        try:
            solution = solve(book, rules, hour)
        except NoStrictSolution:
            counted.none.append(seed)
            continue
        adversary = Adversary(book, rules, hour)
        found = adversary.others(random, solution, TRIES)
        counted.tried += adversary.tried
        if adversary.takes_rounding_up(solution):
            counted.rounded_up.append(seed)
        if len(found) > 1:
            counted.choice.append(seed)
            counted.largest = max(counted.largest, _apart(found))
    return counted


def exhaustive(first: int, books: int) -> Counted:
    """Tiny lossy books number `first` and on, of which every whole flow is tried."""
    counted = Counted()
    for seed in range(first, first + books):
        book, rules, hour = tiny_market(Random(seed))
        counted.books += 1
        found = every_outcome(book, rules, hour)
        counted.tried += prod(line.capacity + 1 for line in rules.lines)
        if not found:
            counted.none.append(seed)
        if len(found) > 1:
            counted.choice.append(seed)
            counted.largest = max(counted.largest, _apart(set(found)))
    return counted


def _apart(found: set[tuple[int, ...]]) -> int:
    """1e-5 CNY by which the money of one order differs at most between two outcomes."""
    columns: list[tuple[int, ...]] = list(zip(*found, strict=True))
    return max(max(column) - min(column) for column in columns)
