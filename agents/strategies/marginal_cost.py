"""Offers what is left of a plant at what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from agents.strategies import Kind, Me, Parameter, ladder
from sim.scenario import PlantSpec
from sim.split import largest_remainder
from sim.types import Offer, View

THERMAL = ("coal", "gas")


def steps(spec: PlantSpec, room: int, unit_spread: float) -> list[tuple[float, int]]:
    """(cost in fen/MWh, kWh), rising.

    A thermal aggregate has better and worse units, and contracts run on the better ones: the room is offered in three equal parts, at the
    cost and at one and two times `unit_spread` above it (assumption). Any other plant is one step.
    """
    if not spec.tech.startswith(THERMAL):
        return [(spec.cost, room)]
    return [(spec.cost * (1 + step * unit_spread), part) for step, part in enumerate(largest_remainder(room, (1, 1, 1)))]


class Strategy:
    kind: ClassVar[Kind] = "plant"
    known: ClassVar[Mapping[str, Parameter]] = {"unit_spread": Parameter(0.01, 0, 1)}

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Offer | None:
        assert isinstance(me.spec, PlantSpec)
        segments = ladder(view, steps(me.spec, room_kwh, me.parameters["unit_spread"]))
        return Offer(me.spec.id, segments) if segments else None
