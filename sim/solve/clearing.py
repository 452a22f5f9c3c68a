"""Finds what the certificate proves: optimal flows, whole to the kWh, and the ends of the interval of supporting prices.

Nothing here is trusted: whatever it returns is only accepted if the certificate holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from shengdian.sim.base.types import Rules, Submission, SurplusDeficit
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.book import Book, Integers, zone_sums
from shengdian.sim.solve.certificate import certify, net_exports
from shengdian.sim.solve.linear_program import minimise
from shengdian.sim.solve.regional_book import firm_exports, flexible_book
from shengdian.sim.solve.rounding import whole_flows
from shengdian.sim.solve.supporting_prices import MICRO, highest, lowest

LEAST_COST = 1e-7
"""ticks on every line's charge inside the LP: no idle circles, and the least flow among equals. Far below what the certificate can tell
(a micro-tick), because with losses a real gain may be as small as that; above what HiGHS may leave on the table."""


def solve(book: Book, rules: Rules, firm: Sequence[int] | None = None) -> Submission:
    """The optimal flows of a book with the bounds of its prices.

    `firm` is what the zones must deliver beside the book (kWh by zone, none where left out). Raises RuntimeError where no flows can
    serve it, or NotSupporting where the LP's answer has no supporting prices (neither is known to happen for a two-stage auction).
    """
    extra = tuple(firm) if firm is not None else (0,) * rules.zones
    steps = _staircases(book, rules)
    sent: tuple[int, ...] = (0,) * len(rules.lines)
    received = sent
    if any(line.capacity for line in rules.lines):
        inner = [frozenset(net - extra[zone] for net in step.net.tolist()) for zone, step in enumerate(steps)]
        sent, received = whole_flows(rules, _flows(book, rules, extra), inner)
    flows = Submission(sent, received, (), ())
    net = [export + extra[zone] for zone, export in enumerate(net_exports(rules, flows))]
    ends = [step.interval(export) for step, export in zip(steps, net, strict=True)]
    least, most = [lower for lower, _ in ends], [upper for _, upper in ends]
    low = lowest(rules.lines, rules.floor, sent, least, most)
    high = highest(rules.lines, rules.floor, sent, most, least)
    return Submission(sent, received, tuple(low), tuple(high))


def solve_two_stage(book: Book, rules: Rules, reading: SurplusDeficit) -> tuple[Submission, Submission, Integers]:
    """Every province alone, then the region over what that leaves: both submissions, and the provincial fills (kWh by row).

    Raises as `solve` does.
    """
    provincial, fills = solve_provinces(book, rules)
    regional = solve(flexible_book(book, fills, reading), rules, firm_exports(book, fills, reading, rules.zones))
    return provincial, regional, fills


def solve_provinces(book: Book, rules: Rules) -> tuple[Submission, Integers]:
    """Every province alone: the submission, and the fills (kWh by row). Raises as `solve` does."""
    alone = replace(rules, lines=())
    provincial = solve(book, alone)
    return provincial, certify(book, alone, provincial).fills


def _staircases(book: Book, rules: Rules) -> list[_Steps]:
    """The net export of every zone as a function of its price."""
    span = rules.cap - rules.floor + 1
    flexible = book.quantity > 0
    merged, group = np.unique((book.zone * span + (book.price - rules.floor))[flexible], return_inverse=True)
    size = np.bincount(group, weights=book.quantity[flexible], minlength=len(merged)).astype(np.int64)
    bids = zone_sums(book, ~book.sells, rules.zones)
    ends = np.searchsorted(merged, np.arange(rules.zones + 1) * span).tolist()
    return [
        _Steps(zone, merged[first:last] - zone * span, size[first:last], bids[zone], span - 1)
        for zone, (first, last) in enumerate(pairwise(ends))
    ]


class _Steps:
    """The net export of one zone as a function of its price: a staircase."""

    def __init__(self, zone: int, prices: Integers, size: Integers, bids: int, cap: int) -> None:
        """`prices` (rising) and `cap` in ticks above the floor, `size` of each step and all `bids` in kWh."""
        self.ends = [0, *(prices * MICRO).tolist(), cap * MICRO]
        """micro-ticks: the floor, the price of each step, the cap"""
        self.net = np.concatenate(([0], np.cumsum(size))) - bids
        """kWh between the steps, rising"""
        self.zone = zone

    def interval(self, net: int) -> tuple[int, int]:
        """Least and highest price at which the book can net to `net`, micro-ticks above the floor."""
        if not self.net[0] <= net <= self.net[-1]:
            raise RuntimeError(f"zone {self.zone} cannot net to {net} kWh")
        step = int(np.searchsorted(self.net, net))
        if self.net[step] == net:
            return self.ends[step], self.ends[step + 1]
        return self.ends[step], self.ends[step]


def _flows(book: Book, rules: Rules, firm: Sequence[int]) -> list[float]:
    """kWh sent by line at a vertex of the LP that maximises value less cost less charges."""
    span = rules.cap - rules.floor + 1
    key = (book.zone * 2 + book.sells) * span + (book.price - rules.floor)
    merged, group = np.unique(key[book.quantity > 0], return_inverse=True)
    size = np.bincount(group, weights=book.quantity[book.quantity > 0], minlength=len(merged))
    zone, sells, price = merged // span // 2, merged // span % 2 == 1, merged % span + rules.floor
    orders = len(merged)

    source = np.array([line.source for line in rules.lines])
    target = np.array([line.target for line in rules.lines])
    keep = np.array([(PPM - line.loss) / PPM for line in rules.lines])
    column = orders + np.arange(len(rules.lines))
    balance = np.zeros((rules.zones, orders + len(rules.lines)))
    balance[zone, np.arange(orders)] = np.where(sells, 1.0, -1.0)
    balance[source, column] = -1.0
    balance[target, column] = keep
    cost = np.concatenate((np.where(sells, price, -price), [line.charge + LEAST_COST for line in rules.lines]))
    most = np.concatenate((size, [float(line.capacity) for line in rules.lines]))
    firm_net = np.array(firm, np.float64)
    return [float(flow) for flow in minimise(cost, balance, firm_net, firm_net, most)[orders:]]
