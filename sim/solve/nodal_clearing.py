"""Finds what the flow certificate proves: optimal net exports, whole to the kWh, and the prices at both ends.

Nothing here is trusted: whatever it returns is only accepted if the certificate holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.types import Dual, Network, NodalSolution, Rules
from shengdian.sim.solve.arcs import NANO
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import Steps, staircases
from shengdian.sim.solve.flow_certificate import FAR, certify_nodal
from shengdian.sim.solve.linear_program import minimise, minimise_whole
from shengdian.sim.solve.nearest_prices import Side, nearest
from shengdian.sim.solve.ptdf import FACTOR, flows_of

Floats = NDArray[np.float64]
WIDTHS = (0, 3)
"""kWh beyond the next whole ones that a node at the margin may be rounded to, tried one after another"""
FLOAT_NOISE = 1e-9
"""relative error of the linear program"""


def solve_nodal(book: Book, rules: Rules) -> NodalSolution:
    """The optimal net exports of a book with the proof of their prices. Raises RuntimeError where none is found that is accepted."""
    network = rules.network
    assert network is not None, "nodal prices are of a network"
    steps = staircases(book, rules)
    exact = _net_exports(book, rules, network)
    refusal: Exception | None = None
    for net in _rounded(exact, steps, network):
        try:
            solution = _priced(net, steps, rules, network)
            certify_nodal(book, rules, solution)
        except (RuntimeError, Reverted) as failure:
            refusal = failure
        else:
            return solution
    raise RuntimeError("no whole net exports near the optimum are certified") from refusal


def _net_exports(book: Book, rules: Rules, network: Network) -> list[float]:
    """What an optimal vertex exports, kWh by zone."""
    span = rules.cap - rules.floor + 1
    key = (book.zone * 2 + book.sells) * span + (book.price - rules.floor)
    merged, group = np.unique(key[book.quantity > 0], return_inverse=True)
    if not len(merged):
        return [0.0] * rules.zones
    size = np.bincount(group, weights=book.quantity[book.quantity > 0], minlength=len(merged))
    zone, sells, price = merged // span // 2, merged // span % 2 == 1, merged % span + rules.floor
    scale = 2.0 ** np.floor(np.log2(max(1.0, float(size.max()) / 1000)))
    away = np.where(sells, 1.0, -1.0)
    factors = _centred(network, rules.zones)
    matrix = np.vstack((np.ones(rules.zones), factors))[:, zone] * away
    up = np.array([0.0, *network.up]) / scale
    down = np.array([0.0, *(np.inf if down is None else down for down in network.down)]) / scale
    filled = minimise(np.where(sells, price, -price).astype(np.float64), matrix, -down, up, size / scale) * scale
    found = np.bincount(zone, weights=away * filled, minlength=rules.zones)
    return [float(each) for each in found]


def _centred(network: Network, zones: int) -> Floats:
    """The factors by row and zone, each row shifted so that it lies around 0."""
    factors = np.array(network.factors, np.float64).reshape(-1, zones) / FACTOR
    return factors - (factors.max(axis=1, keepdims=True) + factors.min(axis=1, keepdims=True)) / 2 if len(factors) else factors


def _rounded(exact: Sequence[float], steps: Sequence[Steps], network: Network) -> Iterator[list[int]]:
    """Whole net exports near those of a vertex that stay on their steps, balance, and leave full rows full."""
    noise = max(1e-5, FLOAT_NOISE * max(map(abs, exact)))
    base, open_ = [], []
    for zone, (net, step) in enumerate(zip(exact, steps, strict=True)):
        near = round(net)
        if abs(net - near) <= noise and near in step.net:
            base.append(near)
            continue
        base.append(int(np.floor(net)))
        open_.append(zone)
    if not open_:
        yield base
        return
    centred = _centred(network, len(exact))
    flows = (centred @ np.array(exact)).tolist()
    for width in WIDTHS:
        low, high = {}, {}
        for zone in open_:
            least, most = steps[zone].around(exact[zone])
            low[zone], high[zone] = max(least, base[zone] - width), min(most, base[zone] + 1 + width)
        columns = [zone for zone in open_ for _ in range(high[zone] - low[zone])]
        moved = np.array(base)
        for zone in open_:
            moved[zone] = low[zone]
        start = (centred @ moved).tolist()
        matrix = np.vstack((np.ones(len(exact)), centred))[:, columns]
        least_, most_ = [-float(moved.sum())], [-float(moved.sum())]
        slack = network.tolerance - 1e-6
        for flow, begun, up, down in zip(flows, start, network.up, network.down, strict=True):
            lower = -np.inf if down is None else -down - slack
            upper = up + slack
            if abs(flow - up) <= noise:
                lower = up - slack
            elif down is not None and abs(flow + down) <= noise:
                upper = -down + slack
            least_.append(lower - begun)
            most_.append(upper - begun)
        cost = np.array([2.0 * (low[zone] + at) + 1 - 2 * exact[zone] for zone in open_ for at in range(high[zone] - low[zone])])
        try:
            chosen = minimise_whole(cost, matrix, np.array(least_), np.array(most_))
        except RuntimeError:
            continue
        found = [int(each) for each in moved]
        for zone, taken in zip(columns, chosen, strict=True):
            found[zone] += round(taken)
        yield found


def _priced(net: Sequence[int], steps: Sequence[Steps], rules: Rules, network: Network) -> NodalSolution:
    """Net exports with the prices at both ends."""
    least, most = [], []
    for energy, step in zip(net, steps, strict=True):
        low, high = step.interval(energy)
        least.append(-FAR if energy == step.net[0] else low // NANO)
        most.append(FAR if energy == step.net[-1] else high // NANO)
    full, sides = [], []
    for row, (flow, up, down) in enumerate(zip(flows_of(network, net), network.up, network.down, strict=True)):
        if flow >= (up - network.tolerance) * FACTOR:
            sign = 1
        elif down is not None and flow <= -(down - network.tolerance) * FACTOR:
            sign = -1
        else:
            continue
        full.append(row)
        sides.append(Side(network.factors[row], sign))
    span = rules.cap - rules.floor
    low_end = nearest(sides, [max(price, 0) for price in least], least, most)
    high_end = nearest(sides, [min(price, span) for price in most], least, most)
    duals = (Dual(row, low, high) for row, low, high in zip(full, low_end.worth, high_end.worth, strict=True))
    return NodalSolution(tuple(net), (low_end.level, high_end.level), tuple(duals), (low_end.direction, high_end.direction))
