"""A clearing with nodal prices: fills, net exports, flows and prices, from logs alone, and the optimum by an independent linear program.

Which supporting prices are right is found once more from what was traded, by the search of the solver.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from shengdian.audit.hour import StageAsCleared
from shengdian.audit.linear_programs import Numbers, Program
from shengdian.audit.order_book import Row
from shengdian.sim.base.types import Network, Rules
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.flow_certificate import FAR, FINE
from shengdian.sim.solve.nearest_prices import Side, nearest
from shengdian.sim.solve.ptdf import FACTOR

NOISE = 1e-8
"""relative error of an optimum"""
NEAR = 0.02
"""ticks by which two finds of the same exact prices may differ"""


def broken(book: Sequence[Row], stage: StageAsCleared, rules: Rules, network: Network) -> list[str]:
    """What of the clearing breaks a rule that needs no program."""
    net = [0] * rules.zones
    found = []
    for row, filled in zip(book, stage.after, strict=True):
        net[row.zone] += filled if row.sells else -filled
        if not 0 <= filled <= row.quantity:
            found.append(f"segment {row.segment} of number {row.number} is filled with {filled} of {row.quantity} kWh")
    if tuple(net) != stage.net:
        found.append(f"net exports are announced as {list(stage.net)} kWh; orders trade {net}")
    if sum(net):
        found.append(f"orders sell {sum(net)} kWh more than they buy")
    for row_, flow in enumerate(_flows(network, net)):
        up, down = network.up[row_], network.down[row_]
        if flow > up + network.tolerance + 1e-6 or (down is not None and flow < -down - network.tolerance - 1e-6):
            found.append(f"row {row_} carries {flow:.3f} kWh, beyond its limit")
    return found or _wrong_prices(book, stage, rules, network)


def _flows(network: Network, net: Sequence[int]) -> list[float]:
    """kWh by row."""
    return [sum(factor * energy for factor, energy in zip(row, net, strict=True)) / FACTOR for row in network.factors]


def _wrong_prices(book: Sequence[Row], stage: StageAsCleared, rules: Rules, network: Network) -> list[str]:
    traded = any(stage.after)
    if not traded:
        return ["nothing is traded, but there are prices"] if any(price is not None for price in stage.prices) else []
    if any(price is None for price in stage.prices):
        return ["a node has no price although energy is traded"]
    least, most = [-FAR] * rules.zones, [FAR] * rules.zones
    for row, filled in zip(book, stage.after, strict=True):
        ticks = row.price - rules.floor
        if row.quantity and (filled > 0 if row.sells else filled < row.quantity):
            least[row.zone] = max(least[row.zone], ticks)
        if row.quantity and (filled < row.quantity if row.sells else filled > 0):
            most[row.zone] = min(most[row.zone], ticks)
    if any(low > high for low, high in zip(least, most, strict=True)):
        return ["no prices support the trades"]
    rows, sides = [], []
    for row_, flow in enumerate(_flows(network, stage.net)):
        down = network.down[row_]
        if flow >= network.up[row_] - network.tolerance or (down is not None and flow <= -down + network.tolerance):
            rows.append(row_)
            sides.append(Side(network.factors[row_], 1 if flow > 0 else -1))
    span, exact = rules.cap - rules.floor, np.zeros(rules.zones)
    for share, targets in (
        (PPM - rules.k, [max(price, 0) for price in least]),
        (rules.k, [min(price, span) for price in most]),
    ):
        try:
            found = nearest(sides, targets, least, most)
        except RuntimeError:
            return ["no prices support the trades"]
        worth = np.array([found.level, *(-each for each in found.worth)], np.float64) / FINE
        columns = np.column_stack([np.ones(rules.zones), *(np.array(network.factors[row_]) / FACTOR for row_ in rows)])
        exact += share / PPM * (columns @ worth)
    return [
        f"the price of node {zone} is {price} fen/MWh; it should be {rules.floor + due:.3f}, rounded down"
        for zone, (price, due) in enumerate(zip(stage.prices, exact.tolist(), strict=True))
        if price is not None and not due - 1 - NEAR < price - rules.floor < due + NEAR
    ]


def best(book: Sequence[Row], rules: Rules, network: Network) -> Program:
    """The highest value less cost within the network; one variable a price, side and zone, one a row for its flow."""
    size: dict[tuple[int, bool, int], int] = defaultdict(int)
    for row in book:
        if row.quantity:
            size[row.zone, row.sells, row.price] += row.quantity
    first, count = len(size), len(network.factors)
    centre = [(max(row) + min(row)) / 2 for row in network.factors]
    rows, columns, values = [0] * first, [*range(first)], [1.0 if sells else -1.0 for _, sells, _ in size]
    for at, factors in enumerate(network.factors):
        for column, (zone, sells, _) in enumerate(size):
            rows.append(at + 1)
            columns.append(column)
            values.append((1 if sells else -1) * (factors[zone] - centre[at]) / FACTOR)
        rows.append(at + 1)
        columns.append(first + at)
        values.append(-1.0)
    return Program(
        cost=[*(price if sells else -price for _, sells, price in size), *[0] * count],
        rows=rows,
        columns=columns,
        values=values,
        limits=[0.0] * (count + 1),
        lowest=[*[0.0] * first, *(-np.inf if down is None else -down for down in network.down)],
        highest=[*size.values(), *network.up],
        equal=True,
    )


def compare(
    book: Sequence[Row], stage: StageAsCleared, program: Program, network: Network, say: Callable[[str], None], solution: Numbers | None
) -> None:
    """Welfare is the optimum's within the emitted bound, and above it by no more than the tolerance of full rows is worth."""
    if solution is None:
        say("an independent linear program finds no solution at all")
        return
    optimum = -float(solution @ np.asarray(program.cost, np.float64))
    reached = sum((-1 if row.sells else 1) * row.price * filled for row, filled in zip(book, stage.after, strict=True))
    noise = NOISE * sum(abs(row.price) * row.quantity for row in book) + 1
    worth = network.tolerance * sum(max(abs(dual.low), abs(dual.high)) for dual in stage.duals) / FINE
    if optimum - reached > stage.gap + noise:
        say(f"welfare is {reached}; an independent linear program reaches {optimum:.0f}, more than the emitted bound of {stage.gap} above")
    elif reached - optimum > worth + noise:
        say(f"welfare is {reached}; an independent linear program reaches only {optimum:.0f}")
