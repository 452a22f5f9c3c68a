"""Central bidding once a month: plants offer up to their quota, users bid for what they want, the auction clears.

The auctions count whole MWh of a month here, where an hour's auction counts kWh: a quantity has 32 bits, which is 4,294 TWh instead of
4.29 GWh. Months are the hours of the auction's clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from shengdian.agents.year_ahead import asks, pays
from shengdian.ahead.price_differences import at_prices, from_benchmark
from shengdian.ahead.state import Deal, State
from shengdian.experiments.schema import MediumTerm, Stage
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.hour_result import OrderResult, StageResult
from shengdian.sim.base.orders import Orders
from shengdian.sim.base.streams import stream
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Bids, Offer, Order, Rules, Salts, Segment
from shengdian.sim.base.units import KWH_PER_MWH, ppm
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.market_rules import MarketRules

Form = Literal["uniform", "pay-as-bid", "matched-pairs", "price-differences"]
PAIRED: tuple[Form, ...] = ("matched-pairs", "price-differences")
"""forms that take one province an auction; the last is matched pairs of orders that state differences from the province's coal benchmark,
in the proportion of its rebate"""


class Central:
    """One auction for the provinces `zones`, which have no lines between them; one that makes pairs takes one province."""

    def __init__(
        self,
        state: State,
        zones: Sequence[str],
        form: Form,
        chain: str,
        terms: MediumTerm,
        seed: int,
        bids: Bids = "open",
        bond_rate: int = 0,
        salts: Salts = "seed",
    ) -> None:
        """`bond_rate` is fen/MWh that committed energy costs whose sealed order is not revealed or not valid."""
        self.state, self.zones, self.terms, self.seed, self.form = state, tuple(zones), terms, seed, form
        world, (zone, *_) = state.world, zones
        rebate = world.openings[zone].rebate
        self.benchmark = 0 if rebate is None else world.benchmark[zone]
        """fen/MWh that orders differ from"""
        k = world.k if rebate is None else ppm(rebate)
        limits = Rules(len(zones), (), world.floor - self.benchmark, world.cap - self.benchmark, k)
        mechanism = "matched-pairs" if form == "price-differences" else form
        rules = MarketRules(
            self.zones, limits, Timetable(world.start), mechanism=mechanism, bids=bids, bond_rate=bond_rate, seed=seed, salts=salts
        )
        self.market = ChainMarket(open_chain(chain), rules, state.world.participants(zones))

    def month(self, month: int) -> None:
        """Clears the month, if anybody may trade in it."""
        orders = [order for zone in self.zones for order in orders_of(self.state, zone, "central", month, self.terms, self.seed)]
        if not orders:
            return
        places = stream(self.seed, "central", self.form, str(month)).permutation(len(orders))
        refused, _ = self.market.submit(month, Orders.of([from_benchmark(orders[place], self.benchmark) for place in places.tolist()]))
        for reverted in refused.values():
            raise reverted
        stage = at_prices(self.market.clear(month).stages[-1], self.benchmark)
        for seller, buyer, energy, price in trades(stage):
            zone = self.state.world.sellers[seller].zone
            name = f"central {month + 1} {len(self.state.deals)}"
            self.state.add(Deal(name, "central", seller, buyer, zone, zone, price, month, energy * KWH_PER_MWH))


def orders_of(state: State, zone: str, stage: Stage, month: int, terms: MediumTerm, seed: int) -> list[Order]:
    """Offers and bids of a province in whole MWh; none where the province does not trade this way in this month."""
    if not state.world.openings[zone].trades(stage, month):
        return []
    orders: list[Order] = []
    for seller, energy in state.quotas(zone, stage, month, ppm(terms.quota)).items():
        plant = state.world.sellers[seller]
        price = state.world.fit(asks(plant.cost, plant.benchmark, terms.central_keeps, stream(seed, stage, seller, str(month))))
        if energy >= KWH_PER_MWH:
            orders.append(Offer(seller, (Segment(price, energy // KWH_PER_MWH),)))
    for user in state.world.buying(zone):
        price = state.world.fit(pays(user.benchmark, terms.central_saves, stream(seed, stage, user.id, str(month))))
        if (energy := state.wants(user, stage, month)) >= KWH_PER_MWH:
            orders.append(Bid(user.id, (Segment(price, energy // KWH_PER_MWH),)))
    return orders


def trades(stage: StageResult) -> Iterator[tuple[str, str, int, int]]:
    """Seller, buyer, MWh and fen/MWh.

    In a uniform auction all pay the same, so who is paired with whom is only a way to write it down: one after the other, as in the book.
    Where everyone has the own price it is the seller's; what the buyer pays above it is the auction's rent.
    """
    if stage.trades:
        yield from ((trade.seller, trade.buyer, trade.quantity, trade.price) for trade in stage.trades)
        return
    filled = [row for row in stage.orders if row.filled]
    for zone in dict.fromkeys(row.zone for row in filled):
        sells, buys = ([row for row in filled if row.zone == zone and row.side == side] for side in ("sell", "buy"))
        yield from _paired(sells, buys)


def _paired(sells: Sequence[OrderResult], buys: Sequence[OrderResult]) -> Iterator[tuple[str, str, int, int]]:
    left = [row.filled for row in buys]
    at = 0
    for sold in sells:
        rest = sold.filled
        while rest:
            energy = min(rest, left[at])
            if energy:
                assert sold.paid_price is not None
                yield sold.trader, buys[at].trader, energy, sold.paid_price
            rest -= energy
            left[at] -= energy
            at += not left[at]
