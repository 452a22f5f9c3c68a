"""Every clearing against an independent linear program: scipy's, with nothing of the solver, the certificate or their twins.

What is left to who finds a solution is measured beside, in `choice.py`, with parts of both.

Of every stage, from logs alone: fills and flows keep their limits, every zone balances to the kWh, welfare is the optimum's within the
emitted bound, prices are where `k` puts them between the lowest and the highest prices that support the trades, and equal orders at the
margin share alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from shengdian.audit import nodal, one_price
from shengdian.audit.choice import Choice
from shengdian.audit.deployment import Deployed
from shengdian.audit.hour import HOURS_AT_ONCE, HourRebuilt, StageAsCleared
from shengdian.audit.linear_programs import Numbers, Program, Together
from shengdian.audit.order_book import Open, Row
from shengdian.audit.verdict import Difference
from shengdian.sim.base.keccak import keccak
from shengdian.sim.base.types import Line, Network, Rules, Submission, SurplusDeficit, without
from shengdian.sim.base.units import PPM
from shengdian.sim.mechanisms import Mechanism
from shengdian.sim.solve.book import Book

NOISE = 1e-9
"""relative error of an optimum"""
FINE = 1e-4
"""ticks by which an end of a price interval may be off: the certificate counts nano-ticks, the program's tolerance is below that"""
ROUNDED_UP = 0.025
"""ticks that a price may lack to a whole one and still get it"""


@dataclass(frozen=True, slots=True)
class _Stage:
    """One stage, and where to say what is wrong with it."""

    book: Sequence[Open]
    firm: Sequence[int]
    """kWh by zone that is delivered beside"""
    lines: Sequence[Line]
    sent: Sequence[int]
    received: Sequence[int]
    cleared: StageAsCleared
    rules: Rules
    ties: Sequence[float]
    """tie-breaking cost of every line, ticks"""
    strict: bool
    """whether what arrives is rounded down: up to the last minutes of the hour"""
    say: Callable[[str], None]


