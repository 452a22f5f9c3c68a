"""What the auction holds when the gate closes, and what it did not take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.orders import Orders
from shengdian.sim.solve.book import Book, Integers


@dataclass(frozen=True, slots=True)
class Standing:
    """Every segment that stands, one row a segment, in order id order: trader number, then segment. All arrays have shape (row,)."""

    trader: Integers
    """index among those who trade"""
    segment: Integers
    """index in the order"""
    book: Book


@dataclass(frozen=True, slots=True)
class Refused:
    """Orders of the hour that the contract did not take, and the row of each in `orders`."""

    orders: Orders
    errors: Mapping[int, Reverted]
