"""A strategy of one's own, as a class."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

import shengdian


class Dear(shengdian.Strategy):
    """Asks a price of its own for all it has."""

    kind = "plant"
    known: ClassVar = {"price_per_mwh": shengdian.Parameter(200.0, 0, 1000)}

    def propose(self, me: shengdian.Me, view: shengdian.View, rng: np.random.Generator, room_kwh: int) -> shengdian.Offer | None:
        return shengdian.Offer(me.spec.id, shengdian.ladder(view, [(100 * me.parameters["price_per_mwh"], room_kwh)]))
