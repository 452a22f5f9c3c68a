"""Orders at a price drawn at random, as far as it makes no loss: the traders of Gode and Sunder, for plants and for users.

A plant draws evenly between its cost and `highest_per_mwh`, a user between `lowest_per_mwh` and `highest_per_mwh`, which is what energy
is worth to it (ZI-C; Gode and Sunder, Journal of Political Economy 101, 1993). With `constrained` = 0 both draw between the price limits of
the market (ZI-U). A run reckons what energy is worth from bids, so its welfare says little about such users.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from shengdian.agents.ladder import ladder
from shengdian.agents.strategy import Kind, Me, Parameter
from shengdian.sim.base.types import Bid, Offer, Order
from shengdian.sim.base.units import fen
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec


class Strategy:
    """Orders at a random price without a loss (ZI-C) or between the market's limits (ZI-U), after Gode and Sunder (1993)."""

    kind: ClassVar[Kind] = "either"
    known: ClassVar[Mapping[str, Parameter]] = {
        "constrained": Parameter(1, 0, 1, whole=True),
        "highest_per_mwh": Parameter(800, -10_000, 100_000),
        "lowest_per_mwh": Parameter(0, -10_000, 100_000),
    }

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Order | None:
        """One segment of `room_kwh` at a price drawn evenly, in whole fen/MWh: an offer of a plant, a bid of a user; None for no kWh."""
        sells = isinstance(me.spec, PlantSpec)
        lowest, highest = view.floor, view.cap
        if me.parameters["constrained"]:
            most = min(highest, fen(me.parameters["highest_per_mwh"]))
            if isinstance(me.spec, PlantSpec):
                lowest = max(lowest, me.spec.cost)
                highest = max(lowest, most)  # a plant that costs more than `highest_per_mwh` asks for its cost
            else:
                highest = most
                lowest = min(highest, max(lowest, fen(me.parameters["lowest_per_mwh"])))
        segments = ladder(view, [(int(rng.integers(lowest, highest, endpoint=True)), room_kwh)])
        if not segments:
            return None
        return Offer(me.spec.id, segments) if sells else Bid(me.spec.id, segments)
