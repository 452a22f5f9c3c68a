"""What the regional stage of a two-stage auction takes over from the provincial one."""

from __future__ import annotations

import numpy as np

from shengdian.sim.solve.book import Book, Integers, zone_sums


def flexible_book(book: Book, fills: Integers, economic: bool) -> Book:
    """What the regional stage may still decide, given the provincial fills (kWh by row): physically only what is left over of an order,
    economically all of what sellers offer, so that a cheaper one elsewhere can replace them."""
    kept = book.sells & economic
    return book.with_quantity(np.where(kept, book.quantity, book.quantity - fills))


def firm_exports(book: Book, fills: Integers, economic: bool, zones: int) -> tuple[int, ...]:
    """kWh by zone that provincial fills (kWh by row) make firm: purchases, less sales unless they may be replaced."""
    decided = book.with_quantity(fills)
    purchases = zone_sums(decided, ~book.sells, zones)
    sales = zone_sums(decided, book.sells, zones)
    return tuple((purchases if economic else purchases - sales).tolist())
