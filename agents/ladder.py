"""The segments of orders, as a ladder of prices: of one order, and of many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shengdian.sim.base.orders import MOST_SEGMENTS, Integers
from shengdian.sim.base.types import Segment
from shengdian.sim.market.view import View


@dataclass(frozen=True, slots=True)
class Ladders:
    """The segments of many orders; no order where `count` is 0."""

    count: Integers
    """shape (agent,)"""
    price: Integers
    """fen/MWh; shape (agent, 5), 0 from `count` on"""
    quantity: Integers
    """kWh; shape (agent, 5), 0 from `count` on"""
    regional: Integers | None = None
    """fen/MWh that the order asks or bids more in the second of two stages, shape (agent,); None for nothing"""


def ladder(view: View, steps: Sequence[tuple[float, int]]) -> tuple[Segment, ...]:
    """Segments of (price in fen/MWh, kWh): prices to the tick and within the limits, equal neighbours joined, empty steps left out.

    Raises ValueError for more than five.
    """
    segments: list[Segment] = []
    for price, quantity in steps:
        tick = min(max(round(price), view.floor), view.cap)
        if quantity < 1:
            continue
        if segments and segments[-1].price == tick:
            segments[-1] = Segment(tick, segments[-1].quantity + quantity)
        else:
            segments.append(Segment(tick, quantity))
    if len(segments) > MOST_SEGMENTS:
        raise ValueError(f"{len(segments)} segments; at most {MOST_SEGMENTS} are allowed")
    return tuple(segments)


def ladders(view: View, prices: NDArray[np.float64], quantities: Integers) -> Ladders:
    """What `ladder` gives for every row of `prices` (fen/MWh) and `quantities` (kWh), both of shape (agent, step).

    Raises ValueError where one has more than five segments.
    """
    agents, steps = quantities.shape
    ticks = np.clip(np.rint(prices), view.floor, view.cap).astype(np.int64)
    count = np.zeros(agents, np.int64)
    price, quantity = np.zeros((2, agents, max(steps, MOST_SEGMENTS)), np.int64)
    for step in range(steps):
        tick, energy = ticks[:, step], quantities[:, step]
        row = np.flatnonzero(energy >= 1)
        joins = (count[row] > 0) & (price[row, count[row] - 1] == tick[row])
        old, new = row[joins], row[~joins]
        quantity[old, count[old] - 1] += energy[old]
        price[new, count[new]] = tick[new]
        quantity[new, count[new]] = energy[new]
        count[new] += 1
    if agents and count.max() > MOST_SEGMENTS:
        raise ValueError(f"{count.max()} segments; at most {MOST_SEGMENTS} are allowed")
    return Ladders(count, price[:, :MOST_SEGMENTS], quantity[:, :MOST_SEGMENTS])


def equal_parts(total: Integers, parts: int) -> Integers:
    """`total` (kWh, shape (row,)) split as `largest_remainder` splits it by equal weights; shape (row, part)."""
    return total[:, None] // parts + (np.arange(parts) < total[:, None] % parts)
