"""Lowest and highest supporting prices over a network, in nano-ticks above the price floor.

Prices support the flows when a line with room would not pay (K x_b <= 10^6 x_a + W) and a line in use pays (K x_b >= 10^6 x_a + W), where
K = 10^6 - loss and W = 10^15 charge + 10^9 loss x floor + 10^6 times the line's tie-breaking cost (`arcs.py`). Both ends are fixpoints of
sweeps along these conditions: the lowest prices are pushed up from below, the highest pressed down from above.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shengdian.sim.base.units import PPM
from shengdian.sim.solve.arcs import Arc


class NotSupporting(Exception):
    """A line's condition pushes a zone past its limit."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line
        """index of the line"""


def source_with_room(arc: Arc, target: int) -> int:
    """The least price at the source, given the target's, at which a line with room does not pay; nano-ticks above the floor."""
    return max(0, arc.keep * target - arc.wedge) // PPM


def target_in_use(arc: Arc, source: int) -> int:
    """The least price at the target, given the source's, at which a line in use pays; nano-ticks above the floor."""
    return (PPM * source + arc.wedge) // arc.keep


def target_with_room(arc: Arc, source: int) -> int:
    """The highest price at the target, given the source's, at which a line with room does not pay; nano-ticks above the floor."""
    return -(-(PPM * source + arc.wedge) // arc.keep)


def source_in_use(arc: Arc, target: int) -> int:
    """The highest price at the source, given the target's, at which a line in use pays; nano-ticks above the floor.

    Negative where none does.
    """
    spread = arc.keep * target - arc.wedge
    return -(-spread // PPM) if spread >= 0 else -1


def lowest(arcs: Sequence[Arc], sent: Sequence[int], start: Sequence[int], limit: Sequence[int]) -> list[int]:
    """The lowest supporting prices by zone at or above `start`, nano-ticks above the floor.

    Parameters are kWh `sent` by line, and prices `start` and `limit` by zone. Raises NotSupporting as soon as a price would pass its limit.
    """
    return _swept(
        arcs,
        sent,
        start,
        limit,
        max,
        with_room=lambda arc, prices: (arc.source, source_with_room(arc, prices[arc.target])),
        in_use=lambda arc, prices: (arc.target, target_in_use(arc, prices[arc.source])),
    )


def highest(arcs: Sequence[Arc], sent: Sequence[int], start: Sequence[int], limit: Sequence[int]) -> list[int]:
    """The highest supporting prices by zone at or below `start`, nano-ticks above the floor; the mirror image of `lowest`.

    Raises NotSupporting as soon as a price would pass its limit.
    """
    return _swept(
        arcs,
        sent,
        start,
        limit,
        min,
        with_room=lambda arc, prices: (arc.target, target_with_room(arc, prices[arc.source])),
        in_use=lambda arc, prices: (arc.source, source_in_use(arc, prices[arc.target])),
    )


Condition = Callable[[Arc, Sequence[int]], tuple[int, int]]
"""a zone, and the price that a line asks of it at the prices so far"""


def _swept(
    arcs: Sequence[Arc],
    sent: Sequence[int],
    start: Sequence[int],
    limit: Sequence[int],
    further: Callable[[int, int], int],
    with_room: Condition,
    in_use: Condition,
) -> list[int]:
    """Prices by zone that no line's condition moves any more; `further` gives the one of two prices that lies further from `start`."""
    prices = list(start)
    changed = True
    while changed:
        changed = False
        for index, arc in enumerate(arcs):
            for holds, condition in ((sent[index] < arc.full, with_room), (sent[index] > 0, in_use)):
                if not holds:
                    continue
                zone, price = condition(arc, prices)
                if further(price, prices[zone]) != prices[zone]:
                    if further(price, limit[zone]) != limit[zone]:
                        raise NotSupporting(index)
                    prices[zone], changed = price, True
    return prices
