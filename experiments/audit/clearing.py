"""Every clearing against an independent linear program: scipy's, with nothing of the solver, the certificate or their twins.

Of every stage, from logs alone: fills and flows keep their limits, every zone balances to the kWh, welfare is the optimum's within the
emitted bound, prices are where `k` puts them between the lowest and the highest prices that support the trades, and equal orders at the
margin share alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from experiments.audit.deployed import Deployed
from experiments.audit.hour import HourRebuilt, StageAsCleared
from experiments.audit.orders import Row
from experiments.audit.verdict import Difference
from sim.types import Line, Rules, without
from sim.units import PPM

NOISE = 1e-9
"""relative error of an optimum"""
FINE = 1e-4
"""ticks by which an end of a price interval may be off: the certificate counts micro-ticks, the program's tolerance is below that"""


@dataclass(frozen=True, slots=True)
class Open:
    """A segment as a stage meets it."""

    row: Row
    quantity: int
    """kWh that the stage decides"""
    filled: int
    """kWh of them that it fills"""


class ClearingAudit:
    """Checks hour after hour."""

    def __init__(self) -> None:
        self.differences: list[Difference] = []
        self.checked = 0

    def check(self, hour: HourRebuilt, deployed: Deployed) -> None:
        """Notes every rule that a stage of the hour breaks."""
        rules = without(deployed.known_rules(), hour.reserved)
        for place, stage in enumerate(hour.stages):
            if place and deployed.mechanism == "corridor-matching":
                continue
            lines = () if deployed.economic is not None and place == 0 else rules.lines
            book, firm = _still_open(hour.book, stage, rules.zones, bool(deployed.economic))
            for sentence in _broken(book, firm, lines, stage, rules, deployed.mechanism == "matched-pairs"):
                self.differences.append(Difference(f"{stage.stage} stage of hour {hour.hour}: {sentence}", hour.block, hour.transaction))
            self.checked += 1


def _still_open(book: Sequence[Row], stage: StageAsCleared, zones: int, economic: bool) -> tuple[list[Open], list[int]]:
    """What the stage decides, and kWh by zone that earlier stages make it deliver beside."""
    found, firm = [], [0] * zones
    for row, before, after in zip(book, stage.before, stage.after, strict=True):
        if economic and row.sells:
            found.append(Open(row, row.quantity, after))
            continue
        found.append(Open(row, row.quantity - before, after - before))
        firm[row.zone] += -before if row.sells else before
    return found, firm


def _broken(
    book: Sequence[Open], firm: Sequence[int], lines: Sequence[Line], stage: StageAsCleared, rules: Rules, pairwise: bool
) -> list[str]:
    """A sentence on every rule that is broken; checks that rest on a broken one are left out."""
    sent = stage.sent or (0,) * len(lines)
    received = stage.received or (0,) * len(lines)
    found = _limits(book, lines, sent, received) or _balance(book, firm, lines, sent, received)
    if found:
        return found
    found = _welfare(book, firm, lines, sent, stage.gap, rules)
    if pairwise:
        return found + _pair_prices(book, stage, rules)
    return found + _prices(book, lines, sent, received, stage.prices, rules) + _shares(book)


def _limits(book: Sequence[Open], lines: Sequence[Line], sent: Sequence[int], received: Sequence[int]) -> list[str]:
    found = [
        f"segment {each.row.segment} of number {each.row.number} is filled with {each.filled} of {each.quantity} kWh"
        for each in book
        if not 0 <= each.filled <= each.quantity
    ]
    for place, (line, out, arrived) in enumerate(zip(lines, sent, received, strict=True)):
        if not 0 <= out <= line.capacity:
            found.append(f"line {place} sends {out} kWh; it can send {line.capacity}")
        if abs(PPM * arrived - (PPM - line.loss) * out) >= PPM:
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


def _welfare(book: Sequence[Open], firm: Sequence[int], lines: Sequence[Line], sent: Sequence[int], gap: int, rules: Rules) -> list[str]:
    reached = sum((-1 if each.row.sells else 1) * each.row.price * each.filled for each in book)
    reached -= sum(line.charge * out for line, out in zip(lines, sent, strict=True))
    best = optimum(book, firm, lines, rules.zones, [line.charge for line in lines])
    if best is None:
        return ["an independent linear program finds no solution at all"]
    noise = NOISE * sum(abs(each.row.price) * each.quantity for each in book) + 1
    lossy = sum(1 for line in lines if line.loss)
    if best - reached > gap + noise:
        return [f"welfare is {reached}; an independent linear program reaches {best:.0f}, more than the emitted bound of {gap} above"]
    if reached - best > lossy * max(abs(rules.cap), abs(rules.floor)) + noise:
        return [f"welfare is {reached}; an independent linear program reaches only {best:.0f}"]
    return []


