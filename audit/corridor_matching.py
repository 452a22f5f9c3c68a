"""A region that was matched over corridors against the inter-provincial spot rule, match by match, by laws and not by the search itself.

Every match takes the best orders of its path's ends, at the largest price difference that any open path has, and as much as goes (where
paths tie, no more than that); nobody trades on both sides; lines and orders keep their limits; buyers of one price share pro rata; when it
ends no open path has a difference left that is not negative. Prices and fills then follow, nobody trades at a loss, and welfare is at most
that of an independent linear program.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shengdian.audit.clearing import NOISE, optimum, welfare_of
from shengdian.audit.deployment import Deployed
from shengdian.audit.hour import HourRebuilt, StageAsCleared
from shengdian.audit.linear_programs import solve
from shengdian.audit.order_book import Open, Row, pro_rata
from shengdian.audit.verdict import Difference
from shengdian.sim.base.types import Line, Rules, SurplusDeficit, without
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.corridor_matching import Match

WHOLE = 10**18
"""parts in which the rule counts what arrives of what is sent"""


@dataclass(frozen=True, slots=True)
class Route:
    """A path of lines."""

    legs: tuple[int, ...]
    source: int
    target: int
    kept: tuple[int, ...]
    """1e-18 of what is sent, before the first leg and after each"""
    fee: int
    """1e-18 fen per MWh sent"""

    def worth(self, price: int) -> int:
        """1e-18 fen/MWh at the sellers' node of a bid of `price` at the buyers'."""
        return price * self.kept[-1] - self.fee

    def cost(self, price: int) -> int:
        """fen/MWh at the buyers' node of energy of `price` at the sellers', rounded up."""
        return -(-(price * WHOLE + self.fee) // self.kept[-1])

    def nodes(self, received: int) -> list[int]:
        """kWh at every node so that so many arrive, to the nearest."""
        sent = (2 * received * WHOLE + self.kept[-1]) // (2 * self.kept[-1])
        return [sent, *((2 * sent * share + WHOLE) // (2 * WHOLE) for share in self.kept[1:])]

    def arrives(self, most: int) -> int:
        """The most kWh that may arrive where at most so many leave."""
        received = most * self.kept[-1] // WHOLE + 1
        while received and self.nodes(received)[0] > most:
            received -= 1
        return received

    def fits(self, spare: Sequence[int]) -> int:
        """The most kWh that may be sent where lines have so much room."""
        return min((2 * spare[leg] + 1) * WHOLE // (2 * share) for leg, share in zip(self.legs, self.kept, strict=False))


def routes(words: Sequence[int], lines: Sequence[Line]) -> list[Route]:
    """The paths that the auction was born with."""
    found = []
    for word in words:
        legs = tuple(word >> 8 * place & 0xFF for place in range(1, (word & 0xFF) + 1))
        kept, fee = [WHOLE], 0
        for leg in legs:
            kept.append(kept[-1] * (PPM - lines[leg].loss) // PPM)
            fee += lines[leg].charge * kept[-1]
        found.append(Route(legs, lines[legs[0]].source, lines[legs[-1]].target, tuple(kept), fee))
    return found


class CorridorAudit:
    """Checks hour after hour."""

    def __init__(self) -> None:
        self.differences: list[Difference] = []
        self.checked = 0

    def check(self, hour: HourRebuilt, deployed: Deployed) -> None:
        """Notes the rules that the region of an hour breaks."""
        if not deployed.corridors or len(hour.stages) < 2:
            return
        rules, stage = without(deployed.known_rules(), hour.reserved), hour.stages[-1]
        self.checked += 1
        region = _Region(hour.book, stage, rules, routes(deployed.paths, rules.lines), deployed.reading)
        for sentence in region.broken():
            self.differences.append(Difference(f"corridors of hour {hour.hour}: {sentence}", hour.block, hour.transaction))

    def finish(self) -> None:
        """Nothing waits."""


class _Side:
    """What is left to sell, or to buy, of every row."""

    def __init__(self, book: Sequence[Row], left: Sequence[int], buying: bool) -> None:
        self.left, self.begun = list(left), tuple(left)
        self._book = book
        self.traded: set[int] = set()
        """numbers of those who have"""
        self.groups: dict[int, list[list[int]]] = defaultdict(list)
        """rows of equal price by zone, the best price first"""
        by_price: Mapping[tuple[int, int], list[int]] = defaultdict(list)
        for at, row in enumerate(book):
            if left[at]:
                by_price[row.zone, -row.price if buying else row.price].append(at)
        for zone, price in sorted(by_price):
            self.groups[zone].append(by_price[zone, price])

    def best(self, zone: int, off: set[int]) -> list[int]:
        """Rows of the best group with something left; empty where there is none. Numbers in `off` are off this side."""
        groups = self.groups[zone]
        while groups:
            for at in groups[0]:
                if self._book[at].number in off:
                    self.left[at] = 0
            if any(self.left[at] for at in groups[0]):
                return groups[0]
            groups.pop(0)
        return []

    def total(self, rows: Sequence[int]) -> int:
        """kWh left of rows."""
        return sum(self.left[at] for at in rows)

    def take(self, rows: Sequence[int], volume: int) -> tuple[tuple[int, int], ...]:
        """Row and kWh of those who share `volume`."""
        shares = zip(rows, pro_rata([self.left[at] for at in rows], volume), strict=True)
        parts = tuple((at, part) for at, part in shares if part)
        for at, part in parts:
            self.left[at] -= part
            self.traded.add(self._book[at].number)
        return parts


class _Region:
    """One hour's region."""

    def __init__(
        self, book: Sequence[Row], stage: StageAsCleared, rules: Rules, paths: Sequence[Route], reading: SurplusDeficit | None
    ) -> None:
        self.book = book = [row._replace(price=row.regional) for row in book]
        self.stage, self.rules, self.paths = stage, rules, paths
        home = stage.before
        self.sell = _Side(book, [row.for_sale(sold, reading) for row, sold in zip(book, home, strict=True)], False)
        wanted = [row.sought(sold, reading) for row, sold in zip(book, home, strict=True)]
        self.buy = _Side(book, wanted, True)
        self.spare = [line.capacity for line in rules.lines]
        self.sold: dict[int, int] = defaultdict(int)
        """kWh by row"""
        self.bought: dict[int, int] = defaultdict(int)

    def broken(self) -> list[str]:
        """A sentence on the first rule that a match breaks, else on every one that the whole breaks."""
        flows = [[0, 0] for _ in self.rules.lines]
        last: dict[int, int] = {}
        for place, match in enumerate(self.stage.matches):
            if match.path >= len(self.paths):
                return [f"match {place} is over path {match.path}; there are {len(self.paths)}"]
            if sentence := self._match(match, flows):
                return [f"match {place} {sentence}"]
            path = self.paths[match.path]
            last[path.source] = (match.ask * WHOLE + path.worth(match.bid)) // (2 * WHOLE)
        found = [f"ends although path {index} has a difference left" for index, gain in self._gains() if gain >= 0][:1]
        found += self._fills() + self._prices(last)
        if [tuple(flow) for flow in flows] != list(zip(self.stage.sent, self.stage.received, strict=True)):
            found.append("flows are not those of the matches")
        return found or self._welfare()

    # --- match by match -------------------------------------------------------------------------------------------------------

    def _open(self, path: Route) -> tuple[list[int], list[int]]:
        """The best offers and bids at a path's ends, with what is struck out; empty where it has none."""
        return self.sell.best(path.source, self.buy.traded), self.buy.best(path.target, self.sell.traded)

    def _gains(self) -> Iterator[tuple[int, int]]:
        """Every path that can deliver a kWh, and its price difference at the sellers' node, 1e-18 fen/MWh."""
        for index, path in enumerate(self.paths):
            offers, bids = self._open(path)
            if offers and bids and path.arrives(min(self.sell.total(offers), path.fits(self.spare))):
                yield index, path.worth(self.book[bids[0]].price) - self.book[offers[0]].price * WHOLE

    def _match(self, match: Match, flows: list[list[int]]) -> str:
        """A sentence where the match breaks the rule; carries it out otherwise."""
        path = self.paths[match.path]
        self._pass_over(path, match.ask)
        offers, bids = self._open(path)
        if not offers or not bids or (self.book[offers[0]].price, self.book[bids[0]].price) != (match.ask, match.bid):
            return f"does not bring the lowest offer and the highest bid of path {match.path} together"
        gain = path.worth(match.bid) - match.ask * WHOLE
        if gain < 0:
            return "is at a loss"
        gains = dict(self._gains())
        better = next((index for index, other in gains.items() if other > gain), None)
        if better is not None:
            return f"is over path {match.path} although path {better} has a larger price difference"
        most = min(self.buy.total(bids), path.arrives(min(self.sell.total(offers), path.fits(self.spare))))
        tied = sum(1 for other in gains.values() if other == gain) > 1
        if not 0 < match.received <= most or (match.received < most and not tied):
            return f"brings {match.received} kWh; it should bring {most}"
        carried = path.nodes(match.received)
        if match.sent != carried[0]:
            return f"sends {match.sent} kWh for {match.received} that arrive; it should send {carried[0]}"
        for leg, sent, arrived in zip(path.legs, carried, carried[1:], strict=False):
            self.spare[leg] -= sent
            flows[leg][0] += sent
            flows[leg][1] += arrived
            if self.spare[leg] < 0:
                return f"loads line {leg} above its capacity"
        for at, part in self.sell.take(offers, match.sent):
            self.sold[at] += part
        parts = self.buy.take(bids, match.received)
        if match.parts != parts:
            return "does not share what arrives pro rata among the buyers"
        for at, part in parts:
            self.bought[at] += part
        if any(self.book[at].price < match.price for at, _ in parts):
            return f"has a buyer pay {match.price} fen/MWh, above its bid"
        return ""

    def _pass_over(self, path: Route, ask: int) -> None:
        """Offers too few to deliver a kWh lapse: cheaper ones than the match's are given up where that is so."""
        routes_from = [other for other in self.paths if other.source == path.source]
        while (rows := self.sell.best(path.source, self.buy.traded)) and self.book[rows[0]].price < ask:
            if all(other.arrives(self.sell.total(rows)) for other in routes_from):
                return
            self.sell.groups[path.source].pop(0)

    # --- the whole ------------------------------------------------------------------------------------------------------------

    def _fills(self) -> list[str]:
        for at, (row, home, after) in enumerate(zip(self.book, self.stage.before, self.stage.after, strict=True)):
            due = home + self.sold[at] - self.bought[at] if row.sells else home + self.bought[at]
            if after != due:
                return [f"segment {row.segment} of number {row.number} ends with {after} kWh; its matches make it {due}"]
        return [f"number {number} both sells and buys" for number in sorted(self.sell.traded & self.buy.traded)]

    def _prices(self, last: Mapping[int, int]) -> list[str]:
        found = []
        paid: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for place, match in enumerate(self.stage.matches):
            path = self.paths[match.path]
            if match.price != path.cost(last[path.source]):
                found.append(f"buyers of match {place} pay {match.price} fen/MWh; it should be {path.cost(last[path.source])}")
            if last[path.source] < match.ask:
                found.append(f"sellers of match {place} get {last[path.source]} fen/MWh, below their offer")
            paid[path.target][0] += match.price * match.received
            paid[path.target][1] += match.received
        for zone, price in enumerate(self.stage.prices):
            mean = paid[zone][0] // paid[zone][1] if zone in paid else None
            if price != last.get(zone, mean):
                found.append(f"the price of zone {zone} is {price} fen/MWh; it should be {last.get(zone, mean)}")
        return found

    def _welfare(self) -> list[str]:
        """At most what a linear program reaches over the same lines; rounding to the kWh on every leg is allowed for."""
        book = [Open(row, left, self.sold[at]) for at, (row, left) in enumerate(zip(self.book, self.sell.begun, strict=True)) if left]
        wanted = zip(self.book, self.buy.begun, strict=True)
        book += [Open(row._replace(sells=False), left, self.bought[at]) for at, (row, left) in enumerate(wanted) if left]
        lines = self.rules.lines
        reached = sum((-1 if each.row.sells else 1) * each.row.price * each.filled for each in book)
        reached -= sum(line.charge * received for line, received in zip(lines, self.stage.received, strict=False))
        charges = [line.charge * (PPM - line.loss) / PPM for line in lines]
        program = optimum(book, [0] * self.rules.zones, lines, charges)
        solution = solve(program)
        noise = NOISE * sum(abs(each.row.price) * each.quantity for each in book) + 1
        places = sum(len(self.paths[match.path].legs) + 1 for match in self.stage.matches)
        rounded = places * max(abs(self.rules.cap), abs(self.rules.floor))
        best = 0.0 if solution is None else welfare_of(program, solution)
        if reached > best + rounded + noise:
            return [f"welfare is {reached}; an independent linear program reaches only {best:.0f}"]
        return []
