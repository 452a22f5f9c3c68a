"""The inter-provincial spot rule: surplus of one province meets demand of another over paths of lines, largest price difference first.

Every province has cleared alone before. What it could not sell it offers; what it could not serve it bids for; plants that may be replaced
(`regional_book.py`) also bid their own offer price for energy that replaces them. Then, until no difference is left that is not negative:

1. For every path with room the lowest offer of its source meets the highest bid of its target, converted to the source (`paths.py`).
   The largest difference goes first. Orders of one province and price are one group.
2. Where several paths tie, each group's energy is shared among its paths pro rata to what the other side can take there; a path gets the
   smaller of both shares. Lines that this overloads are scaled down pro rata, the most violated first. A province does not both sell and
   buy in one round: of tied paths the later waits for the next.
3. A group's trade is shared among its orders pro rata. Who has traded on one side is off the other side for the hour.

Sellers of a province all get half of offer and converted bid of its last match, rounded down to the tick; buyers pay that price plus
tariffs and losses of their path. The rule's steps of 1 MW and 1 CNY are not used: energy is whole kWh, prices whole fen. A path is closed
when it has no room for a kWh; the rest of a group that is too small to deliver a kWh over its best path lapses. A short province has sold
all its offers at home, so it cannot sell here.

Twin of contracts/auctions/CorridorMatching.sol.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from shengdian.sim.base.pro_rata import shares
from shengdian.sim.base.types import SurplusDeficit
from shengdian.sim.base.units import U32
from shengdian.sim.solve.book import Book, Integers
from shengdian.sim.solve.paths import SCALE, Path
from shengdian.sim.solve.regional_book import offered, wanted


@dataclass(frozen=True, slots=True)
class Match:
    """What one group of offers sells to one group of bids over one path."""

    path: int
    """index of the path"""
    ask: int
    """fen/MWh, the offers' price"""
    bid: int
    """fen/MWh, the bids' price, at the buyers' node"""
    sent: int
    """kWh at the sellers' node"""
    received: int
    """kWh at the buyers' node"""
    parts: tuple[tuple[int, int], ...]
    """row of the book and kWh received, for every buyer"""
    price: int = 0
    """fen/MWh that the buyers pay: their sellers' price plus tariffs and losses of the path"""


@dataclass(frozen=True, slots=True)
class Matched:
    """What a region comes to."""

    matches: tuple[Match, ...]
    """in the order made"""
    sold: Integers
    """kWh by row of the book"""
    bought: Integers
    """kWh by row of the book; of an offer, what the plant buys back"""
    prices: tuple[int | None, ...]
    """fen/MWh by zone: what sellers get; where none sell the mean of what buyers pay, rounded down; None where nobody trades"""
    money: Integers
    """1e-5 CNY by row that the order gets, negative where it pays"""
    flows: tuple[tuple[int, int], ...]
    """kWh sent and received by line"""


@dataclass(frozen=True, slots=True)
class Sides:
    """Rows of the book that take part, sorted as the auction is told them."""

    offers: tuple[int, ...]
    """rows with energy to sell, by zone, rising price and row"""
    bids: tuple[int, ...]
    """rows that would buy, by zone, falling price and row"""


def sides(book: Book, fills: Integers, reading: SurplusDeficit) -> Sides:
    """Who takes part after the provinces cleared with `fills` (kWh by row)."""
    zone, price, row = book.zone, book.in_region().price, np.arange(len(book))
    selling = row[offered(book, fills, reading) > 0]
    buying = row[wanted(book, fills, reading) > 0]
    return Sides(
        tuple(sorted(selling.tolist(), key=lambda at: (zone[at], price[at], at))),
        tuple(sorted(buying.tolist(), key=lambda at: (zone[at], -price[at], at))),
    )


def match_words(matches: Sequence[Match]) -> list[int]:
    """Matches as the words of the log MatchesMade, 256 bits each: every match is followed by its buyers' parts."""
    words = []
    for trade in matches:
        prices = (trade.price & U32) << 128 | (trade.ask & U32) << 96 | (trade.bid & U32) << 64
        words.append(1 << 255 | trade.path << 160 | prices | trade.sent << 32 | trade.received)
        words += [row << 32 | part for row, part in trade.parts]
    return words


