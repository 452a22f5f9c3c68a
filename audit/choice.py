"""What the certificate left open in an hour: other solutions that it would have accepted, energy wasted, and the loose rule.

Nothing of it is a difference, but a loose clearing of an hour that has a strict solution.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from shengdian.audit.linear_programs import Numbers, Program, solve
from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.types import Rules, Submission
from shengdian.sim.base.units import PPM, currency
from shengdian.sim.solve.arcs import NANO, Arc, tight, wasting
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.certificate import check_lines, check_waste
from shengdian.sim.solve.clearing import Market, NoStrictSolution
from shengdian.sim.solve.clearing import solve as solve_strictly
from shengdian.sim.solve.rounding import nets_of
from shengdian.sim.solve.supporting_prices import NotSupporting

WIDE = 0.5
"""kWh by which two optimal solutions must differ to be counted as two"""


class Choice:
    """Counts it, hour after hour."""

    def __init__(self) -> None:
        self.stages = 0
        """over lines"""
        self.degenerate: list[int] = []
        """hours in which another accepted solution moves energy"""
        self.largest = 0.0
        """1e-5 CNY that it moves in one zone at most"""
        self.wasted = 0
        """lines that sent a kWh of which nothing arrived"""
        self.loose: list[int] = []
        """hours cleared by the loose rule"""

    def look(
        self, book: Book, rules: Rules, hour: int, flows: Submission, firm: Sequence[int], strict: bool, say: Callable[[str], None]
    ) -> None:
        """Measures a stage over lines that is known to be right: what it decided, kWh by zone delivered beside, its flows."""
        market = Market(book, rules, hour, firm)
        try:
            priced = market.priced(flows.sent, flows.received)
        except (NotSupporting, RuntimeError):
            return
        self.stages += 1
        least, _ = market.ends(priced)
        self.wasted += len(wasting(market.arcs, priced.sent))
        if not strict and not _is_strict(market, priced, least):
            self.loose.append(hour)
            try:
                solve_strictly(book, rules, hour, firm)
            except NoStrictSolution:
                return
            say("it was cleared by the loose rule of the hour's last minutes, although there is a strict solution")
            return
        moved = _moved(market, priced, rules)
        if moved is not None:
            self.degenerate.append(hour)
            self.largest = max(self.largest, moved)

    def __str__(self) -> str:
        hours = f" ({', '.join(map(str, self.degenerate[:5]))}{', ...' if len(self.degenerate) > 5 else ''})" if self.degenerate else ""
        worth = f", another accepted solution moves at most {currency(round(self.largest)):.5f} CNY" if self.degenerate else ""
        loose = f" ({', '.join(map(str, self.loose[:5]))})" if self.loose else ""
        return (
            f"degenerate hours: {len(self.degenerate)} of {self.stages}{hours}{worth}; "
            f"lines that wasted a kWh: {self.wasted}; cleared by the loose rule: {len(self.loose)}{loose}"
        )


def _is_strict(market: Market, priced: Submission, least: list[int]) -> bool:
    try:
        check_lines(market.arcs, priced, strict=True)
        check_waste(market.arcs, priced, least)
    except Reverted:
        return False
    return True


def _moved(market: Market, priced: Submission, rules: Rules) -> float | None:
    """1e-5 CNY that another optimal solution moves in one zone at most; None where there is one solution.

    Lines whose prices are tight at both ends may send otherwise, and zones whose price is that of an order trade otherwise. Without losses
    these leave a choice only where they form a circle, through lines or through the orders of two zones: else nothing is reckoned. Its
    width is that of a linear program over what is free, found in the two directions of a combination drawn by a generator of fixed seed.
    """
    free = [line for line, arc in enumerate(market.arcs) if arc.full and tight(arc, priced.low) and tight(arc, priced.high)]
    spans = market.spans_at(priced)
    trading = [zone for zone, (low, high) in enumerate(spans) if low < high]
    if not _circle([market.arcs[line] for line in free], trading, rules.zones):
        return None
    weights = np.random.default_rng(len(free)).normal(size=len(free))
    first, last = (solve(_face(market.arcs, priced, free, spans, sign * weights)) for sign in (1, -1))
    if first is None or last is None or float(np.abs(last - first).max()) < WIDE:
        return None
    moved = nets_of([market.arcs[line] for line in free], (last - first).tolist(), rules.zones)
    prices = [rules.floor + (low + high) / 2 / NANO for low, high in zip(priced.low, priced.high, strict=True)]
    return max(abs(price * energy) for price, energy in zip(prices, moved, strict=True))


def _circle(arcs: Sequence[Arc], trading: Sequence[int], zones: int) -> bool:
    """Whether lines, and one place more that every trading zone is joined to, form a circle."""
    top = list(range(zones + 1))

    def root(place: int) -> int:
        while top[place] != place:
            place = top[place]
        return place

    for one, other in [*((arc.source, arc.target) for arc in arcs), *((zone, zones) for zone in trading)]:
        if root(one) == root(other):
            return True
        top[root(one)] = root(other)
    return False


def _face(arcs: Sequence[Arc], priced: Submission, free: Sequence[int], spans: Sequence[tuple[int, int]], cost: Numbers) -> Program:
    """The flows of free lines that keep every zone's net export within its span, kWh, where all other lines send what they do."""
    net = nets_of(arcs, [0 if line in free else out for line, out in enumerate(priced.sent)], len(spans))
    rows, columns, values = list[int](), list[int](), list[float]()
    for sign, shift in ((1, 0), (-1, len(spans))):
        for column, line in enumerate(free):
            rows += [arcs[line].source + shift, arcs[line].target + shift]
            columns += [column, column]
            values += [sign, -sign * arcs[line].keep / PPM]
    # what rounding takes from a line may be made up for: a kWh a line
    slack = [sum(1.0 for arc in arcs if arc.keep < PPM and zone in (arc.source, arc.target)) for zone in range(len(spans))]
    limits = [high - out + more for (_, high), out, more in zip(spans, net, slack, strict=True)]
    limits += [out - low + more for (low, _), out, more in zip(spans, net, slack, strict=True)]
    return Program(cost.tolist(), rows, columns, values, limits, [0] * len(free), [arcs[line].capacity for line in free], equal=False)
