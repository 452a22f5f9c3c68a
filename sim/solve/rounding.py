"""From an optimal vertex of the flows in real numbers to whole kWh, near it and still supported by the same prices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import ceil, floor

import numpy as np

from shengdian.sim.base.units import PPM
from shengdian.sim.solve.arcs import Arc
from shengdian.sim.solve.linear_program import minimise, minimise_whole

SNAP = 1e-5
"""kWh within which a figure of the LP is taken as whole"""
AVOID_LOST = 1000.0
"""cost of sending kWh of which nothing arrives"""
AVOID_WASTE = 10.0
"""cost of sending a kWh more than needed for what arrives"""
AVOID_STEP = 10.0
"""cost of a flow at 0 or capacity, or a net export on a step of the zone's book, where the LP is off it"""
AVOID_END = 1.0
"""cost of a flow at 0 or full, where the LP is off it and waste counts too"""
NEAREST = 0.1
"""cost per kWh of distance from the LP"""

Span = tuple[int, int]
"""least and most kWh"""


def snap(value: float) -> float:
    """`value`, or the whole number within SNAP of it."""
    whole = round(value)
    return float(whole) if abs(value - whole) < SNAP else value


def nets_of(arcs: Sequence[Arc], flows: Sequence[float], zones: int) -> list[float]:
    """Net export by zone of what an LP vertex sends (kWh by line), before anything is rounded."""
    net = [0.0] * zones
    for arc, flow in zip(arcs, flows, strict=True):
        net[arc.source] += flow
        net[arc.target] -= flow * arc.keep / PPM
    return [snap(export) for export in net]


def lost_of(arcs: Sequence[Arc], flows: Sequence[float]) -> list[float]:
    """kWh by line that rounding down takes from what arrives of `flows`, kWh by line, rounded up."""
    whole = [min(arc.capacity, ceil(snap(flow))) for arc, flow in zip(arcs, flows, strict=True)]
    return [arc.keep * out % PPM / PPM for arc, out in zip(arcs, whole, strict=True)]


def strict_flows(arcs: Sequence[Arc], flows: Sequence[float], spans: Sequence[Span], barred: Collection[int]) -> tuple[int, ...]:
    """kWh sent by line, whole; what arrives is rounded down.

    `flows` is what an LP vertex sends (kWh by line); `spans` holds by zone the net exports that its price allows. Lines that are `barred`
    send nothing more than what arrives needs. Without losses the vertex is whole already. Raises RuntimeError where there is none near the
    vertex.
    """
    sent = [snap(flow) for flow in flows]
    if all(out % 1 == 0 and arc.keep * int(out) % PPM == 0 for arc, out in zip(arcs, sent, strict=True)):
        return tuple(int(out) for out in sent)
    choices = [(line, out) for line, flow in enumerate(sent) if flow for out in _near(arcs[line], flow, line in barred)]
    matrix = np.zeros((len(spans) + len(arcs), len(choices)))
    cost = np.zeros(len(choices))
    for column, (line, out) in enumerate(choices):
        arc = arcs[line]
        matrix[arc.source, column] += out
        matrix[arc.target, column] -= arc.arrives(out)
        matrix[len(spans) + line, column] = 1
        cost[column] = _cost(arc, sent[line], out)
    base = _base(arcs, sent, len(spans))
    for column, (line, _) in enumerate(choices):
        matrix[arcs[line].source, column] -= floor(sent[line])
        matrix[arcs[line].target, column] += arcs[line].arrives(floor(sent[line]))
    used = [float(flow > 0) for flow in sent]
    least = np.array([*(low - start for (low, _), start in zip(spans, base, strict=True)), *used], float)
    most = np.array([*(high - start for (_, high), start in zip(spans, base, strict=True)), *used], float)
    chosen = minimise_whole(cost, matrix, least, most)
    found = [0] * len(arcs)
    for (line, out), taken in zip(choices, chosen, strict=True):
        if taken > 0.5:
            found[line] = out
    return tuple(found)


def _near(arc: Arc, flow: float, barred: bool) -> list[int]:
    """kWh that a line may send where the LP sends `flow`."""
    first = arc.full if ceil(flow) >= arc.full else max(0, floor(flow) - 1)
    last = (arc.full if _at_full(arc, flow) else ceil(flow)) + 1
    near = range(first, min(arc.capacity, last) + 1)
    return [out for out in near if not (barred and out and arc.arrives(out - 1) == arc.arrives(out))]