class ClearingAudit:
    """Checks hour after hour; what needs a program is found out a day later, or with `finish`."""

    def __init__(self) -> None:
        self.differences: list[Difference] = []
        self.checked = 0
        self.choice = Choice()
        self._optima, self._intervals = Together(), Together()
        self._hours = 0

    def check(self, hour: HourRebuilt, deployed: Deployed) -> None:
        """Notes every rule that a stage of the hour breaks."""
        rules = without(deployed.known_rules(), hour.reserved) if hour.reserved else deployed.known_rules()
        for place, stage in enumerate(hour.stages):
            if place and deployed.corridors:
                continue
            if rules.network is not None:
                self._over_network(hour, stage, rules, rules.network)
                continue
            reading = "physical" if deployed.declared.own_first else deployed.reading
            lines = () if reading is not None and place == 0 else rules.lines
            book, firm = _still_open(hour.book, stage, rules.zones, reading if place else None)
            nothing = (0,) * len(lines)
            if deployed.declared.pays == "redispatch":
                self._merit_order(hour, stage, rules, deployed.declared)
                book = one_price.redispatched(hour.book, stage, rules.cap)
            say = self._sayer(f"{stage.stage} stage of hour {hour.hour}", hour)
            ties, strict = tie_breaking(rules.zones, len(lines), hour.hour), hour.time < deployed.timetable.loose(hour.hour)
            judged = _Stage(book, firm, lines, stage.sent or nothing, stage.received or nothing, stage, rules, ties, strict, say)
            found = len(self.differences)
            self._stage(judged, deployed.declared)
            if lines and deployed.declared.optimal and len(self.differences) == found:
                self.choice.look(book_of(book), rules, hour.hour, Submission(stage.sent, stage.received, (), ()), firm, strict, say)
            self.checked += 1
        self._hours += 1
        if self._hours % HOURS_AT_ONCE == 0:
            self._flush()

    def finish(self) -> None:
        """No more hours."""
        self._flush()
        self.differences.sort(key=lambda difference: difference.block or 0)

    def _flush(self) -> None:
        self._optima.flush()
        self._intervals.flush()

    def _over_network(self, hour: HourRebuilt, stage: StageAsCleared, rules: Rules, network: Network) -> None:
        say = self._sayer(f"clearing of hour {hour.hour}", hour)
        found = nodal.broken(hour.book, stage, rules, network)
        for sentence in (*found, *_shares([Open(row, row.quantity, filled) for row, filled in zip(hour.book, stage.after, strict=True)])):
            say(sentence)
        program = nodal.best(hour.book, rules, network)
        self._optima.add(program, lambda solution: nodal.compare(hour.book, stage, program, network, say, solution))
        self.checked += 1

    def _merit_order(self, hour: HourRebuilt, stage: StageAsCleared, rules: Rules, mechanism: Mechanism) -> None:
        say = self._sayer(f"merit order of hour {hour.hour}", hour)
        if len(set(stage.prices)) > 1:
            say(f"the prices of zones are {list(stage.prices)}; all should be the same")
        rows, cleared, alone = one_price.together(hour.book, stage, rules)
        self._stage(_Stage(rows, [0], (), (), (), cleared, alone, (), True, say), mechanism)

    def _sayer(self, what: str, hour: HourRebuilt) -> Callable[[str], None]:
        return lambda sentence: self.differences.append(Difference(f"{what}: {sentence}", hour.block, hour.transaction))

    def _stage(self, stage: _Stage, mechanism: Mechanism) -> None:
        """Checks that rest on a broken rule are left out, and those of an optimum that a user's own mechanism does not claim."""
        found = _limits(stage)
        found = found or _balance(stage.book, stage.firm, stage.lines, stage.sent, stage.received)
        if not found and mechanism.optimal:
            charges = [line.charge + tie for line, tie in zip(stage.lines, stage.ties, strict=True)]
            program = optimum(stage.book, stage.firm, stage.lines, charges)
            self._optima.add(program, lambda solution: _check_welfare(stage, program, solution))
            if mechanism.pays == "pair":
                found = _pair_prices(stage.book, stage.cleared, stage.rules)
            else:
                if not stage.cleared.merit and mechanism.pays != "cost":  # a redispatch and a plan have no prices of their own
                    self._prices(stage)
                found = _shares(stage.book)
        for sentence in found:
            stage.say(sentence)

    def _prices(self, stage: _Stage) -> None:
        least, most, active = _limits_of_prices(stage)
        if any(low > high for low, high in zip(least, most, strict=True)):
            stage.say("no prices support the trades and flows")
            return
        program = _interval(least, most, stage)
        if program is None:
            _check_prices(stage, active, (*least, *most))
        else:
            self._intervals.add(program, lambda solution: _check_prices(stage, active, solution))


def _still_open(book: Sequence[Row], stage: StageAsCleared, zones: int, reading: SurplusDeficit | None) -> tuple[list[Open], list[int]]:
    """What the stage decides, and kWh by zone that earlier stages make it deliver beside; `reading` of a second stage, None of a first."""
    if reading is None:
        return [Open(row, row.quantity, after) for row, after in zip(book, stage.after, strict=True)], [0] * zones
    found, firm = [], [0] * zones
    for row, before, after in zip(book, stage.before, stage.after, strict=True):
        priced = row._replace(price=row.regional)
        if row.replaceable(reading):
            found.append(Open(priced, row.for_sale(before, reading) + before, after))
            continue
        found.append(Open(priced, row.quantity - before, after - before))
        firm[row.zone] += -before if row.sells else before
    return found, firm


