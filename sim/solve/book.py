"""The order book of one hour as columns: what the solver and the certificate reckon with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

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
    regional: Integers | None = None
    """fen/MWh in a second stage; None where all prices stay"""
    renewable: NDArray[np.bool_] | None = None
    """whether the trader gives wind, sun or water; None where nobody asks"""

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
        return replace(self, quantity=quantity)

    def in_region(self) -> Book:
        """The same orders at their prices in a second stage."""
        return self if self.regional is None else replace(self, price=self.regional, regional=None)

    @staticmethod
    def joined(first: Book, second: Book) -> Book:
        """All rows of the first book, then all of the second."""
        columns = {name: np.concatenate((getattr(first, name), getattr(second, name))) for name in ("zone", "sells", "price", "quantity")}
        regional = renewable = None
        if first.regional is not None or second.regional is not None:
            regional = np.concatenate((first.in_region().price, second.in_region().price))
        if first.renewable is not None or second.renewable is not None:
            renewable = np.concatenate((first.renewables(), second.renewables()))
        return Book(**columns, regional=regional, renewable=renewable)

    def renewables(self) -> NDArray[np.bool_]:
        """Which rows give wind, sun or water, shape (row,)."""
        return np.zeros(len(self), np.bool_) if self.renewable is None else self.renewable


def zone_sums(book: Book, chosen: NDArray[np.bool_], zones: int) -> Integers:
    """kWh of the chosen rows by zone, shape (zone,). Exact: an hour's kWh stay far below 2^53."""
    return np.bincount(book.zone[chosen], weights=book.quantity[chosen], minlength=zones).astype(np.int64)


def welfare(book: Book, fills: Integers) -> int:
    """Buyers' value less sellers' cost of `fills` (kWh by row), 1e-5 CNY, before line charges."""
    worth = np.where(book.sells, -book.price, book.price)
    return sum(int(price) * int(fill) for price, fill in zip(worth, fills, strict=True))
