"""What branches of a power flow carry, from the net exports of nodes: whole kWh that balance at every node, and what limits are worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shengdian.sim.base.types import Dual, Line, Network
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.flow_certificate import FINE
from shengdian.sim.solve.ptdf import FACTOR, flows_of


class BranchFlow(NamedTuple):
    """One way of a branch in an hour."""

    sent: int
    """kWh; 0 where energy goes the other way"""
    shadow_price: int | None
    """fen/MWh that a MWh more of the limit is worth, rounded; None where the limit is not full"""


def branch_flows(lines: Sequence[Line], network: Network, k: int, net: Sequence[int], duals: Sequence[Dual]) -> list[BranchFlow]:
    """By line, a branch being a line followed by its way back; `net` is kWh exported by zone, `k` ppm."""
    worth: dict[tuple[int, bool], int] = {}
    for dual in duals:
        mixed = (PPM - k) * dual.low + k * dual.high
        back = mixed < 0 or (mixed == 0 and flows_of(network, net)[dual.row] < 0)
        worth[dual.row, back] = (abs(mixed) + PPM * FINE // 2) // (PPM * FINE)
    found = []
    for row, flow in enumerate(whole_flows(lines[::2], network, net)):
        found.append(BranchFlow(max(0, flow), worth.get((row, False))))
        found.append(BranchFlow(max(0, -flow), worth.get((row, True))))
    return found


def whole_flows(branches: Sequence[Line], network: Network, net: Sequence[int]) -> list[int]:
    """kWh by branch, against its direction below 0: rounded, but on branches of a tree over all nodes what balances each node exactly."""
    left = list(net)
    """kWh by zone that its other branches must take out"""
    part = list(range(len(net)))

    def root(zone: int) -> int:
        while part[zone] != zone:
            zone = part[zone]
        return zone

    found, tree = [0] * len(branches), set[int]()
    for row, (branch, flow) in enumerate(zip(branches, flows_of(network, net), strict=True)):
        if root(branch.source) != root(branch.target):
            part[root(branch.source)] = root(branch.target)
            tree.add(row)
            continue
        found[row] = (flow + FACTOR // 2) // FACTOR
        left[branch.source] -= found[row]
        left[branch.target] += found[row]
    while tree:
        ends = [zone for row in tree for zone in (branches[row].source, branches[row].target)]
        row = next(row for row in sorted(tree) if ends.count(branches[row].source) == 1 or ends.count(branches[row].target) == 1)
        branch = branches[row]
        found[row] = left[branch.source] if ends.count(branch.source) == 1 else -left[branch.target]
        left[branch.source] -= found[row]
        left[branch.target] += found[row]
        tree.discard(row)
    return found


def duals_of_words(words: Sequence[int]) -> list[Dual]:
    """What full rows are worth, as words of the contract say it."""
    return [Dual(word >> 240, _signed(word >> 120), _signed(word)) for word in words]


def _signed(word: int) -> int:
    """The signed value in the lowest 120 bits."""
    value = word & (1 << 120) - 1
    return value - (1 << 120) if value >> 119 else value
