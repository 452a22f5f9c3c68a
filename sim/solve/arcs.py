"""Lines as the certificate sees them in an hour: with a tie-breaking cost each, so that of several optimal solutions one is left.

A line's tie-breaking cost is drawn from the hour's number, so that nobody who finds a solution chooses between equals. It counts in the
conditions alone and is in no payment. Along any path of lines the costs add up to less than SLACK, which prices are rounded up by: no
published price falls by a tick because of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shengdian.sim.base.keccak import keccak
from shengdian.sim.base.types import Rules
from shengdian.sim.base.units import PPM

NANO = 1_000_000_000
"""nano-ticks in a tick"""
SLACK = 25_000_000
"""nano-ticks that a price may lack to its tick"""
DRAWS_A_HASH = 16
"""lines whose tie-breaking costs come from one hash, 16 bits each"""


@dataclass(frozen=True, slots=True)
class Arc:
    """A line in an hour."""

    source: int
    """index of the sending zone"""
    target: int
    """index of the receiving zone"""
    capacity: int
    """kWh that may be sent"""
    keep: int
    """ppm of what is sent that arrive"""
    wedge: int
    """what a price must rise by along the line, tie-breaking cost included, ppm x nano-ticks; not negative"""
    full: int
    """kWh sent from which on no more can arrive"""

    def arrives(self, sent: int) -> int:
        """kWh that arrive of `sent` kWh, rounded down."""
        return self.keep * sent // PPM


def arcs_of(rules: Rules, hour: int) -> tuple[Arc, ...]:
    """The lines of `rules` in an hour."""
    found = []
    for line, tie in zip(rules.lines, tie_costs(rules.zones, len(rules.lines), hour), strict=True):
        keep = PPM - line.loss
        wedge = NANO * (PPM * line.charge + line.loss * rules.floor) + PPM * tie
        full = -(-(keep * line.capacity // PPM * PPM) // keep)
        found.append(Arc(line.source, line.target, line.capacity, keep, wedge, full))
    return tuple(found)


def tie_costs(zones: int, lines: int, hour: int) -> list[int]:
    """The tie-breaking cost of every line in an hour, nano-ticks a kWh sent."""
    grain = SLACK // (zones << 16)
    costs: list[int] = []
    for word in range(-(-lines // DRAWS_A_HASH)):
        draw = int.from_bytes(keccak(hour.to_bytes(32, "big") + word.to_bytes(32, "big")), "big")
        costs += [grain * (1 + (draw >> 16 * place & 0xFFFF)) for place in range(DRAWS_A_HASH)]
    return costs[:lines]


def wasting(arcs: Sequence[Arc], sent: Sequence[int]) -> list[int]:
    """Indices of the lines that send a kWh of which nothing arrives; `sent` is kWh by line."""
    return [place for place, (arc, out) in enumerate(zip(arcs, sent, strict=True)) if out and arc.arrives(out - 1) == arc.arrives(out)]


def could_use(arcs: Sequence[Arc], sent: Sequence[int], low: Sequence[int], least: Sequence[int], own: int) -> bool:
    """Whether the zone where line `own` begins could use a kWh more at the low prices.

    Its orders take it back, or another line brings one less, or takes one more away, and the zone at its other end could use that. `sent`
    is kWh by line; `low` and `least`, nano-ticks above the floor by zone, are the submitted prices and the least ones of the zones' books.
    """
    useful = [here == book for here, book in zip(low, least, strict=True)]
    changed = True
    while changed:
        changed = False
        for place, (arc, out) in enumerate(zip(arcs, sent, strict=True)):
            if place == own or useful[arc.source] == useful[arc.target] or not tight(arc, low):
                continue
            less = arc.arrives(out) > 0
            more = out < arc.full and arc.arrives(out + 1) > arc.arrives(out)
            if less if useful[arc.source] else more:
                useful[arc.source] = useful[arc.target] = changed = True
    return useful[arcs[own].source]


def tight(arc: Arc, low: Sequence[int]) -> bool:
    """Whether the low prices at the ends of a line would support it in use and with room."""
    worth, cost = arc.keep * low[arc.target], PPM * low[arc.source] + arc.wedge
    return worth < cost + PPM and cost < worth + arc.keep
