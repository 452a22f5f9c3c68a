"""Buys what contracts leave uncovered at any price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from shengdian.agents.ladder import Ladders, ladder, ladders
from shengdian.agents.strategy import Kind, Me, Parameter
from shengdian.sim.base.orders import Integers
from shengdian.sim.base.types import Bid
from shengdian.sim.market.view import View

if TYPE_CHECKING:
    from shengdian.agents.crowd import Crowd


class Strategy:
    """Bids at the price cap: a user that takes its energy whatever it costs."""

    kind: ClassVar[Kind] = "user"
    known: ClassVar[Mapping[str, Parameter]] = {}

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Bid | None:
        """Bids all of `room_kwh` at the cap, in one segment; None for no kWh."""
        segments = ladder(view, [(view.cap, room_kwh)])
        return Bid(me.spec.id, segments) if segments else None

    def propose_many(self, crowd: Crowd, view: View, room_kwh: Integers) -> Ladders:
        """The same for all users of `crowd` at once; `room_kwh` has shape (agent,)."""
        return ladders(view, np.full((len(room_kwh), 1), float(view.cap)), room_kwh[:, None])
