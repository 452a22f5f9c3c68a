"""Finds what the certificate proves: optimal flows, whole to the kWh, and the ends of the interval of supporting prices.

Nothing here is trusted: whatever it returns is only accepted if the certificate holds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.types import Rules, Submission, SurplusDeficit
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.arcs import NANO, Arc, arcs_of, tie_costs
from shengdian.sim.solve.book import Book, Integers, zone_sums
from shengdian.sim.solve.certificate import certify, check_waste, net_exports
from shengdian.sim.solve.linear_program import minimise
from shengdian.sim.solve.regional_book import firm_exports, flexible_book
from shengdian.sim.solve.rounding import Span, loose_flows, lost_of, nets_of, strict_flows
from shengdian.sim.solve.supporting_prices import NotSupporting, highest, lowest

MOST_ROUNDS = 6
"""vertices that take what rounding loses into account, each what the one before lost"""
MOST_GROUPS = 100
"""groups of orders that are tried with a kWh more or less where no vertex of the book itself can be rounded"""


class NoStrictSolution(RuntimeError):
    """No solution was found in which what arrives is rounded down and no kWh is wasted that could be used."""


def solve(book: Book, rules: Rules, hour: int, firm: Sequence[int] | None = None) -> Submission:
    """The optimal flows of a book in an hour with the bounds of its prices.

    `firm` is what the zones must deliver beside the book (kWh by zone, none where left out). Raises RuntimeError where no flows can
    serve it, which is not known to happen for a two-stage auction, and NoStrictSolution where it finds none that the auction takes before
    the last minutes of the hour: only with losses, and rarely.
    """
    market = Market(book, rules, hour, firm)
    refusal: Exception | None = None
    for flows in market.vertices():
        try:
            return market.strict(flows)
        except (RuntimeError, NotSupporting, Reverted) as failure:
            refusal = failure
    raise NoStrictSolution("no whole flows near the optimum keep the rules of rounding") from refusal


def solve_loosely(book: Book, rules: Rules, hour: int, firm: Sequence[int] | None = None) -> Submission:
    """A solution that the auction takes in the last minutes of the hour, and there always is: what arrives may be rounded up.

    Parameters as of `solve`. Raises RuntimeError where no flows can serve what is firm, or NotSupporting where the LP's answer has no
    supporting prices (neither is known to happen for a two-stage auction).
    """
    market = Market(book, rules, hour, firm)
    inner = [frozenset(net - extra for net in step.net) for step, extra in zip(market.steps, market.firm, strict=True)]
    sent, received = loose_flows(market.arcs, market.flows([float(line.capacity) for line in rules.lines]), inner)
    return market.priced(sent, received)


def solve_two_stage(
    book: Book, rules: Rules, reading: SurplusDeficit, hour: int, loosely: bool = False
) -> tuple[Submission, Submission, Integers]:
    """Every province alone, then the region over what that leaves: both submissions, and the provincial fills (kWh by row).

    Raises as `solve` does, or `solve_loosely`.
    """
    provincial, fills = solve_provinces(book, rules)
    of_region = solve_loosely if loosely else solve
    regional = of_region(flexible_book(book, fills, reading), rules, hour, firm_exports(book, fills, reading, rules.zones))
    return provincial, regional, fills


def solve_provinces(book: Book, rules: Rules) -> tuple[Submission, Integers]:
    """Every province alone: the submission, and the fills (kWh by row). Raises as `solve` does."""
    alone = replace(rules, lines=())
    provincial = solve(book, alone, 0)
    return provincial, certify(book, alone, provincial, 0).fills


class Market:
    """A book over the lines of an hour, as what is looked for: whole flows, and prices that support them."""

    def __init__(self, book: Book, rules: Rules, hour: int, firm: Sequence[int] | None = None) -> None:
        self.arcs = arcs_of(rules, hour)
        self.steps = staircases(book, rules)
        self.firm = tuple(firm) if firm is not None else (0,) * rules.zones
        self._rules, self._book, self._hour = rules, book, hour

    @cached_property
    def _program(self) -> _Program:
        """Made when a line first can send anything: without one there is nothing to be found."""
        return _Program(self._book, self._rules, self.arcs, tie_costs(self._rules.zones, len(self._rules.lines), self._hour))

    def vertices(self) -> Iterator[list[float]]:
        """What an optimal vertex sends, kWh by line; then, should it be of no use, what vertices of neighbouring books send.

        First the book where as much is lost besides as rounding took from the vertex before; then with a kWh more or less of an order.
        """
        room = [arc.full if arc.keep == PPM else arc.keep * arc.capacity // PPM * PPM / arc.keep for arc in self.arcs]
        yield (flows := self.flows(room))
        full = [float(arc.full) for arc in self.arcs]
        for _ in range(MOST_ROUNDS):
            lost = lost_of(self.arcs, flows)
            try:
                yield (flows := self.flows(full, lost))
            except RuntimeError:
                break
        for group in range(min(self._program.groups, MOST_GROUPS)):
            for more in (1, -1):
                try:
                    yield self._program.flows(self.firm, room, group, more)
                except RuntimeError:
                    continue

    def flows(self, room: Sequence[float], lost: Sequence[float] = (), ties: Sequence[float] | None = None) -> list[float]:
        """What an optimal vertex sends, kWh by line, where lines can send `room`, and so much is lost besides.

        `ties`, in ticks, stand for the lines' tie-breaking costs where given.
        """
        if not any(room):
            return [0.0] * len(self.arcs)
        firm = [float(extra) for extra in self.firm]
        for arc, energy in zip(self.arcs, lost, strict=False):
            firm[arc.target] += energy
        return self._program.flows(firm, room, ties=ties)

    def strict(self, flows: Sequence[float]) -> Submission:
        """The solution near a vertex. Raises RuntimeError, NotSupporting or Reverted where there is none."""
        spans, barred = self.spans(flows), set[int]()
        while True:
            found = self.priced(strict_flows(self.arcs, flows, spans, barred))
            try:
                check_waste(self.arcs, found, self.ends(found)[0])
            except Reverted as failure:
                if failure.args_["line"] in barred:
                    raise
                barred.add(failure.args_["line"])
            else:
                return found

    def spans(self, flows: Sequence[float]) -> list[Span]:
        """Least and most net export by zone (kWh) at the prices of a vertex. Raises RuntimeError where the book cannot net so."""
        nets = nets_of(self.arcs, flows, self._rules.zones)
        around = [step.around(net + extra) for step, net, extra in zip(self.steps, nets, self.firm, strict=True)]
        return [(low - extra, high - extra) for (low, high), extra in zip(around, self.firm, strict=True)]

    def priced(self, sent: tuple[int, ...], received: tuple[int, ...] | None = None) -> Submission:
        """Flows with the bounds of the prices that support them; what arrives is rounded down where left out."""
        if received is None:
            received = tuple(arc.arrives(out) for arc, out in zip(self.arcs, sent, strict=True))
        flows = Submission(sent, received, (), ())
        least, most = self.ends(flows)
        return replace(flows, low=tuple(lowest(self.arcs, sent, least, most)), high=tuple(highest(self.arcs, sent, most, least)))

    def spans_at(self, priced: Submission) -> list[Span]:
        """Least and most net export by zone (kWh) at which its orders trade at the solution's prices."""
        net = net_exports(self._rules, priced)
        bounds = zip(self.steps, priced.low, priced.high, net, self.firm, strict=True)
        spans = [(step.at(low) if low == high else None, export, extra) for step, low, high, export, extra in bounds]
        return [(span[0] - extra, span[1] - extra) if span else (export, export) for span, export, extra in spans]

    def ends(self, flows: Submission) -> tuple[list[int], list[int]]:
        """Least and highest price by zone at which the book nets to what the flows need, nano-ticks above the floor."""
        net = net_exports(self._rules, flows)
        ends = [step.interval(export + extra) for step, export, extra in zip(self.steps, net, self.firm, strict=True)]
        return [lower for lower, _ in ends], [upper for _, upper in ends]


