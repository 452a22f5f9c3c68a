"""Offers what is left of a plant at what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from shengdian.agents.ladder import Ladders, equal_parts, ladder, ladders
from shengdian.agents.strategy import Kind, Me, Parameter
from shengdian.sim.base.orders import Integers
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.types import Offer
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec

if TYPE_CHECKING:
    from shengdian.agents.crowd import Crowd

UNITS = 3
"""parts in which a thermal plant offers its room"""


def steps(spec: PlantSpec, room: int, unit_spread: float) -> list[tuple[float, int]]:
    """(cost in fen/MWh, kWh), rising.

    A thermal aggregate has better and worse units, and contracts run on the better ones: the room is offered in three equal parts, at the
    cost and at one and two times `unit_spread` of it above it (assumption). Any other plant is one step.
    """
    if not spec.thermal:
        return [(spec.cost, room)]
    above = unit_spread if spec.cost >= 0 else -unit_spread
    return [(spec.cost * (1 + step * above), part) for step, part in enumerate(largest_remainder(room, (1,) * UNITS))]


def steps_many(crowd: Crowd, room: Integers) -> tuple[NDArray[np.float64], Integers]:
    """Costs (fen/MWh) and energies (kWh) of `steps` for every plant, both of shape (plant, step); `room` is kWh, shape (plant,)."""
    thermal = crowd.flag("thermal")[:, None]
    cost, spread = crowd.figure("cost")[:, None], crowd.parameter("unit_spread")[:, None]
    above: NDArray[np.float64] = np.where(cost >= 0, spread, -spread)
    costs = cost * (1 + np.arange(UNITS) * above)
    whole = np.where(np.arange(UNITS) == 0, room[:, None], 0)
    return costs, np.where(thermal, equal_parts(room, UNITS), whole)


class Strategy:
    """Offers at marginal cost, what a price taker does."""

    kind: ClassVar[Kind] = "plant"
    known: ClassVar[Mapping[str, Parameter]] = {"unit_spread": Parameter(0.01, 0, 1)}

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Offer | None:
        """Offers `room_kwh` at cost: a thermal plant in three equal steps, any other plant in one; None for no kWh."""
        assert isinstance(me.spec, PlantSpec)
        segments = ladder(view, steps(me.spec, room_kwh, me.parameters["unit_spread"]))
        return Offer(me.spec.id, segments) if segments else None

    def propose_many(self, crowd: Crowd, view: View, room_kwh: Integers) -> Ladders:
        """The same for all plants of `crowd` at once; `room_kwh` has shape (agent,)."""
        return ladders(view, *steps_many(crowd, room_kwh))
