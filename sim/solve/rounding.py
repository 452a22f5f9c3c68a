"""From an optimal vertex of the flows in real numbers to whole kWh, near it and still supported by the same prices."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

import numpy as np

from shengdian.sim.base.types import Line, Rules
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.linear_program import minimise

SNAP = 1e-5
"""kWh within which a figure of the LP is taken as whole"""
AVOID_LOST = 1000.0
"""cost of sending a kWh of which nothing arrives"""
AVOID_STEP = 10.0
"""cost of a flow at 0 or capacity, or a net export on a step of the zone's book, where the LP is off it"""
NEAREST = 0.1
"""cost per kWh of distance from the LP"""


def snap(value: float) -> float:
    """`value`, or the whole number within SNAP of it."""
    whole = round(value)
    return float(whole) if abs(value - whole) < SNAP else value


def whole_flows(rules: Rules, flows: Sequence[float], steps: Sequence[frozenset[int]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Sent and received kWh by line, whole.

    `flows` is what an LP vertex sends (kWh by line); `steps` holds by zone the net exports on a step of its book, best avoided because the
    price jumps there. One binary a line rounds sent and received up together; a zone's net export stays between the floor and the ceiling
    of the LP's. That is a network matrix, so a second LP gives whole numbers. Without losses the vertex is whole already.
    """
    sent = [snap(flow) for flow in flows]
    received = [_received(line, flow) for line, flow in zip(rules.lines, sent, strict=True)]
    loose = [index for index in range(len(sent)) if sent[index] % 1 or received[index] % 1]
    if loose:
        up = _round(rules, sent, received, loose, steps)
        for index, choice in zip(loose, up, strict=True):
            sent[index] = floor(sent[index]) + (choice if sent[index] % 1 else 0)
            received[index] = floor(received[index]) + (choice if received[index] % 1 else 0)
    return tuple(int(flow) for flow in sent), tuple(int(flow) for flow in received)


def _received(line: Line, sent: float) -> float:
    if sent % 1:
        return snap(sent * (PPM - line.loss) / PPM)
    whole, rest = divmod(int(sent) * (PPM - line.loss), PPM)
    return whole + rest / PPM


def _round(
    rules: Rules, sent: Sequence[float], received: Sequence[float], loose: Sequence[int], steps: Sequence[frozenset[int]]
) -> list[int]:
    """1 for each loose line that is rounded up, 0 for the others."""
    net = [0.0] * rules.zones
    base = [0] * rules.zones
    for line, out, arrived in zip(rules.lines, sent, received, strict=True):
        net[line.source] += out
        net[line.target] -= arrived
        base[line.source] += floor(out)
        base[line.target] -= floor(arrived)
    net = [snap(export) for export in net]

    matrix = np.zeros((rules.zones, len(loose)))
    cost = np.zeros(len(loose))
    for column, index in enumerate(loose):
        line, out, arrived = rules.lines[index], sent[index], received[index]
        if out % 1:
            matrix[line.source, column] += 1
            cost[column] += AVOID_STEP * ((ceil(out) == line.capacity) - (floor(out) == 0))
        if arrived % 1:
            matrix[line.target, column] -= 1
            cost[column] -= AVOID_LOST * (floor(arrived) == 0 and floor(out) > 0)
        cost[column] += NEAREST * (1 - 2 * (out % 1 or arrived % 1))
    for zone, export in enumerate(net):
        if export % 1:
            cost += matrix[zone] * AVOID_STEP * ((ceil(export) in steps[zone]) - (floor(export) in steps[zone]))
    most = np.array([ceil(export) - start for export, start in zip(net, base, strict=True)], float)
    least = np.array([floor(export) - start for export, start in zip(net, base, strict=True)], float)
    return [int(choice) for choice in np.rint(minimise(cost, matrix, least, most, np.ones(len(loose))))]