def staircases(book: Book, rules: Rules) -> list[Steps]:
    """The net export of every zone as a function of its price; prices count from the floor."""
    span = rules.cap - rules.floor + 1
    flexible = book.quantity > 0
    merged, group = np.unique((book.zone * span + (book.price - rules.floor))[flexible], return_inverse=True)
    size = np.bincount(group, weights=book.quantity[flexible], minlength=len(merged)).astype(np.int64)
    prices, offered = (merged % span * NANO).tolist(), list(accumulate(size.tolist(), initial=0))
    bids = zone_sums(book, ~book.sells, rules.zones).tolist()
    ends = np.searchsorted(merged, np.arange(rules.zones + 1) * span).tolist()
    return [
        Steps(
            zone,
            [0, *prices[first:last], (span - 1) * NANO],
            [total - offered[first] - bids[zone] for total in offered[first : last + 1]],
        )
        for zone, (first, last) in enumerate(pairwise(ends))
    ]


class Steps:
    """The net export of one zone as a function of its price: a staircase."""

    def __init__(self, zone: int, ends: list[int], net: list[int]) -> None:
        self.ends = ends
        """nano-ticks above the floor: the floor, the price of each step, the cap"""
        self.net = net
        """kWh between the steps, rising"""
        self.zone = zone

    def interval(self, net: int) -> tuple[int, int]:
        """Least and highest price at which the book can net to `net`, nano-ticks above the floor."""
        if not self.net[0] <= net <= self.net[-1]:
            raise RuntimeError(f"zone {self.zone} cannot net to {net} kWh")
        step = bisect_left(self.net, net)
        if self.net[step] == net:
            return self.ends[step], self.ends[step + 1]
        return self.ends[step], self.ends[step]

    def at(self, price: int) -> tuple[int, int] | None:
        """Least and most kWh to which the book can net at a price, nano-ticks above the floor; None where no order has it."""
        step = bisect_left(self.ends, price, 1, len(self.ends) - 1)
        if step == len(self.ends) - 1 or self.ends[step] != price:
            return None
        return self.net[step - 1], self.net[step]

    def around(self, net: float) -> tuple[int, int]:
        """Least and most kWh to which the book can net at the prices at which it nets to `net`."""
        step = bisect_left(self.net, net)
        if step == len(self.net) or (step == 0 and net < self.net[0]):
            raise RuntimeError(f"zone {self.zone} cannot net to {net} kWh")
        return self.net[step] if self.net[step] == net else self.net[step - 1], self.net[step]


