"""Who holds a province's planned exchange with the rest of the country where it goes through the market: at any price, as it is planned."""

from __future__ import annotations

import mesa

from shengdian.agents.plant import PowerPlant
from shengdian.agents.trader import Trader
from shengdian.sim.base.types import Bid, Offer, Order, Segment
from shengdian.sim.market.view import View
from shengdian.sim.scenario import ExchangeSpec


class PlannedExchange(Trader):
    """Buys what is to be exported at the cap, and sells what is imported at the floor."""

    def __init__(self, model: mesa.Model, spec: ExchangeSpec) -> None:
        super().__init__(model, spec.id, spec.zone)
        self.spec = spec

    def propose(self, view: View) -> Order | None:
        """The hour's exchange, net; None where there is none."""
        net = self.spec.net_import(view.hour)
        if net < 0:
            return Bid(self.id, (Segment(view.cap, -net),))
        return Offer(self.id, (Segment(view.floor, net),)) if net else None


class PlannedSource(PowerPlant):
    """An import that differs from hour to hour, which the market has as a plant: it sells at the floor, whatever its strategy."""

    def propose(self, view: View) -> Order | None:
        """All that arrives in the hour; None where nothing does."""
        room = self.room(view.hour)
        return Offer(self.id, (Segment(view.floor, room),)) if room else None
