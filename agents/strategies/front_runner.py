"""Looks at the orders that wait for the block, and offers what pays best against them; without a look it offers at cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from shengdian.agents.ladder import ladder
from shengdian.agents.strategies.marginal_cost import steps
from shengdian.agents.strategy import Kind, Me, Parameter
from shengdian.sim.base.types import Offer, Segment
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec
from shengdian.sim.solve.book import Book

LOOKS = 24
"""prices that are tried besides the offer at cost, so that a look at many orders stays cheap"""


class Strategy:
    """Its base is `marginal_cost`. `peek` = 0 keeps to it: the same plant, deciding as late, that does not look.

    What waits is public in an open book, and so are the rules: each candidate price (just below a rival's offer, or a bid's) is cleared in
    the head against what waits, and the best is taken if it beats the base. Of sealed orders only hashes are seen, which say nothing, and
    how much energy each has at most. `priority` is what it states where a block is ordered by gas price.
    """

    kind: ClassVar[Kind] = "plant"
    known: ClassVar[Mapping[str, Parameter]] = {
        "unit_spread": Parameter(0.01, 0, 1),
        "peek": Parameter(1, 0, 1),
        "priority": Parameter(1, 0, 1),
    }
    looks: ClassVar[bool] = True

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Offer | None:
        """Of its offer at cost and all its room at each candidate price, the one that earns most against the orders that wait."""
        assert isinstance(me.spec, PlantSpec)
        base = ladder(view, steps(me.spec, room_kwh, me.parameters["unit_spread"]))
        if not base:
            return None
        seen = view.pending
        if seen is None or seen.orders is None or me.parameters["peek"] < 1:
            return Offer(me.spec.id, base)
        zone, cost = seen.zone[me.spec.id], me.spec.cost
        rivals = seen.rivals(me.spec.id)
        offers = [base, *((Segment(price, room_kwh),) for price in candidates(rivals, zone, view, cost))]
        profits = [seen.profit(rivals, seen.offer(me.spec.id, offer), cost) for offer in offers]
        return Offer(me.spec.id, offers[int(np.argmax(profits))])  # the first of equals: the base where nothing beats it


def candidates(rivals: Book, zone: int, view: View, cost: int) -> list[int]:
    """Prices to try above `cost`, fen/MWh, rising: a tick below every other offer of the zone, and every bid; at most LOOKS of them.

    Of more, the lowest, the highest and some evenly between.
    """
    here = rivals.zone == zone
    prices = np.where(rivals.sells, rivals.price - 1, rivals.price)[here]
    worth = np.unique(prices[(prices > cost) & (prices <= view.cap)])
    if len(worth) > LOOKS:
        worth = worth[np.unique(np.linspace(0, len(worth) - 1, LOOKS).round().astype(np.int64))]
    tried: list[int] = worth.tolist()
    return tried
