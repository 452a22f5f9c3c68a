"""One price for all zones as if no line were full, and the redispatch that keeps the lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shengdian.sim.base.types import Rules, Submission
from shengdian.sim.solve.book import Book, Integers
from shengdian.sim.solve.certificate import Clearing, certify
from shengdian.sim.solve.clearing import solve, solve_loosely


def together(book: Book) -> Book:
    """The book as if all zones were one."""
    return replace(book, zone=np.zeros(len(book), np.int64))


def rules_together(rules: Rules) -> Rules:
    """The rules of an auction without lines, whose zones are one."""
    return replace(rules, zones=1, lines=())


def fixed_load(book: Book, wanted: Integers, cap: int) -> Book:
    """What redispatch decides: offers as they stand, and load that bids the cap (fen/MWh) for what the merit order gave it.

    `wanted` is kWh by row in the merit order, shape (row,).
    """
    return replace(book, price=np.where(book.sells, book.price, cap), quantity=np.where(book.sells, book.quantity, wanted))


def merit_order(book: Book, rules: Rules, found: Submission, hour: int) -> Clearing:
    """The price of all zones and what would be traded, as `found` proves. Raises Reverted with the law that is broken."""
    return certify(together(book), rules_together(rules), found, hour)


def solve_merit_order(book: Book, rules: Rules) -> Submission:
    """What proves the merit order. Raises as `solve` does."""
    return solve(together(book), rules_together(rules), 0)


def solve_one_price(book: Book, rules: Rules, hour: int, loosely: bool = False) -> tuple[Submission, Submission]:
    """The submissions of the merit order and of the redispatch. Raises as `solve` does, or `solve_loosely`."""
    first = solve_merit_order(book, rules)
    wanted = merit_order(book, rules, first, hour).fills
    return first, (solve_loosely if loosely else solve)(fixed_load(book, wanted, rules.cap), rules, hour)


def payments_of(book: Book, price: Integers, wanted: Integers, fills: Integers) -> Integers:
    """1e-5 CNY that rows get (negative where they pay), shape (row,).

    Buyers pay the one `price` for what they get. Sellers get it for their place in the merit order (`wanted`), and get or pay their own
    offer for what redispatch adds to it or takes away.
    """
    return np.where(book.sells, price * wanted + book.price * (fills - wanted), -price * fills)