def matches_of(words: Sequence[int]) -> list[Match]:
    """Matches out of the words of the log MatchesMade."""
    packed: list[tuple[int, list[tuple[int, int]]]] = []
    for word in words:
        if word >> 255:
            packed.append((word, []))
        else:
            packed[-1][1].append((word >> 32, word & U32))
    return [
        Match(
            word >> 160 & 0xFFFF,
            _signed(word >> 96),
            _signed(word >> 64),
            word >> 32 & U32,
            word & U32,
            tuple(parts),
            _signed(word >> 128),
        )
        for word, parts in packed
    ]


def _signed(word: int) -> int:
    """The int32 in the lowest bits."""
    return (word & U32 ^ 2**31) - 2**31


class _Side:
    """Offers or bids of every zone: the best group of each, and what is left of its rows."""

    def __init__(self, book: Book, quantity: Integers, rows: Sequence[int], trader: Sequence[int]) -> None:
        self.left: list[int] = quantity.tolist()
        """kWh by row"""
        self.trader = trader
        self.groups: dict[int, list[list[int]]] = defaultdict(list)
        """by zone the groups that are not used up, the best last; rows in order"""
        for (zone, _), group in groupby(reversed(rows), key=lambda row: (int(book.zone[row]), int(book.price[row]))):
            self.groups[zone].append(list(group)[::-1])
        self.traded: set[int] = set()
        """traders who have, and so are off the other side"""

    def total(self, zone: int, others: set[int]) -> int:
        """kWh of the best group of a zone that has any; traders in `others` are struck out."""
        groups = self.groups[zone]
        while groups:
            for row in groups[-1]:
                if self.trader[row] in others:
                    self.left[row] = 0
            if total := sum(self.left[row] for row in groups[-1]):
                return total
            groups.pop()
        return 0

    def lapse(self, zone: int) -> None:
        """The best group of a zone is given up."""
        self.groups[zone].pop()

    def take(self, zone: int, volume: int) -> list[tuple[int, int]]:
        """Row and kWh of those among whom `volume` of the best group is shared."""
        rows = self.groups[zone][-1]
        parts = [(row, part) for row, part in zip(rows, shares([self.left[row] for row in rows], volume), strict=True) if part]
        for row, part in parts:
            self.left[row] -= part
            self.traded.add(self.trader[row])
        return parts


def match(
    book: Book, fills: Integers, reading: SurplusDeficit, trader: Sequence[int], paths: Sequence[Path], room: Sequence[int], zones: int
) -> Matched:
    """What the rule makes of a region.

    Parameters
    ----------
    fills
        kWh by row that were cleared at home, shape (row,)
    reading
        what is for sale and what is wanted; a plant that may be replaced bids its offer's price for energy that replaces it
    trader
        by row, the number of whose order it is
    paths
        that may be used; the earlier goes first among equals
    room
        kWh by line
    zones
        how many
    """
    listed = sides(book, fills, reading)
    offers, bids = offered(book, fills, reading), wanted(book, fills, reading)
    book = book.in_region()
    sell, buy = _Side(book, offers, listed.offers, trader), _Side(book, bids, listed.bids, trader)
    spare = list(room)
    flows = [(0, 0)] * len(room)
    sold = np.zeros(len(book), np.int64)
    matches: list[Match] = []
    last: dict[int, int] = {}
    """by zone that sells, the price of its last match, fen/MWh"""
    closed: set[int] = set()
    while True:
        supply = [sell.total(zone, buy.traded) for zone in range(zones)]
        demand = [buy.total(zone, sell.traded) for zone in range(zones)]
        price = book.price
        gain: dict[int, int] = {}
        for index, path in enumerate(paths):
            if index not in closed and supply[path.source] and demand[path.target]:
                ask, bid = int(price[sell.groups[path.source][-1][0]]), int(price[buy.groups[path.target][-1][0]])
                gain[index] = path.converted(bid) - ask * SCALE
        best = max(gain.values(), default=-1)
        if best < 0:
            break
        tied = _apart([index for index, value in gain.items() if value == best], paths)
        if full := [index for index in tied if not paths[index].received(paths[index].room(spare))]:
            closed |= set(full)
            continue
        short = [paths[index].source for index in tied if not paths[index].received(supply[paths[index].source])]
        if short:
            sell.lapse(short[0])
            continue
        for index, received in _volumes(tied, paths, supply, demand, spare).items():
            path = paths[index]
            ask, bid = int(price[sell.groups[path.source][-1][0]]), int(price[buy.groups[path.target][-1][0]])
            carried = path.flows(received)
            for leg, sent, arrived in zip(path.legs, carried, carried[1:], strict=False):
                spare[leg] -= sent
                flows[leg] = (flows[leg][0] + sent, flows[leg][1] + arrived)
            for row, part in sell.take(path.source, carried[0]):
                sold[row] += part
            parts = tuple(buy.take(path.target, received))
            matches.append(Match(index, ask, bid, carried[0], received, parts))
            last[path.source] = (ask * SCALE + path.converted(bid)) // (2 * SCALE)
    return _settled(book, matches, sold, paths, last, tuple(flows), zones)


