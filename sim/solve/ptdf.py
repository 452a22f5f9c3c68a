"""Power transfer distribution factors: what of a kWh exported from a node flows over each branch of a network without losses.

By the power flow that is linear in voltage angles (Kirchhoff's second law with reactances alone, "DC power flow").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from shengdian.sim.base.types import Line, Network

FACTOR = 1_000_000_000
"""of a factor of 1"""
FEWEST_TOLERANCES = 100
"""tolerances that a limit is at least: with less, the tolerance itself would leave prices open"""


class Branch(NamedTuple):
    """A branch of the power flow; its direction is from source to target."""

    source: int
    """index of the zone where it begins"""
    target: int
    """index of the zone where it ends"""
    reactance: float
    """of any base, the same one for all branches; above 0"""


def factors_of(branches: Sequence[Branch], zones: int) -> tuple[tuple[int, ...], ...]:
    """1e-9 by branch and zone, rounded, and shifted so that the least of a branch is 0, which net exports that sum to 0 do not notice.

    The nodes must hang together. Raises ValueError where they do not.
    """
    ends = np.zeros((len(branches), zones))
    rows = np.arange(len(branches))
    ends[rows, [branch.source for branch in branches]] = 1.0
    ends[rows, [branch.target for branch in branches]] = -1.0
    susceptance = np.array([1.0 / branch.reactance for branch in branches])
    laplacian = ends.T * susceptance @ ends
    if islands(branches, zones) > 1:
        raise ValueError("the branches do not join all nodes")
    angles = np.zeros((zones, zones))
    angles[1:, 1:] = np.linalg.inv(laplacian[1:, 1:])  # node 0 has angle 0 and balances
    exact = susceptance[:, None] * (ends @ angles)
    whole = np.rint((exact - exact.min(axis=1, keepdims=True)) * FACTOR).astype(np.int64)
    return tuple(tuple(row) for row in (whole - whole.min(axis=1, keepdims=True)).tolist())


def islands(branches: Sequence[Branch], zones: int) -> int:
    """Into how many parts the nodes fall that no branch joins."""
    part = list(range(zones))

    def root(zone: int) -> int:
        while part[zone] != zone:
            zone = part[zone]
        return zone

    for branch in branches:
        part[root(branch.source)] = root(branch.target)
    return sum(part[zone] == zone for zone in range(zones))


def network_of(lines: Sequence[Line], zones: int) -> Network:
    """The network of lines with a reactance: each branch is a line followed by its way back, with a limit each.

    Raises ValueError where the nodes do not hang together.
    """
    ways = list(zip(lines[::2], lines[1::2], strict=True))
    branches = [Branch(way.source, way.target, way.reactance) for way, _ in ways]
    return Network(factors_of(branches, zones), tuple(way.capacity for way, _ in ways), tuple(back.capacity for _, back in ways))


def flows_of(network: Network, net: Sequence[int]) -> list[int]:
    """1e-9 kWh over every row, from the net exports (kWh by zone)."""
    return [sum(factor * energy for factor, energy in zip(row, net, strict=True)) for row in network.factors]
