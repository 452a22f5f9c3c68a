"""Pairs of orders: the order in which the auction MatchedPairsAuction is given its book, and the trades that it says it made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shengdian.sim.base.units import U32
from shengdian.sim.chain.abi_words import pack_words
from shengdian.sim.solve.book import Book


@dataclass(frozen=True, slots=True)
class Pair:
    """One trade between two rows of the book."""

    seller: int
    """row of the book"""
    buyer: int
    """row of the book"""
    quantity: int
    """kWh"""
    price: int
    """fen/MWh"""


def sequence(book: Book) -> list[int]:
    """Every row of the book: zone by zone offers by rising price, then bids by falling price, equal prices by row."""
    order: list[int] = np.lexsort((np.where(book.sells, book.price, -book.price), ~book.sells, book.zone)).tolist()
    return order


def sequence_words(rows: Sequence[int]) -> list[int]:
    """A sequence as `clear` takes it, eight uint32 a word."""
    return pack_words(rows, 32)


def pack_pair(pair: Pair) -> int:
    """The word of a trade in the log TradesMade."""
    return (pair.price & U32) << 96 | pair.seller << 64 | pair.buyer << 32 | pair.quantity


def unpack_pair(word: int) -> Pair:
    """A trade out of the log TradesMade."""
    price = (word >> 96 & U32 ^ 2**31) - 2**31
    return Pair(word >> 64 & U32, word >> 32 & U32, word & U32, price)