def _apart(tied: Sequence[int], paths: Sequence[Path]) -> list[int]:
    """Those of the tied paths, in order, among which no zone both sells and buys."""
    kept: list[int] = []
    for index in tied:
        path = paths[index]
        if all(paths[other].target != path.source and paths[other].source != path.target for other in kept):
            kept.append(index)
    return kept


def _volumes(
    tied: Sequence[int], paths: Sequence[Path], supply: Sequence[int], demand: Sequence[int], spare: Sequence[int]
) -> Mapping[int, int]:
    """kWh received by path in this round; at least one is above 0."""
    first = paths[tied[0]]
    alone = {tied[0]: min(demand[first.target], first.received(min(supply[first.source], first.room(spare))))}
    if len(tied) == 1:
        return alone
    needed = [paths[index].sent(demand[paths[index].target]) for index in tied]
    can = [paths[index].received(supply[paths[index].source]) for index in tied]
    of_offers = _divided(tied, supply, [paths[index].source for index in tied], needed)
    of_bids = _divided(tied, demand, [paths[index].target for index in tied], can)
    volumes = {index: min(of_bids[index], paths[index].received(of_offers[index])) for index in tied}
    while True:
        load = [0] * len(spare)
        for index, received in volumes.items():
            for leg, sent in zip(paths[index].legs, paths[index].flows(received), strict=False):
                load[leg] += sent
        over = [leg for leg in range(len(spare)) if load[leg] > spare[leg]]
        if not over:
            break
        worst = over[0]
        for leg in over:
            if load[leg] * spare[worst] > load[worst] * spare[leg]:
                worst = leg
        for index in tied:
            if worst in paths[index].legs:
                volumes[index] = volumes[index] * spare[worst] // load[worst]
    made = {index: received for index, received in volumes.items() if received}
    return made or alone


def _divided(tied: Sequence[int], whole: Sequence[int], zone: Sequence[int], weight: Sequence[int]) -> dict[int, int]:
    """By tied path its part of its zone's `whole` (kWh by zone), pro rata by `weight`; parts of a zone sum to the whole."""
    totals: dict[int, int] = defaultdict(int)
    for position in range(len(tied)):
        totals[zone[position]] += weight[position]
    begun: dict[int, int] = defaultdict(int)
    parts = {}
    for position, index in enumerate(tied):
        at, total = zone[position], totals[zone[position]]
        before = begun[at]
        begun[at] += weight[position]
        parts[index] = begun[at] * whole[at] // total - before * whole[at] // total
    return parts


def _settled(
    book: Book,
    matches: Sequence[Match],
    sold: Integers,
    paths: Sequence[Path],
    last: Mapping[int, int],
    flows: tuple[tuple[int, int], ...],
    zones: int,
) -> Matched:
    """Prices and money follow from the last match of every zone that sells."""
    bought, money = np.zeros(len(book), np.int64), np.zeros(len(book), np.int64)
    paid, taken = [0] * zones, [0] * zones
    priced = []
    for trade in matches:
        path = paths[trade.path]
        price = path.landed(last[path.source])
        priced.append(replace(trade, price=price))
        paid[path.target] += price * trade.received
        taken[path.target] += trade.received
        for row, part in trade.parts:
            bought[row] += part
            money[row] -= price * part
    for row in np.flatnonzero(sold).tolist():
        money[row] += last[int(book.zone[row])] * int(sold[row])
    prices = tuple(last.get(zone, paid[zone] // taken[zone] if taken[zone] else None) for zone in range(zones))
    return Matched(tuple(priced), sold, bought, prices, money, flows)
