"""Offers what is left of a plant at a fixed share above what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from agents.strategies import Kind, Me, Parameter, ladder
from agents.strategies.marginal_cost import steps
from sim.scenario import PlantSpec
from sim.types import Offer, View


class Strategy:
    kind: ClassVar[Kind] = "plant"
    known: ClassVar[Mapping[str, Parameter]] = {"markup": Parameter(0.10, -1, 100), "unit_spread": Parameter(0.01, 0, 1)}

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Offer | None:
        assert isinstance(me.spec, PlantSpec)
        raised = [(cost * (1 + me.parameters["markup"]), part) for cost, part in steps(me.spec, room_kwh, me.parameters["unit_spread"])]
        segments = ladder(view, raised)
        return Offer(me.spec.id, segments) if segments else None
