"""Offers what is left of a plant at a fixed share above what it costs.

A negative share is below cost. With `regional_at_cost` = 1 it does so at home alone:
in the second of two stages it asks its cost, and bids it for energy that replaces it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from shengdian.agents.ladder import Ladders, ladder, ladders
from shengdian.agents.strategies.marginal_cost import steps, steps_many
from shengdian.agents.strategy import Kind, Me, Parameter
from shengdian.sim.base.orders import Integers
from shengdian.sim.base.types import Offer
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec

if TYPE_CHECKING:
    from shengdian.agents.crowd import Crowd


class Strategy:
    """Offers at marginal cost and `markup` times its size above it."""

    kind: ClassVar[Kind] = "plant"
    known: ClassVar[Mapping[str, Parameter]] = {
        "markup": Parameter(0.10, -1, 100),
        "regional_at_cost": Parameter(0, 0, 1, whole=True),
        "unit_spread": Parameter(0.01, 0, 1),
    }

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Offer | None:
        """Offers `room_kwh` in the steps of `marginal_cost`, each at its cost and `markup` times its size above; None for no kWh."""
        assert isinstance(me.spec, PlantSpec)
        markup = me.parameters["markup"] if me.spec.cost >= 0 else -me.parameters["markup"]
        raised = [(cost * (1 + markup), part) for cost, part in steps(me.spec, room_kwh, me.parameters["unit_spread"])]
        segments = ladder(view, raised)
        back = -round(me.spec.cost * markup) if me.parameters["regional_at_cost"] else 0
        return Offer(me.spec.id, segments, back) if segments else None

    def propose_many(self, crowd: Crowd, view: View, room_kwh: Integers) -> Ladders:
        """The same for all plants of `crowd` at once; `room_kwh` has shape (agent,)."""
        costs, parts = steps_many(crowd, room_kwh)
        markup = np.where(crowd.figure("cost") >= 0, crowd.parameter("markup"), -crowd.parameter("markup"))
        back = -np.rint(crowd.figure("cost") * markup * crowd.parameter("regional_at_cost")).astype(np.int64)
        return replace(ladders(view, costs * (1 + markup[:, None]), parts), regional=back)