def optimum(book: Sequence[Open], firm: Sequence[int], lines: Sequence[Line], zones: int, charges: Sequence[float]) -> float | None:
    """The highest value less cost less `charges` (fen per MWh sent, by line), 1e-5 CNY; one variable a price, side and zone, one a line.

    `firm` is kWh by zone that must be delivered beside. None where nothing balances.
    """
    size: dict[tuple[int, bool, int], int] = defaultdict(int)
    for each in book:
        if each.quantity:
            size[each.row.zone, each.row.sells, each.row.price] += each.quantity
    cost = [*(price if sells else -price for _, sells, price in size), *charges]
    most = [*size.values(), *(line.capacity for line in lines)]
    if not cost:
        return None if any(firm) else 0.0
    first = len(size)
    row = [zone for zone, _, _ in size] + [line.source for line in lines] + [line.target for line in lines]
    column = [*range(first), *range(first, first + len(lines)), *range(first, first + len(lines))]
    value = [1.0 if sells else -1.0 for _, sells, _ in size] + [-1.0] * len(lines) + [(PPM - line.loss) / PPM for line in lines]
    matrix: Any = csr_array((value, (row, column)), shape=(zones, len(cost)))
    limits = [(0.0, float(limit)) for limit in most]
    solved: Any = linprog(np.array(cost, np.float64), A_eq=matrix, b_eq=np.array(firm, np.float64), bounds=limits, method="highs-ds")
    return -float(solved.fun) if solved.success else None


def _prices(
    book: Sequence[Open],
    lines: Sequence[Line],
    sent: Sequence[int],
    received: Sequence[int],
    prices: Sequence[int | None],
    rules: Rules,
) -> list[str]:
    least, most = [float(rules.floor)] * rules.zones, [float(rules.cap)] * rules.zones
    active = [False] * rules.zones
    for each in book:
        zone, ordered = each.row.zone, float(each.row.price)
        if not each.quantity:
            continue
        if each.filled:
            active[zone] = True
        some, all_ = each.filled > 0, each.filled == each.quantity
        if some if each.row.sells else not all_:
            least[zone] = max(least[zone], ordered)
        if not all_ if each.row.sells else some:
            most[zone] = min(most[zone], ordered)
    for line, out, arrived in zip(lines, sent, received, strict=True):
        if out:
            active[line.source] = True
        if arrived:
            active[line.target] = True
    ends = _interval(least, most, lines, sent)
    if ends is None:
        return ["no prices support the trades and flows"]
    found = []
    for zone, price in enumerate(prices):
        if price is None:
            if active[zone]:
                found.append(f"zone {zone} has no price although it trades")
            continue
        exact = ends[0][zone] + (ends[1][zone] - ends[0][zone]) * rules.k / PPM
        if not exact - 1 - FINE < price < exact + FINE:
            found.append(
                f"the price of zone {zone} is {price} fen/MWh; it should be {exact:.3f}, rounded down "
                f"(prices from {ends[0][zone]:.3f} to {ends[1][zone]:.3f} support the trades)"
            )
    return found


Ends = tuple[NDArray[np.float64], NDArray[np.float64]]


def _interval(least: Sequence[float], most: Sequence[float], lines: Sequence[Line], sent: Sequence[int]) -> Ends | None:
    """Lowest and highest prices by zone that lie in the zones' limits and support the flows; None where there are none.

    A line with room does not pay: (1 - loss) p_target - p_source <= charge; a line in use pays: >=. Such prices form a lattice, so that the
    least sum is reached by the least price of every zone at once.
    """
    zones = len(least)
    rows, limits = [], []
    for line, out in zip(lines, sent, strict=True):
        spread = np.zeros(zones)
        spread[line.target] += (PPM - line.loss) / PPM
        spread[line.source] -= 1.0
        if out < line.capacity:
            rows.append(spread)
            limits.append(line.charge + FINE / 2)
        if out:
            rows.append(-spread)
            limits.append(-line.charge + FINE / 2)
    if not rows:
        return (np.array(least), np.array(most)) if all(low <= high for low, high in zip(least, most, strict=True)) else None
    bounds = [(low, high) for low, high in zip(least, most, strict=True)]
    if any(low > high for low, high in bounds):
        return None
    matrix = np.array(rows)
    nothing = np.zeros_like(matrix)
    both = np.block([[matrix, nothing], [nothing, matrix]])
    cost = np.concatenate((np.ones(zones), -np.ones(zones)))
    solved: Any = linprog(cost, A_ub=both, b_ub=np.array(limits + limits), bounds=bounds + bounds, method="highs-ds")
    return (solved.x[:zones], solved.x[zones:]) if solved.success else None


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
