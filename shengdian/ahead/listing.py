"""Listing, last in the month: plants post what they may still sell, users take in a drawn order at the posted price. In whole MWh."""

from __future__ import annotations

from collections.abc import Sequence

from shengdian.ahead.central import orders_of
from shengdian.ahead.state import Deal, State
from shengdian.experiments.schema import MediumTerm
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.streams import stream
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Offer
from shengdian.sim.base.units import KWH_PER_MWH
from shengdian.sim.market.listing import ListingMarket


class Listing:
    """One board for the provinces `zones`."""

    def __init__(self, state: State, zones: Sequence[str], chain: str, terms: MediumTerm, seed: int) -> None:
        self.state, self.zones, self.terms, self.seed = state, tuple(zones), terms, seed
        world = state.world
        self.market = ListingMarket(
            open_chain(chain), world.floor, world.cap, len(zones), world.participants(zones), Timetable(world.start)
        )

    def month(self, month: int) -> None:
        """Posts and takes, if anybody has something to sell and to buy."""
        orders = [order for zone in self.zones for order in orders_of(self.state, zone, "listing", month, self.terms, self.seed)]
        posted = [order for order in orders if isinstance(order, Offer)]
        if not posted or len(posted) == len(orders):
            return
        rng = stream(self.seed, "listing", str(month))
        self.market.post([posted[place] for place in rng.permutation(len(posted)).tolist()], month)
        takers = [order for order in orders if not isinstance(order, Offer)]
        trades = [trade for place in rng.permutation(len(takers)).tolist() for trade in self.market.take(takers[place])]
        for trade in (*trades, *self.market.share()):
            zone = self.state.world.sellers[trade.seller].zone
            name = f"listing {month + 1} {len(self.state.deals)}"
            energy = trade.quantity * KWH_PER_MWH
            self.state.add(Deal(name, "listing", trade.seller, trade.buyer, zone, zone, trade.price, month, energy))