def _at_full(arc: Arc, flow: float) -> bool:
    """Whether the LP sends all that can arrive: a little less than a whole kWh may be what it takes."""
    return ceil(flow) >= arc.full or flow + SNAP >= arc.arrives(arc.capacity) * PPM / arc.keep


def _cost(arc: Arc, flow: float, out: int) -> float:
    wasted = out > 0 and arc.arrives(out - 1) == arc.arrives(out)
    at_end = (out == 0 and flow > 0) or (out >= arc.full) != _at_full(arc, flow)
    return AVOID_LOST * (out > 0 and arc.arrives(out) == 0) + AVOID_WASTE * wasted + AVOID_END * at_end + NEAREST * abs(out - flow)


def _base(arcs: Sequence[Arc], sent: Sequence[float], zones: int) -> list[int]:
    """Net export by zone where every line sends what the LP does, rounded down, so that the program deals in small numbers."""
    net = [0] * zones
    for arc, out in zip(arcs, sent, strict=True):
        net[arc.source] += floor(out)
        net[arc.target] -= arc.arrives(floor(out))
    return net


def loose_flows(arcs: Sequence[Arc], flows: Sequence[float], steps: Sequence[frozenset[int]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Sent and received kWh by line, whole; what arrives is rounded down or up, and there always is such a solution.

    `flows` is what an LP vertex sends (kWh by line); `steps` holds by zone the net exports on a step of its book, best avoided because the
    price jumps there. One binary a line rounds sent and received up together; a zone's net export stays between the floor and the ceiling
    of the LP's. That is a network matrix, so a second LP gives whole numbers.
    """
    sent = [snap(flow) for flow in flows]
    received = [_received(arc, flow) for arc, flow in zip(arcs, sent, strict=True)]
    loose = [index for index in range(len(sent)) if sent[index] % 1 or received[index] % 1]
    if loose:
        up = _round(arcs, sent, received, loose, steps)
        for index, choice in zip(loose, up, strict=True):
            sent[index] = floor(sent[index]) + (choice if sent[index] % 1 else 0)
            received[index] = floor(received[index]) + (choice if received[index] % 1 else 0)
    return tuple(int(flow) for flow in sent), tuple(int(flow) for flow in received)


def _received(arc: Arc, sent: float) -> float:
    if sent % 1:
        return snap(sent * arc.keep / PPM)
    whole, rest = divmod(int(sent) * arc.keep, PPM)
    return whole + rest / PPM


def _round(
    arcs: Sequence[Arc], sent: Sequence[float], received: Sequence[float], loose: Sequence[int], steps: Sequence[frozenset[int]]
) -> list[int]:
    """1 for each loose line that is rounded up, 0 for the others."""
    net = [0.0] * len(steps)
    base = [0] * len(steps)
    for arc, out, arrived in zip(arcs, sent, received, strict=True):
        net[arc.source] += out
        net[arc.target] -= arrived
        base[arc.source] += floor(out)
        base[arc.target] -= floor(arrived)
    net = [snap(export) for export in net]

    matrix = np.zeros((len(steps), len(loose)))
    cost = np.zeros(len(loose))
    for column, index in enumerate(loose):
        arc, out, arrived = arcs[index], sent[index], received[index]
        if out % 1:
            matrix[arc.source, column] += 1
            cost[column] += AVOID_STEP * ((ceil(out) == arc.capacity) - (floor(out) == 0))
        if arrived % 1:
            matrix[arc.target, column] -= 1
            cost[column] -= AVOID_LOST * (floor(arrived) == 0 and floor(out) > 0)
        cost[column] += NEAREST * (1 - 2 * (out % 1 or arrived % 1))
    for zone, export in enumerate(net):
        if export % 1:
            cost += matrix[zone] * AVOID_STEP * ((ceil(export) in steps[zone]) - (floor(export) in steps[zone]))
    most = np.array([ceil(export) - start for export, start in zip(net, base, strict=True)], float)
    least = np.array([floor(export) - start for export, start in zip(net, base, strict=True)], float)
    return [int(choice) for choice in np.rint(minimise(cost, matrix, least, most, np.ones(len(loose))))]
