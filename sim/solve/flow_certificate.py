"""The proof that net exports within a network's limits are optimal, and that nodal prices are the right ones of those that support them.

Twin of `FlowCertificate.sol`. Anyone may submit net exports, what the full rows are worth, and a direction by node; they are accepted only
if complementary slackness holds and the prices are the nearest to where the books begin (the low end) and end (the high end).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shengdian.sim.base.types import Dual, Network, NodalSolution, Rules
from shengdian.sim.base.units import PPM, U32
from shengdian.sim.solve.book import Book, Integers
from shengdian.sim.solve.certificate import fills_of, look, require
from shengdian.sim.solve.ptdf import FACTOR, flows_of

FINE = 10**18
"""of a tick: the unit of levels, duals and directions"""
PRICE = FINE * FACTOR
"""of a tick: the unit of a node's exact price"""
SLACK = PRICE // 10_000
"""by which an exact price may miss its book and lack to a tick: 1e-4 tick"""
FAR = 2**30
"""ticks above or below the floor where no node's price can be"""
MOST_SPANS = 10_000
"""how much more than cap less floor a row may be worth"""
NEAR = FINE * PRICE // 10_000
"""square of the distance to the right prices that is allowed, 1e-4 square ticks: 0.01 tick"""


@dataclass(frozen=True, slots=True)
class NodalClearing:
    """What proven net exports come to."""

    prices: tuple[int | None, ...]
    """fen/MWh by zone, below the floor or above the cap where the network asks for it; None where nothing is traded anywhere"""
    fills: Integers
    """kWh by row of the book"""
    gap: int
    """1e-5 CNY, rounded up: the welfare is at most this far from the optimum"""
    rent: int
    """1e-5 CNY that buyers pay more than sellers get"""


class Full(NamedTuple):
    """A row that is full, in its direction (sign 1) or against it (-1)."""

    dual: Dual
    sign: int
    limit: int
    """1e-9 kWh, signed"""
    flow: int
    """1e-9 kWh"""


class _Span(NamedTuple):
    """How a node's net export lies in its book."""

    left: int
    """least kWh to which the book nets at the price"""
    right: int
    """most kWh"""
    low: int
    """least price at which the book nets to the net export, ticks above the floor; -FAR where there is none"""
    high: int
    """highest; FAR where there is none"""


