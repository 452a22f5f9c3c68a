"""Twin of MatchedPairsAuction.sol and Pairing.sol: in every zone highest bid with lowest offer, then the next,
each pair at its own price."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from shengdian.sim.base.pro_rata import shares
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.base.units import NO_PRICE, PPM
from shengdian.sim.chain.abi_words import unpack_words
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.pairing import Pair, pack_pair
from shengdian.sim.twins import World
from shengdian.sim.twins.order_book import OrderBook, packed

MOST_LOOKS = 2**14
"""orders that pairings of an hour share volumes among; what is paired later meets by order id"""


class MatchedPairsAuction(OrderBook):
    """In every zone highest bid meets lowest offer, then the next, each pair at its own price; no lines."""

    def __init__(self, world: World, address: bytes, registry: bytes, ledger: bytes, rules: tuple[int, ...]) -> None:
        super().__init__(world, address, registry, ledger, rules, ())

    def clear(self, hour: int, traders: Sequence[bytes], sequence: Sequence[int]) -> None:
        """Clears an hour; `sequence` has all rows of the book, sorted, eight a word; refuses with UnknownRow or OutOfOrder."""
        self._close(hour)
        book, numbers = self._book(hour, traders)
        self._require_length(sequence, -(-len(book) // 8))
        rows = unpack_words(sequence, 32)[: len(book)]
        self._require_sorted(book, rows)
        pairs, fills = match(book, rows, self._rules.k)

        amounts = [0] * (FIRST_NUMBER + len(traders))
        for pair in pairs:
            amounts[numbers[pair.seller]] += pair.price * pair.quantity
            amounts[numbers[pair.buyer]] -= pair.price * pair.quantity
        self.emit("HourCleared", hour, 1, [NO_PRICE] * self._rules.zones, [], packed(np.array(fills, np.int64)), 0)
        self.emit("TradesMade", hour, [pack_pair(pair) for pair in pairs])
        self.other(self._ledger, "post", amounts)
        self._cleared[hour] = True

    def _require_sorted(self, book: Book, rows: Sequence[int]) -> None:
        last: tuple[int, bool, int, int] | None = None
        for place, row in enumerate(rows):
            if row >= len(book):
                self.revert("UnknownRow", row, len(book))
            sells, price = bool(book.sells[row]), int(book.price[row])
            key = (int(book.zone[row]), not sells, price if sells else -price, row)
            if last is not None and key <= last:
                self.revert("OutOfOrder", place)
            last = key


def match(book: Book, rows: Sequence[int], k: int) -> tuple[list[Pair], list[int]]:
    """Pairs in the order of pairing, and kWh by row; `rows` are all rows as `pairing.sequence` sorts them, `k` is ppm."""
    zone = book.zone.tolist()
    pairs: list[Pair] = []
    fills = [0] * len(book)
    looks = MOST_LOOKS
    for _, own in groupby(rows, lambda row: zone[row]):
        found, looks = _match_zone(book, list(own), k, fills, looks)
        pairs += found
    return pairs, fills


def _match_zone(book: Book, rows: Sequence[int], k: int, fills: list[int], looks: int) -> tuple[list[Pair], int]:
    """The pairs of one zone, whose sorted rows these are, and what they leave of `looks`; sets their `fills`."""
    price, quantity = book.price.tolist(), book.quantity.tolist()
    sides = [[row for row in rows if book.sells[row] == sells] for sells in (True, False)]
    offers, bids = ([list(group) for _, group in groupby(side, lambda row: price[row])] for side in sides)
    left = [0] * len(book)
    volume = _volume(offers, bids, price, quantity)
    for groups in (offers, bids):
        rest = volume
        for group in groups:
            part = min(rest, sum(quantity[row] for row in group))
            for row, energy in zip(group, shares([quantity[row] for row in group], part), strict=True):
                left[row] = energy
            rest -= part
    for row in rows:
        fills[row] = left[row]

    pairs: list[Pair] = []
    i = j = 0
    while volume:
        sellers, buyers = offers[i], bids[j]
        on_sale, on_demand = (sum(left[row] for row in group) for group in (sellers, buyers))
        part = min(on_sale, on_demand)
        ask, bid = price[sellers[0]], price[buyers[0]]
        size = len(sellers) + len(buyers)
        shared, looks = size <= looks, looks - size if size <= looks else 0
        pairs += _meet(sellers, buyers, left, part, ask + (bid - ask) * k // PPM, shared)
        volume -= part
        i, j = i + (part == on_sale), j + (part == on_demand)
    return pairs, looks


def _volume(offers: list[list[int]], bids: list[list[int]], price: list[int], quantity: list[int]) -> int:
    """The most that crossing orders can trade, kWh: at no price is more both offered and wanted."""
    best = 0
    for group in offers:
        at = price[group[0]]
        offered = sum(quantity[row] for other in offers for row in other if price[row] <= at)
        wanted = sum(quantity[row] for other in bids for row in other if price[row] >= at)
        best = max(best, min(offered, wanted))
    return best


def _meet(sellers: list[int], buyers: list[int], left: list[int], volume: int, price: int, shared: bool) -> list[Pair]:
    """Two groups share `volume`, or have all that is left where it is not `shared`, and meet by order id.

    What they trade is taken from what is `left`.
    """
    sold, bought = (
        dict(zip(group, shares(weights, volume) if shared else weights, strict=True))
        for group, weights in ((group, [left[row] for row in group]) for group in (sellers, buyers))
    )
    pairs = []
    for seller in sellers:
        for buyer in buyers:
            energy = min(sold[seller], bought[buyer])
            if energy:
                pairs.append(Pair(seller, buyer, energy, price))
                for row, part in ((seller, sold), (buyer, bought)):
                    part[row] -= energy
                    left[row] -= energy
    return pairs
