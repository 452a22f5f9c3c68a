"""What a stage's trades pay: the price of their zone, of their order, of their pair or match, or what the contract announces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from shengdian.sim.base.errors import InputError
from shengdian.sim.chain.abi_words import WORD, signed, unpack_lanes
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.mechanisms import Mechanism
from shengdian.sim.solve.book import Book, Integers
from shengdian.sim.solve.corridor_matching import matches_of
from shengdian.sim.solve.pairing import Pair, unpack_pair
from shengdian.sim.solve.redispatch import payments_of

Logged = Callable[[str], Iterator[Mapping[str, bytes]]]
"""plain arguments, as packed words, of every event of a name that the auction emitted in the clearing"""


class Payments(NamedTuple):
    """What the segments of a book get in a stage."""

    money: Integers
    """1e-5 CNY, negative where a segment pays"""
    price: Integers
    """fen/MWh that each pays or gets, of several prices the mean, rounded down"""
    pairs: tuple[Pair, ...] = ()
    """who trades with whom, where the mechanism says so"""


def payments(rules: MarketRules, book: Book, before: Integers, after: Integers, price: Integers, logged: Logged) -> Payments:
    """Of a stage that fills `after` (kWh by segment) where `before` was filled; `price` is that of each segment's zone, fen/MWh.

    Raises InputError for a contract that announces payments of other segments than stand.
    """
    match rules.declared.pays:
        case "zone" | "own":
            price = prices_paid(rules.declared, book, price)
            return Payments(np.where(book.sells, 1, -1) * price * (after - before), price)
        case "pair":
            pairs = tuple(unpack_pair(word) for made in logged("TradesMade") for word in _words(made["trades"]))
            money = of_pairs(book, pairs)
            return Payments(money, _mean(money, after - before), pairs)
        case "redispatch":
            (wanted,) = (unpack_lanes(made["fills"], 32)[: len(book)] for made in logged("MeritOrder"))
            money = payments_of(book, price, wanted, after)
            return Payments(money, np.where(book.sells, money // np.maximum(after, 1), price))
        case "cost":
            raise AssertionError("who dispatches without orders is paid by no clearing")
        case "announced":
            announced = [signed(word) for made in logged("PaymentsMade") for word in _split(made["payments"])]
            if len(announced) != len(book):
                raise InputError(f"mechanism {rules.mechanism!r}: PaymentsMade has {len(announced)} payments; {len(book)} segments stand")
            money = np.array(announced, np.int64)
            return Payments(money, _mean(money, after - before))


def corridor_payments(book: Book, before: Integers, after: Integers, price: Integers, logged: Logged) -> Payments:
    """As `payments`, where corridors were matched: sellers get their zone's price, buyers pay those of their matches."""
    money = np.where(book.sells, price * np.maximum(after - before, 0), 0)
    for made in logged("MatchesMade"):
        for match in matches_of(_words(made["matches"])):
            for row, part in match.parts:
                money[row] -= match.price * part
    return Payments(money, _mean(money, after - before))


def prices_paid(mechanism: Mechanism, book: Book, price: Integers) -> Integers:
    """fen/MWh that every segment would pay or get: its own price, or that of its zone, `price`. KeyError where neither is paid."""
    return {"zone": price, "own": book.price}[mechanism.pays]


def of_pairs(book: Book, pairs: Sequence[Pair]) -> Integers:
    """1e-5 CNY that every segment gets, negative where it pays."""
    money = np.zeros(len(book), np.int64)
    for pair in pairs:
        money[pair.seller] += pair.price * pair.quantity
        money[pair.buyer] -= pair.price * pair.quantity
    return money


def _split(packed: bytes) -> list[bytes]:
    return [packed[at : at + WORD] for at in range(0, len(packed), WORD)]


def _words(packed: bytes) -> list[int]:
    return [int.from_bytes(word, "big") for word in _split(packed)]


def _mean(money: Integers, filled: Integers) -> Integers:
    """fen/MWh, rounded down; 0 where nothing is filled."""
    return np.abs(money) // np.maximum(np.abs(filled), 1)
