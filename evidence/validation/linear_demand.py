"""Demand that falls in a straight line, as bids: P = a - b Q in each of one or two zones, and what plants that offer quantities earn.

Each zone's bids are a staircase of equal steps, each at the price of its middle. Plants offer whole steps at nothing, so that the
supporting prices are those between two bids, and the middle of these (k = 0.5) is the price of the line exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evidence.validation.exchange import Exchange, Trader
from shengdian.sim.base.hour_result import StageResult
from shengdian.sim.base.orders import MOST_SEGMENTS
from shengdian.sim.base.types import Bid, Line, Offer, Order, Segment

WIDTH = 1000
"""kWh of a step"""


class LinearDemand:
    """An auction in which every zone's bids fall from `highest` (fen/MWh) to 0 over `steps` x WIDTH kWh."""

    def __init__(self, chain: str, highest: int, steps: int, plants: Mapping[str, int], zones: int = 1, lines: Sequence[Line] = ()) -> None:
        """`plants`: the zone of each by name."""
        self.highest, self.steps = highest, steps
        prices = [round(highest * (1 - (step + 0.5) / steps)) for step in range(steps)]
        ladders = [prices[first : first + MOST_SEGMENTS] for first in range(0, steps, MOST_SEGMENTS)]
        buyers = {f"load {zone} {at}": (zone, ladder) for zone in range(zones) for at, ladder in enumerate(ladders)}
        self.bids = [Bid(name, tuple(Segment(price, WIDTH) for price in ladder)) for name, (_, ladder) in buyers.items()]
        traders = [Trader(name, zone, True) for name, zone in plants.items()]
        traders += [Trader(name, zone, False) for name, (zone, _) in buyers.items()]
        self.exchange = Exchange(chain, traders, lines, k=500_000, cap=highest)

    def hour(self, sold: Mapping[str, int], others: Sequence[Order] = ()) -> StageResult:
        """The clearing where plants offer so many steps each at nothing, and `others` what they say."""
        orders: list[Order] = [Offer(name, (Segment(0, steps * WIDTH),)) for name, steps in sold.items() if steps]
        return self.exchange.hour([*orders, *others, *self.bids]).stages[-1]

    def revenue(self, stage: StageResult, plant: str) -> float:
        """Of a plant, as a share of the highest price x all steps of a zone."""
        rows = (row for row in stage.orders if row.trader == plant)
        return sum(row.filled * (row.paid_price or 0) for row in rows) / (self.highest * self.steps * WIDTH)
