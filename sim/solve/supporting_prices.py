"""Lowest and highest supporting prices over a network, in micro-ticks above the price floor.

Prices support the flows when a line with room would not pay (K x_b <= 10^6 x_a + W) and a line in use pays (K x_b >= 10^6 x_a + W), where
K = 10^6 - loss and W = 10^12 charge + 10^6 loss x floor. Both ends are fixpoints of sweeps along these conditions: the lowest prices are
pushed up from below, the highest pressed down from above.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shengdian.sim.base.types import Line
from shengdian.sim.base.units import PPM

MICRO = 1_000_000
"""micro-ticks in a tick"""


class NotSupporting(Exception):
    """A line's condition pushes a zone past its limit."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line
        """index of the line"""


def wedge(line: Line, floor: int) -> int:
    """W of a line, ppm x micro-ticks; not negative where burning energy does not pay."""
    return PPM * MICRO * line.charge + MICRO * line.loss * floor


def source_with_room(line: Line, floor: int, target: int) -> int:
    """The least price at the source, given the target's, at which a line with room does not pay; micro-ticks above the floor."""
    return max(0, (PPM - line.loss) * target - wedge(line, floor)) // PPM


def target_in_use(line: Line, floor: int, source: int) -> int:
    """The least price at the target, given the source's, at which a line in use pays; micro-ticks above the floor."""
    return (PPM * source + wedge(line, floor)) // (PPM - line.loss)


def target_with_room(line: Line, floor: int, source: int) -> int:
    """The highest price at the target, given the source's, at which a line with room does not pay; micro-ticks above the floor."""
    return -(-(PPM * source + wedge(line, floor)) // (PPM - line.loss))


def source_in_use(line: Line, floor: int, target: int) -> int:
    """The highest price at the source, given the target's, at which a line in use pays; micro-ticks above the floor.

    Negative where none does.
    """
    spread = (PPM - line.loss) * target - wedge(line, floor)
    return -(-spread // PPM) if spread >= 0 else -1


def lowest(lines: Sequence[Line], floor: int, sent: Sequence[int], start: Sequence[int], limit: Sequence[int]) -> list[int]:
    """The lowest supporting prices by zone at or above `start`, micro-ticks above `floor` (fen/MWh).

    Parameters are kWh `sent` by line, and prices `start` and `limit` by zone. Raises NotSupporting as soon as a price would pass its limit.
    """
    return _swept(
        lines,
        sent,
        start,
        limit,
        max,
        with_room=lambda line, prices: (line.source, source_with_room(line, floor, prices[line.target])),
        in_use=lambda line, prices: (line.target, target_in_use(line, floor, prices[line.source])),
    )


def highest(lines: Sequence[Line], floor: int, sent: Sequence[int], start: Sequence[int], limit: Sequence[int]) -> list[int]:
    """The highest supporting prices by zone at or below `start`, micro-ticks above `floor` (fen/MWh); the mirror image of `lowest`.

    Raises NotSupporting as soon as a price would pass its limit.
    """
    return _swept(
        lines,
        sent,
        start,
        limit,
        min,
        with_room=lambda line, prices: (line.target, target_with_room(line, floor, prices[line.source])),
        in_use=lambda line, prices: (line.source, source_in_use(line, floor, prices[line.target])),
    )


Condition = Callable[[Line, Sequence[int]], tuple[int, int]]
"""a zone, and the price that a line asks of it at the prices so far"""


def _swept(
    lines: Sequence[Line],
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
        for index, line in enumerate(lines):
            for holds, condition in ((sent[index] < line.capacity, with_room), (sent[index] > 0, in_use)):
                if not holds:
                    continue
                zone, price = condition(line, prices)
                if further(price, prices[zone]) != prices[zone]:
                    if further(price, limit[zone]) != limit[zone]:
                        raise NotSupporting(index)
                    prices[zone], changed = price, True
    return prices
