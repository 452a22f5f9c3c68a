"""Buys most of what contracts leave uncovered at any price, and gives a part of its demand up step by step as the price rises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from shengdian.agents.ladder import Ladders, equal_parts, ladder, ladders
from shengdian.agents.strategy import Kind, Me, Parameter
from shengdian.sim.base.orders import Integers
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.types import Bid
from shengdian.sim.base.units import fen
from shengdian.sim.market.view import View
from shengdian.sim.scenario import UserSpec

if TYPE_CHECKING:
    from shengdian.agents.crowd import Crowd

STEPS = 4


class Strategy:
    """Bids `flexible_share` of the hour's demand, as far as contracts leave it uncovered, in four equal steps between two prices."""

    kind: ClassVar[Kind] = "user"
    known: ClassVar[Mapping[str, Parameter]] = {
        "flexible_share": Parameter(0.10, 0, 1),
        "highest_per_mwh": Parameter(800, -10_000, 100_000),
        "lowest_per_mwh": Parameter(200, -10_000, 100_000),
    }

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Bid | None:
        """Bids the firm part at the cap and the flexible part in four equal steps from the highest to the lowest price; None for no kWh."""
        assert isinstance(me.spec, UserSpec)
        flexible = min(room_kwh, int(me.parameters["flexible_share"] * me.spec.demand[view.hour]))
        lowest, highest = sorted((fen(me.parameters["lowest_per_mwh"]), fen(me.parameters["highest_per_mwh"])))
        prices = [highest + (lowest - highest) * step / (STEPS - 1) for step in range(STEPS)]
        parts = largest_remainder(flexible, (1,) * STEPS)
        segments = ladder(view, [(view.cap, room_kwh - flexible), *zip(prices, parts, strict=True)])
        return Bid(me.spec.id, segments) if segments else None

    def propose_many(self, crowd: Crowd, view: View, room_kwh: Integers) -> Ladders:
        """The same for all users of `crowd` at once; `room_kwh` has shape (agent,)."""
        demand = crowd.figure("demand")[:, view.hour]
        flexible = np.minimum(room_kwh, (crowd.parameter("flexible_share") * demand).astype(np.int64))
        lowest, highest = np.sort((crowd.price("lowest_per_mwh"), crowd.price("highest_per_mwh")), axis=0)[:, :, None]
        prices = highest + (lowest - highest) * np.arange(STEPS) / (STEPS - 1)
        firm = np.full((len(demand), 1), float(view.cap))
        parts = equal_parts(flexible, STEPS)
        return ladders(view, np.hstack((firm, prices)), np.hstack(((room_kwh - flexible)[:, None], parts)))
