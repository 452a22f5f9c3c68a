"""The proof that a stage's flows and prices are optimal, and what follows from it: prices, fills and money.

Twin of `Certificate.sol`. Anyone may submit flows with the lowest and highest price of each zone; they are accepted only if complementary
slackness holds, and then nothing is left to choose: the price, the fills and every payment follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.types import Rules, Submission
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.arcs import NANO, SLACK, Arc, arcs_of, could_use, wasting
from shengdian.sim.solve.book import Book, Integers, zone_sums
from shengdian.sim.solve.supporting_prices import NotSupporting, highest, lowest


@dataclass(frozen=True, slots=True)
class Clearing:
    """What a proven stage comes to."""

    prices: tuple[int | None, ...]
    """fen/MWh by zone; None where nothing was filled and nothing passed"""
    fills: Integers
    """kWh by row of the book"""
    gap: int
    """1e-5 CNY, rounded up: the welfare less tie-breaking costs is at most this far from the optimum"""
    charges: tuple[int, ...]
    """1e-5 CNY by line, for what it sends"""
    rents: tuple[int, ...]
    """1e-5 CNY by line, value received less value sent less charge; what whole ticks and kWh take below 0 the grid bears"""


@dataclass(frozen=True, slots=True)
class BookAtPrices:
    """A book seen from one price a zone. All but the mask arrays have shape (zone,)."""

    sold: Integers
    """kWh offered below the price"""
    may_sell: Integers
    """kWh offered at the price"""
    bought: Integers
    """kWh bid above the price"""
    may_buy: Integers
    """kWh bid at the price"""
    below: Integers
    """nearest order price below, ticks above the floor"""
    above: Integers
    """nearest order price above, ticks above the floor"""
    inside: NDArray[np.bool_]
    """in the money, shape (row,)"""
    margin: NDArray[np.bool_]
    """at the price, shape (row,)"""


def certify(
    book: Book, rules: Rules, submission: Submission, hour: int, firm: Sequence[int] | None = None, strict: bool = True
) -> Clearing:
    """Checks every law in the order of the contract and returns what follows.

    `book` holds the flexible quantities; `firm` is what the zones must deliver beside them (kWh by zone, none where left out): firm
    purchases less firm sales. The `hour` decides between equals. Where not `strict`, as late in the hour, what arrives may also be rounded
    up, and a kWh may be wasted. Raises Reverted with the law that is broken.
    """
    arcs = arcs_of(rules, hour)
    check_lines(arcs, submission, strict)
    ticks = check_bounds(rules, submission)
    zones = look(book, rules, ticks, 0, rules.cap - rules.floor)
    net = net_exports(rules, submission)
    must = [export + extra for export, extra in zip(net, firm or (0,) * rules.zones, strict=True)]
    least, most = check_book(rules, submission, ticks, zones, must)
    check_lowest(arcs, submission, least)
    check_highest(arcs, submission, most)
    if strict:
        check_waste(arcs, submission, least)

    needed = np.array(must, np.int64)
    sold = np.minimum(zones.sold + zones.may_sell, zones.bought + zones.may_buy + needed)
    bought = sold - needed
    passed = [False] * rules.zones
    for line, sent, received in zip(rules.lines, submission.sent, submission.received, strict=True):
        passed[line.source] |= sent > 0
        passed[line.target] |= received > 0
    traded = (sold > 0) | (bought > 0)
    prices = [tick + rules.floor for tick in ticks]
    charges = tuple(line.charge * sent for line, sent in zip(rules.lines, submission.sent, strict=True))
    rents = tuple(
        prices[line.target] * received - prices[line.source] * sent - charge
        for line, sent, received, charge in zip(rules.lines, submission.sent, submission.received, charges, strict=True)
    )
    return Clearing(
        prices=tuple(price if traded[zone] or passed[zone] else None for zone, price in enumerate(prices)),
        fills=fills_of(book, zones, sold - zones.sold, bought - zones.bought),
        gap=_gap(rules, arcs, submission),
        charges=charges,
        rents=rents,
    )


def net_exports(rules: Rules, submission: Submission) -> list[int]:
    """Net export by zone: kWh that lines take out of it less kWh that they bring."""
    net = [0] * rules.zones
    for line, sent, received in zip(rules.lines, submission.sent, submission.received, strict=True):
        net[line.source] += sent
        net[line.target] -= received
    return net


def check_lines(arcs: Sequence[Arc], submission: Submission, strict: bool) -> None:
    """A line sends no more kWh than it can, and what arrives is what was sent less the loss, down to the kWh, or up if not `strict`.

    Raises Reverted with FlowAboveCapacity or ReceivedNotSentLessLoss.
    """
    for index, (arc, sent, received) in enumerate(zip(arcs, submission.sent, submission.received, strict=True)):
        require(sent <= arc.capacity, "FlowAboveCapacity", line=index, sent=sent, capacity=arc.capacity)
        least = arc.arrives(sent)
        most = least if strict else -(-arc.keep * sent // PPM)
        require(received in (least, most), "ReceivedNotSentLessLoss", line=index, sent=sent, received=received)


def check_bounds(rules: Rules, submission: Submission) -> list[int]:
    """The price that follows from the bounds lies inside the limits; returns it by zone, in ticks (fen/MWh) above the floor.

    Raises Reverted with BoundsCrossed or PriceOutsideLimits.
    """
    ticks = []
    for zone, (low, high) in enumerate(zip(submission.low, submission.high, strict=True)):
        require(low <= high, "BoundsCrossed", zone=zone, low=low, high=high)
        tick = (_inner(low, high, rules.k) + SLACK) // NANO
        require(tick <= rules.cap - rules.floor, "PriceOutsideLimits", zone=zone, price=tick)
        ticks.append(tick)
    return ticks


def check_book(rules: Rules, submission: Submission, ticks: list[int], zones: BookAtPrices, net: list[int]) -> tuple[list[int], list[int]]:
    """Each zone can and would trade its net export at its price, and its bounds lie where its book allows.

    Returns the least and the highest price at which the book nets so, nano-ticks by zone.
    """
    least, most = [], []
    for zone in range(rules.zones):
        left = int(zones.sold[zone] - zones.bought[zone] - zones.may_buy[zone])
        right = int(zones.sold[zone] + zones.may_sell[zone] - zones.bought[zone])
        require(net[zone] >= left, "NetExportTooLow", zone=zone, net=net[zone], least=left)
        require(net[zone] <= right, "NetExportTooHigh", zone=zone, net=net[zone], most=right)
        lower = (int(zones.below[zone]) if net[zone] <= left else ticks[zone]) * NANO
        upper = (int(zones.above[zone]) if net[zone] >= right else ticks[zone]) * NANO
        require(submission.low[zone] >= lower, "LowBelowBook", zone=zone, low=submission.low[zone], least=lower)
        require(submission.high[zone] <= upper, "HighAboveBook", zone=zone, high=submission.high[zone], most=upper)
        least.append(lower)
        most.append(upper)
    return least, most


def check_lowest(arcs: Sequence[Arc], submission: Submission, least: list[int]) -> None:
    """From one nano-tick below, the lines lift the prices back to the low bounds and no further.

    `least` is nano-ticks above the floor by zone, as `check_book` gives it. Raises Reverted with LowNotSupporting or NotLowest.
    """
    start = [max(lower, low - 1) for lower, low in zip(least, submission.low, strict=True)]
    try:
        reached = lowest(arcs, submission.sent, start, submission.low)
    except NotSupporting as failure:
        raise Reverted("LowNotSupporting", {"line": failure.line}) from None
    for zone, (price, low) in enumerate(zip(reached, submission.low, strict=True)):
        require(price == low, "NotLowest", zone=zone)


def check_highest(arcs: Sequence[Arc], submission: Submission, most: list[int]) -> None:
    """From one nano-tick above, the lines press the prices back to the high bounds and no further.

    `most` is nano-ticks above the floor by zone, as `check_book` gives it. Raises Reverted with HighNotSupporting or NotHighest.
    """
    start = [min(upper, high + 1) for upper, high in zip(most, submission.high, strict=True)]
    try:
        reached = highest(arcs, submission.sent, start, submission.high)
    except NotSupporting as failure:
        raise Reverted("HighNotSupporting", {"line": failure.line}) from None
    for zone, (price, high) in enumerate(zip(reached, submission.high, strict=True)):
        require(price == high, "NotHighest", zone=zone)


def check_waste(arcs: Sequence[Arc], submission: Submission, least: list[int]) -> None:
    """No line sends a kWh of which nothing arrives while the zone that sends it could use that kWh.

    `least` is nano-ticks above the floor by zone, as `check_book` gives it. Raises Reverted with EnergyWasted.
    """
    for line in wasting(arcs, submission.sent):
        require(not could_use(arcs, submission.sent, submission.low, least, line), "EnergyWasted", line=line)


def require(holds: bool, error: str, **args: int) -> None:
    """Raises Reverted with `error` and its `args` where something does not hold."""
    if not holds:
        raise Reverted(error, args)


def _inner(low: int, high: int, k: int) -> int:
    """The price inside the bounds, nano-ticks above the floor."""
    return low + (high - low) * k // PPM


def nearest_below(book: Book, gap: Integers, zones: int) -> Integers:
    """How far the nearest order price below lies by zone, ticks, shape (zone,); the least int64 where there is none.

    `gap` is order price less zone price, ticks, shape (row,).
    """
    nearest = np.full(zones, np.iinfo(np.int64).min)
    chosen = (gap < 0) & (book.quantity > 0)
    np.maximum.at(nearest, book.zone[chosen], gap[chosen])
    return nearest


def nearest_above(book: Book, gap: Integers, zones: int) -> Integers:
    """How far the nearest order price above lies by zone, ticks, shape (zone,); the greatest int64 where there is none.

    `gap` is order price less zone price, ticks, shape (row,).
    """
    nearest = np.full(zones, np.iinfo(np.int64).max)
    chosen = (gap > 0) & (book.quantity > 0)
    np.minimum.at(nearest, book.zone[chosen], gap[chosen])
    return nearest


def look(book: Book, rules: Rules, ticks: list[int], nothing_below: int, nothing_above: int) -> BookAtPrices:
    """One pass over the orders in any order, each compared with its own zone's price only.

    `ticks` is the price by zone; `nothing_below` and `nothing_above` stand for the nearest order price where there is none. All in ticks
    above the floor.
    """
    price = np.array(ticks, np.int64)
    gap = book.price - rules.floor - price[book.zone]
    inside, margin = np.where(book.sells, gap < 0, gap > 0), gap == 0
    below, above = nearest_below(book, gap, rules.zones), nearest_above(book, gap, rules.zones)
    return BookAtPrices(
        sold=zone_sums(book, inside & book.sells, rules.zones),
        may_sell=zone_sums(book, margin & book.sells, rules.zones),
        bought=zone_sums(book, inside & ~book.sells, rules.zones),
        may_buy=zone_sums(book, margin & ~book.sells, rules.zones),
        below=np.maximum(below, nothing_below - price) + price,
        above=np.minimum(above, nothing_above - price) + price,
        inside=inside,
        margin=margin,
    )


def fills_of(book: Book, zones: BookAtPrices, to_sell: Integers, to_buy: Integers) -> Integers:
    """In the money full; at the price pro rata, the remainder 1 kWh each by order id to shares that are not whole."""
    fills = np.where(zones.inside, book.quantity, 0)
    for sells, volumes, totals in ((True, to_sell, zones.may_sell), (False, to_buy, zones.may_buy)):
        for zone in np.flatnonzero(volumes):
            volume, total = int(volumes[zone]), int(totals[zone])
            rows = np.flatnonzero(zones.margin & (book.sells == sells) & (book.zone == zone))
            shares = [divmod(int(quantity) * volume, total) for quantity in book.quantity[rows]]
            left = volume - sum(share for share, _ in shares)
            for row, (share, rest) in zip(rows, shares, strict=True):
                extra = 1 if rest and left else 0
                left -= extra
                fills[row] = share + extra
    return fills


def _gap(rules: Rules, arcs: Sequence[Arc], submission: Submission) -> int:
    prices = [_inner(low, high, rules.k) for low, high in zip(submission.low, submission.high, strict=True)]
    total = 0
    for arc, sent, received in zip(arcs, submission.sent, submission.received, strict=True):
        source, target = prices[arc.source], prices[arc.target]
        margin = arc.keep * target - PPM * source - arc.wedge
        total += (arc.capacity - sent) * margin if margin > 0 else -sent * margin
        total += (target + rules.floor * NANO) * (arc.keep * sent - PPM * received)
    return -(-total // (PPM * NANO))
