"""Plants that learn their markups in one auction, hour after hour; every seed has a zone of its own, which no line joins to the others.

So one block clears the hour of all seeds, and each seed's draws and prices are those that it would have alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidence.validation.exchange import Exchange, Trader
from shengdian.agents.strategies import parameters, strategy
from shengdian.agents.strategy import Learner, Me
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Bid, Offer, Order, Segment
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec

CAP = 100_000
"""fen/MWh, what the load bids"""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Paid:
    """What the load paid, by hour and seed; shape (hour, seed)."""

    money: Floats
    """CNY"""
    energy: Floats
    """MWh"""

    def last(self, share: float) -> Floats:
        """Mean price (CNY/MWh) of the last `share` of the hours, by seed."""
        first = round(len(self.money) * (1 - share))
        mean: Floats = self.money[first:].sum(axis=0) / self.energy[first:].sum(axis=0)
        return mean


@dataclass(frozen=True, slots=True)
class LearningMarket:
    """Plants of `room` kWh each at `costs` (fen/MWh), for which the strategy `name` decides, and a load of `loads` (kWh) in turn."""

    costs: Sequence[int]
    room: int
    loads: Sequence[int]
    name: str
    given: Mapping[str, float]
    """parameters of the strategy"""
    mechanism: str = "uniform"
    owners: int = 0
    """who hold the plants in turn and choose one markup for all of theirs; 0: every plant decides for itself"""

    def run(self, chain: str, hours: int, seeds: Sequence[int]) -> Paid:
        """The hours of every seed."""
        learner = strategy(self.name)()
        mes = [me for seed in seeds for me in self._plants(str(seed))]
        zones = {str(seed): at for at, seed in enumerate(seeds)}
        traders = [Trader(me.spec.id, zones[me.spec.zone], True) for me in mes]
        traders += [Trader(f"load {zone}", at, False) for zone, at in zones.items()]
        exchange = Exchange(chain, traders, cap=CAP, mechanism=self.mechanism)
        names = list(exchange.market.rules.zones)
        mes = [replace(me, spec=replace(me.spec, zone=names[zones[me.spec.zone]])) for me in mes]
        rngs = [stream(int(me.spec.id.split("/")[0]), "agent", me.spec.id.split("/")[1]) for me in mes]
        view = View(0, tuple(names), 0, CAP, (0,) * len(names), (None,) * len(names))
        money, energy = np.zeros((2, hours, len(seeds)))
        for hour in range(hours):
            load = self.loads[hour % len(self.loads)]
            offers = [learner.propose(me, view, rng, self.room) for me, rng in zip(mes, rngs, strict=True)]
            orders: list[Order] = [offer for offer in offers if isinstance(offer, Offer)]
            orders += [Bid(f"load {zone}", (Segment(CAP, load),)) for zone in zones]
            result = exchange.hour(orders)
            for me in mes:
                if isinstance(learner, Learner) and (not me.owned or me.owned[0].id == me.spec.id):
                    learner.learn(me, result)
            stage = result.stages[-1]
            for row in stage.orders:
                if row.side == "sell":
                    at = names.index(row.zone)
                    money[hour, at] += row.filled * (row.paid_price or 0) / 1e5
                    energy[hour, at] += row.filled / 1000
            view = replace(view, hour=hour + 1, last_prices=tuple(stage.prices[name] for name in names))
        return Paid(money, energy)

    def _plants(self, seed: str) -> list[Me]:
        given, made = parameters(self.name, self.given), list[Me]()
        specs = [
            PlantSpec(f"{seed}/plant {at}", seed, "wind", self.room, 0, self.room, cost, 0, 0, (self.room,), (self.room,), supply="profile")
            for at, cost in enumerate(self.costs)
        ]
        memories: dict[int, dict[str, Any]] = {}
        for at, spec in enumerate(specs):
            owner = at % self.owners if self.owners else at
            owned = tuple(specs[owner :: self.owners]) if self.owners else ()
            made.append(Me(spec, given, memories.setdefault(owner, {}), owned))
        return made
