"""The order book of one hour as columns: what the solver and the certificate reckon with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Book:
    """Orders of every zone, one row a segment, in order id order (trader number, then segment). All arrays have shape (row,)."""

    zone: Integers
    """index of the zone"""
    sells: NDArray[np.bool_]
    """True: offers energy, False: bids for it"""
    price: Integers
    """fen/MWh"""
    quantity: Integers
    """kWh; 0 where nothing of the order is flexible"""

    @classmethod
    def of(cls, rows: Iterable[tuple[int, bool, int, int]]) -> Book:
        """A book out of (zone, sells, price in fen/MWh, quantity in kWh), in order id order."""
        listed = list(rows)
        zone, sells, price, quantity = zip(*listed, strict=True) if listed else ((), (), (), ())
        return cls(np.array(zone, np.int64), np.array(sells, np.bool_), np.array(price, np.int64), np.array(quantity, np.int64))

    def __len__(self) -> int:
        return len(self.zone)

    def with_quantity(self, quantity: Integers) -> Book:
        """The same orders with other quantities: kWh, shape (row,)."""
        return Book(self.zone, self.sells, self.price, quantity)


def zone_sums(book: Book, chosen: NDArray[np.bool_], zones: int) -> Integers:
    """kWh of the chosen rows by zone, shape (zone,). Exact: an hour's kWh stay far below 2^53."""
    return np.bincount(book.zone[chosen], weights=book.quantity[chosen], minlength=zones).astype(np.int64)


def welfare(book: Book, fills: Integers) -> int:
    """Buyers' value less sellers' cost of `fills` (kWh by row), 1e-5 CNY, before line charges."""
    worth = np.where(book.sells, -book.price, book.price)
    return sum(int(price) * int(fill) for price, fill in zip(worth, fills, strict=True))