def certify_nodal(book: Book, rules: Rules, solution: NodalSolution) -> NodalClearing:
    """Checks every law in the order of the contract and returns what follows. Raises Reverted with the law that is broken."""
    network = rules.network
    assert network is not None, "nodal prices are of a network"
    full = check_flows(network, solution, MOST_SPANS * (rules.cap - rules.floor) * FINE)
    exact = [node_prices(rules, level, full, end) for end, level in enumerate(solution.levels)]
    mixed = [(PPM - rules.k) * low + rules.k * high for low, high in zip(*exact, strict=True)]
    ticks = [(price + SLACK * PPM) // (PRICE * PPM) for price in mixed]
    for zone, tick in enumerate(ticks):
        require(-FAR <= tick <= FAR, "PriceTooFar", zone=zone)

    seen = look(book, rules, ticks, -FAR, FAR)
    spans = []
    for zone, net in enumerate(solution.net):
        left = int(seen.sold[zone] - seen.bought[zone] - seen.may_buy[zone])
        right = int(seen.sold[zone] + seen.may_sell[zone] - seen.bought[zone])
        require(net >= left, "NetExportTooLow", zone=zone, net=net, least=left)
        require(net <= right, "NetExportTooHigh", zone=zone, net=net, most=right)
        low = int(seen.below[zone]) if net == left else ticks[zone]
        high = int(seen.above[zone]) if net == right else ticks[zone]
        spans.append(_Span(left, right, low, high))
    for end, (prices, directions) in enumerate(zip(exact, solution.directions, strict=True)):
        targets = [max(span.low, 0) if end == 0 else min(span.high, rules.cap - rules.floor) for span in spans]
        check_nearest(network, full, end, prices, targets, directions, spans)

    needed = np.array(solution.net, np.int64)
    sold = np.minimum(seen.sold + seen.may_sell, seen.bought + seen.may_buy + needed)
    traded = bool((sold > 0).any())
    prices_ = [tick + rules.floor for tick in ticks]
    return NodalClearing(
        prices=tuple(price if traded else None for price in prices_),
        fills=fills_of(book, seen, sold - seen.sold, sold - needed - seen.bought),
        gap=_gap(rules.k, full, mixed, spans, solution.net),
        rent=-sum(price * energy for price, energy in zip(prices_, solution.net, strict=True)),
    )


def check_flows(network: Network, solution: NodalSolution, most: int) -> list[Full]:
    """Net exports balance and keep within the limits, and exactly the full rows are worth something; returns those.

    `most` is what a row may be worth, 1e-18 tick. Raises Reverted with NetNotZero, ExportsTooHigh, FlowAboveLimit, FlowBelowLimit,
    RowNotListed, DualOfWrongSide, DualTooLarge or RowNotFull.
    """
    total, exports = sum(solution.net), sum(energy for energy in solution.net if energy > 0)
    require(total == 0, "NetNotZero", total=total)
    require(exports <= U32, "ExportsTooHigh", exports=exports, most=U32)
    full: list[Full] = []
    for row, (flow, up, down) in enumerate(zip(flows_of(network, solution.net), network.up, network.down, strict=True)):
        tolerance = network.tolerance * FACTOR
        above, below = up * FACTOR, None if down is None else -down * FACTOR
        require(flow <= above + tolerance, "FlowAboveLimit", row=row, flow=flow)
        require(below is None or flow >= below - tolerance, "FlowBelowLimit", row=row, flow=flow)
        if flow >= above - tolerance:
            sign, limit = 1, above
        elif below is not None and flow <= below + tolerance:
            sign, limit = -1, below
        else:
            continue
        require(len(full) < len(solution.duals) and solution.duals[len(full)].row == row, "RowNotListed", row=row)
        dual = solution.duals[len(full)]
        require(dual.low * sign >= 0 and dual.high * sign >= 0, "DualOfWrongSide", row=row)
        require(abs(dual.low) <= most and abs(dual.high) <= most, "DualTooLarge", row=row)
        full.append(Full(dual, sign, limit, flow))
    require(len(full) == len(solution.duals), "RowNotFull", row=solution.duals[len(full)].row if len(full) < len(solution.duals) else 0)
    return full


def node_prices(rules: Rules, level: int, full: Sequence[Full], end: int) -> list[int]:
    """The exact price of every node, 1e-27 tick above the floor."""
    assert rules.network is not None, "as in certify_nodal"
    prices = [level * FACTOR] * rules.zones
    for each in full:
        worth = each.dual.high if end else each.dual.low
        prices = [price - worth * factor for price, factor in zip(prices, rules.network.factors[each.dual.row], strict=True)]
    return prices


def check_nearest(
    network: Network,
    full: Sequence[Full],
    end: int,
    prices: Sequence[int],
    targets: Sequence[int],
    directions: Sequence[int],
    spans: Sequence[_Span],
) -> None:
    """The prices of an end support the trades, and no others that do lie nearer to `targets`, by more than 0.01 tick.

    `prices` are 1e-27 tick, `targets` ticks above the floor by zone. Raises Reverted with PriceOutsideBook, DirectionNotBalanced,
    DirectionAgainstRow or NotNearest.
    """
    total = sum(directions)
    require(total == 0, "DirectionNotBalanced", end=end, total=total)
    off = 0
    for each in full:
        along = sum(factor * way for factor, way in zip(network.factors[each.dual.row], directions, strict=True))
        require(along * each.sign <= 0, "DirectionAgainstRow", end=end, row=each.dual.row)
        off += abs((each.dual.high if end else each.dual.low) * along)
    moved = 0
    for zone, (price, target, way, span) in enumerate(zip(prices, targets, directions, spans, strict=True)):
        least, most = span.low * PRICE, span.high * PRICE
        require(least - SLACK <= price <= most + SLACK, "PriceOutsideBook", zone=zone, end=end)
        held = way * FACTOR - (price - target * PRICE)
        moved += held * max(most - price, 0) if held > 0 else -held * max(price - least, 0)
    require(off + -(-moved // FACTOR) <= NEAR, "NotNearest", end=end)


def _gap(k: int, full: Sequence[Full], mixed: Sequence[int], spans: Sequence[_Span], net: Sequence[int]) -> int:
    """`mixed` is the exact price by zone, ppm x 1e-27 tick above the floor."""
    total = 0
    for each in full:
        total += ((PPM - k) * each.dual.low + k * each.dual.high) * (each.limit - each.flow)
    for price, span, energy in zip(mixed, spans, net, strict=True):
        total += max(price - span.high * PRICE * PPM, 0) * (span.right - energy)
        total += max(span.low * PRICE * PPM - price, 0) * (energy - span.left)
    return -(-total // (PRICE * PPM))