class _Program:
    """The LP that maximises value less cost less charges and tie-breaking costs."""

    def __init__(self, book: Book, rules: Rules, arcs: Sequence[Arc], ties: Sequence[int]) -> None:
        span = rules.cap - rules.floor + 1
        key = (book.zone * 2 + book.sells) * span + (book.price - rules.floor)
        merged, group = np.unique(key[book.quantity > 0], return_inverse=True)
        self._size = np.bincount(group, weights=book.quantity[book.quantity > 0], minlength=len(merged))
        zone, sells, price = merged // span // 2, merged // span % 2 == 1, merged % span + rules.floor
        self.groups = len(merged)
        """orders of one zone, side and price are one group"""

        column = self.groups + np.arange(len(arcs))
        self._balance = np.zeros((rules.zones, self.groups + len(arcs)))
        self._balance[zone, np.arange(self.groups)] = np.where(sells, 1.0, -1.0)
        self._balance[[arc.source for arc in arcs], column] = -1.0
        self._balance[[arc.target for arc in arcs], column] = [arc.keep / PPM for arc in arcs]
        self._cost = np.concatenate((np.where(sells, price, -price), [float(line.charge) for line in rules.lines]))
        self._ties = np.array([tie / NANO for tie in ties])

    def flows(
        self, firm: Sequence[float], room: Sequence[float], group: int = 0, more: int = 0, ties: Sequence[float] | None = None
    ) -> list[float]:
        """kWh sent by line at a vertex, where `room` is what each can send, and one group of orders is so many kWh larger."""
        most = np.concatenate((self._size, room))
        most[group : group + 1] += more if self.groups else 0
        cost = self._cost.copy()
        cost[self.groups :] += self._ties if ties is None else ties
        net = np.array(firm, np.float64)
        return [float(flow) for flow in minimise(cost, self._balance, net, net, most)[self.groups :]]
