"""Offers what is left of a plant at what it costs and a part of a start: what starting costs, over the hours that it expects to run.

Where a config does not say `start_cost_per_mw`, it is that of the plant's technology. It is asked of plants that capacity alone bounds, in
every hour: no order says "all or nothing", so a plant that runs for fewer hours than it expects does not earn its start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from shengdian.agents.ladder import ladder
from shengdian.agents.strategies.marginal_cost import steps
from shengdian.agents.strategy import Kind, Me, Parameter
from shengdian.sim.base.types import Offer
from shengdian.sim.base.units import FEN_PER_CNY
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec


class Strategy:
    """Offers at marginal cost and `start_cost_per_mw` / `hours` above it."""

    kind: ClassVar[Kind] = "plant"
    known: ClassVar[Mapping[str, Parameter]] = {
        "start_cost_per_mw": Parameter(0, 0, 1_000_000),
        "hours": Parameter(12, 1, 8784),
        "unit_spread": Parameter(0.01, 0, 1),
    }

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Offer | None:
        """Offers `room_kwh` in the steps of `marginal_cost`, each dearer by the part of a start; None for no kWh."""
        assert isinstance(me.spec, PlantSpec)
        part = FEN_PER_CNY * me.parameters["start_cost_per_mw"] / me.parameters["hours"] if me.spec.thermal else 0.0
        raised = [(cost + part, energy) for cost, energy in steps(me.spec, room_kwh, me.parameters["unit_spread"])]
        segments = ladder(view, raised)
        return Offer(me.spec.id, segments) if segments else None
