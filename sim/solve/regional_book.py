"""What the regional stage of a two-stage auction takes over from the provincial one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shengdian.sim.base.types import SurplusDeficit
from shengdian.sim.solve.book import Book, Integers, zone_sums


def replaceable(book: Book, reading: SurplusDeficit) -> NDArray[np.bool_]:
    """Whether what the row sold at home may be replaced by energy from elsewhere, shape (row,)."""
    if reading == "physical":
        return np.zeros(len(book), np.bool_)
    return book.sells if reading == "economic" else book.sells & ~book.renewables()


def offered(book: Book, fills: Integers, reading: SurplusDeficit) -> Integers:
    """kWh by row that are for sale: offered and not sold at home; by wind, sun and water alone where only they are surplus."""
    selling = book.sells & book.renewables() if reading == "renewable" else book.sells
    return np.where(selling, book.quantity - fills, 0)


def wanted(book: Book, fills: Integers, reading: SurplusDeficit) -> Integers:
    """kWh by row that are sought: bid for and not served at home, or sold there by a plant that may be replaced."""
    return np.where(book.sells, np.where(replaceable(book, reading), fills, 0), book.quantity - fills)


def kept(book: Book, fills: Integers, reading: SurplusDeficit) -> Integers:
    """kWh by row that the provincial fills make firm."""
    return np.where(replaceable(book, reading), 0, fills)


def flexible_book(book: Book, fills: Integers, reading: SurplusDeficit) -> Book:
    """What the regional stage may still decide, given the provincial fills (kWh by row), at the prices of that stage.

    Of a plant that may be replaced that is what it sold and what it still offers, of everybody else what the fills left.
    """
    left = np.where(book.sells, offered(book, fills, reading), book.quantity - fills)
    return book.in_region().with_quantity(left + np.where(replaceable(book, reading), fills, 0))


def firm_exports(book: Book, fills: Integers, reading: SurplusDeficit, zones: int) -> tuple[int, ...]:
    """kWh by zone that provincial fills (kWh by row) make firm: purchases, less sales that may not be replaced."""
    decided = book.with_quantity(kept(book, fills, reading))
    return tuple((zone_sums(decided, ~book.sells, zones) - zone_sums(decided, book.sells, zones)).tolist())