def tie_breaking(zones: int, lines: int, hour: int) -> list[float]:
    """The tie-breaking cost of every line in an hour, ticks: 16 bits a line of a hash of the hour and of a sixteenth of its number."""
    grain, costs = 25_000_000 // (65_536 * zones), []
    for line in range(lines):
        drawn = keccak(hour.to_bytes(32, "big") + (line // 16).to_bytes(32, "big"))
        end = 32 - 2 * (line % 16)
        costs.append(grain * (1 + int.from_bytes(drawn[end - 2 : end], "big")) / 1e9)
    return costs


def book_of(book: Sequence[Open]) -> Book:
    """What a stage decides, as the solver takes it."""
    return Book.of((each.row.zone, each.row.sells, each.row.price, each.quantity) for each in book)


def _limits(stage: _Stage) -> list[str]:
    found = [
        f"segment {each.row.segment} of number {each.row.number} is filled with {each.filled} of {each.quantity} kWh"
        for each in stage.book
        if not 0 <= each.filled <= each.quantity
    ]
    for place, (line, out, arrived) in enumerate(zip(stage.lines, stage.sent, stage.received, strict=True)):
        if not 0 <= out <= line.capacity:
            found.append(f"line {place} sends {out} kWh; it can send {line.capacity}")
        left = (PPM - line.loss) * out - PPM * arrived
        if not (0 if stage.strict else 1 - PPM) <= left < PPM:
            found.append(f"line {place} sends {out} kWh and {arrived} arrive, which is not what its loss leaves")
    return found


def _balance(book: Sequence[Open], firm: Sequence[int], lines: Sequence[Line], sent: Sequence[int], received: Sequence[int]) -> list[str]:
    net = [-energy for energy in firm]
    for each in book:
        net[each.row.zone] += each.filled if each.row.sells else -each.filled
    for line, out, arrived in zip(lines, sent, received, strict=True):
        net[line.source] -= out
        net[line.target] += arrived
    return [f"zone {zone} is {energy} kWh out of balance" for zone, energy in enumerate(net) if energy]


def optimum(book: Sequence[Open], firm: Sequence[int], lines: Sequence[Line], charges: Sequence[float]) -> Program:
    """The highest value less cost less `charges` (fen per MWh sent, by line); one variable a price, side and zone, one a line.

    `firm` is kWh by zone that must be delivered beside.
    """
    size: dict[tuple[int, bool, int], int] = defaultdict(int)
    for each in book:
        if each.quantity:
            size[each.row.zone, each.row.sells, each.row.price] += each.quantity
    first = len(size)
    used = range(first, first + len(lines))
    most = [*size.values(), *(line.capacity for line in lines)]
    return Program(
        cost=[*(price if sells else -price for _, sells, price in size), *charges],
        rows=[*(zone for zone, _, _ in size), *(line.source for line in lines), *(line.target for line in lines)],
        columns=[*range(first), *used, *used],
        values=[*(1 if sells else -1 for _, sells, _ in size), *(-1 for _ in lines), *((PPM - line.loss) / PPM for line in lines)],
        limits=firm,
        lowest=[0] * len(most),
        highest=most,
        equal=True,
    )


def welfare_of(program: Program, solution: Numbers) -> float:
    """1e-5 CNY that a solution of `optimum` reaches."""
    return -float(solution @ np.asarray(program.cost, np.float64))


def _check_welfare(stage: _Stage, program: Program, solution: Numbers | None) -> None:
    if solution is None:
        stage.say("an independent linear program finds no solution at all")
        return
    rules, gap, best = stage.rules, stage.cleared.gap, welfare_of(program, solution)
    reached = sum((-1 if each.row.sells else 1) * each.row.price * each.filled for each in stage.book)
    charged = sum(line.charge * out for line, out in zip(stage.lines, stage.sent, strict=True))
    tied = sum(tie * out for tie, out in zip(stage.ties, stage.sent, strict=True))
    noise = NOISE * sum(abs(each.row.price) * each.quantity for each in stage.book) + 1
    reached -= charged
    best += tied
    lossy = sum(1 for line in stage.lines if line.loss)
    if best - reached > gap + noise:
        stage.say(f"welfare is {reached}; an independent linear program reaches {best:.0f}, more than the emitted bound of {gap} above")
    elif reached - best > lossy * max(abs(rules.cap), abs(rules.floor)) + noise:
        stage.say(f"welfare is {reached}; an independent linear program reaches only {best:.0f}")


def _limits_of_prices(stage: _Stage) -> tuple[list[float], list[float], list[bool]]:
    """What the orders of a zone let its price be at least and at most, and whether it trades."""
    zones = stage.rules.zones
    least, most = [float(stage.rules.floor)] * zones, [float(stage.rules.cap)] * zones
    active = [False] * zones
    for each in stage.book:
        zone, ordered = each.row.zone, each.row.price
        if not each.quantity:
            continue
        if each.filled:
            active[zone] = True
        some, all_ = each.filled > 0, each.filled == each.quantity
        if (some if each.row.sells else not all_) and ordered > least[zone]:
            least[zone] = ordered
        if (not all_ if each.row.sells else some) and ordered < most[zone]:
            most[zone] = ordered
    for line, out, arrived in zip(stage.lines, stage.sent, stage.received, strict=True):
        if out:
            active[line.source] = True
        if arrived:
            active[line.target] = True
    return least, most, active


def _interval(least: Sequence[float], most: Sequence[float], stage: _Stage) -> Program | None:
    """Lowest, then highest prices by zone that lie in the zones' limits and support the flows; None where flows ask for nothing.

    A line with room does not pay: (1 - loss) p_target - p_source <= charge, tie-breaking cost included; a line in use pays: >=. A line has
    no room if no more can arrive. Such prices form a lattice, so that the least sum is reached by the least price of every zone at once.
    """
    zones, rows, columns = len(least), list[int](), list[int]()
    values, limits = list[float](), list[float]()
    for shift in (0, zones):
        for line, out, tie in zip(stage.lines, stage.sent, stage.ties, strict=True):
            kept = (PPM - line.loss) / PPM
            room = (PPM - line.loss) * out // PPM < (PPM - line.loss) * line.capacity // PPM
            for sign in ([1] if room else []) + ([-1] if out else []):
                rows += [len(limits)] * 2
                columns += [line.target + shift, line.source + shift]
                values += [sign * kept, -sign]
                limits.append(sign * (line.charge + tie) + FINE / 2)
    if not limits:
        return None
    return Program([1] * zones + [-1] * zones, rows, columns, values, limits, [*least, *least], [*most, *most], equal=False)


def _check_prices(stage: _Stage, active: Sequence[bool], ends: Sequence[float] | Numbers | None) -> None:
    """`ends`: the lowest prices by zone, then the highest."""
    if ends is None:
        stage.say("no prices support the trades and flows")
        return
    for zone, price in enumerate(stage.cleared.prices):
        low, high = float(ends[zone]), float(ends[zone + len(active)])
        if price is None:
            if active[zone]:
                stage.say(f"zone {zone} has no price although it trades")
            continue
        exact = low + (high - low) * stage.rules.k / PPM
        if not exact + ROUNDED_UP - 1 - FINE < price < exact + ROUNDED_UP + FINE:
            stage.say(
                f"the price of zone {zone} is {price} fen/MWh; it should be {exact:.3f}, rounded down "
                f"(prices from {low:.3f} to {high:.3f} support the trades)"
            )


def _shares(book: Sequence[Open]) -> list[str]:
    """Equal orders at the margin are filled pro rata, to the kWh."""
    groups: dict[tuple[int, bool, int], list[Open]] = defaultdict(list)
    for each in book:
        if each.quantity:
            groups[each.row.zone, each.row.sells, each.row.price].append(each)
    found = []
    for (zone, sells, price), group in groups.items():
        total, filled = sum(each.quantity for each in group), sum(each.filled for each in group)
        if filled in (0, total):
            continue
        if any(abs(each.filled * total - each.quantity * filled) >= total for each in group):
            side = "offers" if sells else "bids"
            found.append(f"{side} of zone {zone} at {price} fen/MWh do not share the {filled} kWh that are filled of them pro rata")
    return found


def _pair_prices(book: Sequence[Open], stage: StageAsCleared, rules: Rules) -> list[str]:
    found = []
    for pair in stage.pairs:
        offer, bid = book[pair.seller].row.price, book[pair.buyer].row.price
        if not offer <= pair.price <= bid or pair.price != offer + (bid - offer) * rules.k // PPM:
            found.append(f"a pair of an offer at {offer} and a bid at {bid} trades at {pair.price} fen/MWh")
    return found
