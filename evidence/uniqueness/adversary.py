"""Someone who looks for another solution that the certificate accepts, one in which traders' money is different."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.types import Rules, Submission
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.arcs import Arc
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.certificate import Clearing, certify, check_waste
from shengdian.sim.solve.clearing import Market
from shengdian.sim.solve.rounding import strict_flows
from shengdian.sim.solve.supporting_prices import NotSupporting

Money = tuple[int, ...]
"""1e-5 CNY by row of the book that the order gets, negative where it pays"""
VERTICES = 1
"""other vertices of the optimal face of the problem without tie-breaking costs that are tried a book"""
Flows = tuple[int, ...]
"""kWh sent by line"""


def money_of(book: Book, clearing: Clearing) -> Money:
    """What every order gets or pays."""
    sign = (1 if sells else -1 for sells in book.sells.tolist())
    prices = [price or 0 for price in clearing.prices]
    rows = zip(sign, book.zone.tolist(), clearing.fills.tolist(), strict=True)
    return tuple(side * prices[zone] * fill for side, zone, fill in rows)


class Adversary:
    """Tries other flows against the certificate of one market."""

    def __init__(self, book: Book, rules: Rules, hour: int) -> None:
        self.book, self.rules, self.hour = book, rules, hour
        self.market = Market(book, rules, hour)
        self.arcs = self.market.arcs
        self.tried = 0

    def outcome(self, sent: Flows) -> Money | None:
        """What traders get where the certificate accepts the flows with the best bounds there are for them; None where it does not."""
        self.tried += 1
        if any(not 0 <= out <= arc.capacity for out, arc in zip(sent, self.arcs, strict=True)):
            return None
        try:
            found = self.market.priced(sent)
            check_waste(self.arcs, found, self.market.ends(found)[0])
            return money_of(self.book, certify(self.book, self.rules, found, self.hour))
        except (NotSupporting, Reverted, RuntimeError):
            return None

    def others(self, random: Random, solution: Submission, tries: int) -> set[Money]:
        """What traders get in all accepted solutions that are found; more than one element where there is a choice."""
        found = {money_of(self.book, certify(self.book, self.rules, solution, self.hour))}
        for sent in self._flows(random, solution.sent, tries):
            if sent != solution.sent and (money := self.outcome(sent)) is not None:
                found.add(money)
        return found

    def takes_rounding_up(self, solution: Submission) -> bool:
        """Whether a solution is taken in which a kWh more arrives than the loss leaves."""
        for place, (arc, out) in enumerate(zip(self.arcs, solution.sent, strict=True)):
            if arc.keep * out % PPM:
                received = tuple(arrived + (line == place) for line, arrived in enumerate(solution.received))
                try:
                    certify(self.book, self.rules, Submission(solution.sent, received, solution.low, solution.high), self.hour)
                except Reverted:
                    continue
                return True
        return False

    def _flows(self, random: Random, sent: Flows, tries: int) -> Iterator[Flows]:
        for _ in range(VERTICES):
            yield from self._vertex(random)
        for _ in range(tries):
            chosen = random.randrange(3)
            if chosen == 0:
                yield _moved(sent, {random.randrange(len(sent)): random.choice((-2, -1, 1, 2))})
                continue
            chain = _walk(random, self.arcs, closed=chosen == 1)
            if chain:
                yield _moved(sent, _along(random, self.arcs, sent, chain))

    def _vertex(self, random: Random) -> Iterator[Flows]:
        """Another optimal vertex, as if tie-breaking costs were others, far smaller than the hour's."""
        costs = [random.random() / 1_000_000 for _ in self.arcs]
        try:
            flows = self.market.flows([float(arc.capacity) for arc in self.arcs], ties=costs)
            yield strict_flows(self.arcs, flows, self.market.spans(flows), ())
        except RuntimeError:
            return


def _moved(sent: Flows, by: dict[int, int]) -> Flows:
    return tuple(out + by.get(line, 0) for line, out in enumerate(sent))


def _walk(random: Random, arcs: Sequence[Arc], closed: bool) -> list[tuple[int, bool]]:
    """Lines in a row, each with whether it is gone along in its own direction; one that comes back if `closed`. May be empty."""
    start = here = random.choice(arcs).source
    chain: list[tuple[int, bool]] = []
    seen = {here}
    for _ in range(6):
        used = {line for line, _ in chain}
        steps = [(line, arc.source == here) for line, arc in enumerate(arcs) if here in (arc.source, arc.target) and line not in used]
        if not steps:
            break
        line, forth = random.choice(steps)
        here = arcs[line].target if forth else arcs[line].source
        chain.append((line, forth))
        if closed and here == start:
            return chain
        if here in seen or (not closed and random.random() < 0.4):
            break
        seen.add(here)
    return [] if closed else chain


def _along(random: Random, arcs: Sequence[Arc], sent: Flows, chain: Sequence[tuple[int, bool]]) -> dict[int, int]:
    """What changes where energy is shifted along a chain: a little, half of what is possible, or all; with losses each line's own share."""
    room = [arcs[line].capacity - sent[line] if forth else sent[line] for line, forth in chain]
    energy = random.choice((1, 2, min(room) // 2, min(room)))
    by = {}
    for line, forth in chain:
        arc = arcs[line]
        if forth:
            by[line] = energy
            energy = arc.arrives(sent[line] + energy) - arc.arrives(sent[line])
        else:
            by[line] = -(energy * PPM // arc.keep)
            energy = -by[line]
    return by


def every_outcome(book: Book, rules: Rules, hour: int) -> dict[Money, list[Flows]]:
    """All accepted outcomes of a book, with the flows that lead there: every whole flow is tried. For tiny books."""
    adversary = Adversary(book, rules, hour)
    found: dict[Money, list[Flows]] = {}
    for sent in product(*(range(line.capacity + 1) for line in rules.lines)):
        if (money := adversary.outcome(sent)) is not None:
            found.setdefault(money, []).append(sent)
    return found
