"""Offers what would have been best against everybody else's last orders.

From the book of the last hour in the same part of the day, a plant reckons what it could have sold at each price: the bids at that price or
above it, less other offers below it, less what came into its province over the lines, which it takes as given. Where other offers have the
same price, it counts on its share. It then chooses what would have earned most:

- `withhold` = 0: one of its markups, for all it has (competition in prices);
- `withhold` = 1: a quantity, offered at its cost, and holds back the rest (competition in quantities: Cournot, 1838). It offers one kWh
  less than the rest would take at the price, so that others set the price, wherever in the interval of supporting prices it is put.

In each hour it takes up what it found with probability `revises` and repeats its last offer otherwise: where all adapt at once, replies can
go round in circles for ever. It knows the first stage of the hour only, and offers at one price, without spread of units. What it found
stands in its memory as `preferred`, too: % of the highest markup, or of its room that it would hold back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from shengdian.agents.ladder import ladder
from shengdian.agents.learning import MARKUPS, hedged, markup, numbers, part, scale
from shengdian.agents.strategy import Kind, Me, Parameter
from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import HourResult, OrderResult, StageResult
from shengdian.sim.base.orders import Integers
from shengdian.sim.base.types import Offer
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec

NOTHING = -1.0
"""where an offer is remembered: none yet"""


class Rest:
    """Everybody else in the plant's province, as one stage left their orders."""

    def __init__(self, stage: StageResult, plant: str, zone: str) -> None:
        columns = Rows.of(OrderResult, stage.orders).columns
        pairs = zip(columns["trader"], columns["zone"], columns["error"], strict=True)
        others = np.array([trader != plant and province == zone and not error for trader, province, error in pairs], np.bool_)
        sells = np.array([side == "sell" for side in columns["side"]], np.bool_)
        price, quantity = np.asarray(columns["price"], np.int64), np.asarray(columns["quantity"], np.int64)
        self.bids = _curve(price, quantity, others & ~sells)
        self.offers = _curve(price, quantity, others & sells)
        self.imports = sum(flow.received * (flow.target == zone) - flow.sent * (flow.source == zone) for flow in stage.flows)
        """kWh that came in, less what went out"""

    def prices(self) -> Integers:
        """fen/MWh of all its orders, rising, without repeats; shape (price,)."""
        return np.unique(np.concatenate((self.bids[0], self.offers[0])))

    def takes(self, price: Integers) -> Integers:
        """kWh that it would buy of the plant at each price (fen/MWh), before any offer at the same price; 0 or more, shape of `price`."""
        bought = self.bids[1][-1] - _below(self.bids, price, "left")
        taken: Integers = np.maximum(0, bought - _below(self.offers, price, "left") - self.imports)
        return taken

    def equal(self, price: Integers) -> Integers:
        """kWh that others offer at exactly each price (fen/MWh); shape of `price`."""
        return _below(self.offers, price, "right") - _below(self.offers, price, "left")


def _curve(price: Integers, quantity: Integers, chosen: NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Prices rising, and the kWh before each of them, with all of it at the end."""
    order = np.argsort(price[chosen], kind="stable")
    before: Integers = np.concatenate(([0], np.cumsum(quantity[chosen][order])))
    return price[chosen][order], before


def _below(curve: tuple[Integers, Integers], price: Integers, side: Literal["left", "right"]) -> Integers:
    """kWh below each price (`left`), or up to it (`right`)."""
    energy: Integers = curve[1][np.searchsorted(curve[0], price, side=side)]
    return energy


def best_price(rest: Rest, prices: Integers, cost: int, room: int, ahead: int = 0) -> int:
    """The price among `prices` (fen/MWh, rising) at which `room` kWh would have earned most; the lowest of equals.

    `ahead` kWh of it are sold by financial contracts and earn nothing by a higher price.

    Where the rest would take more than `room` at a price of its own, it gets at least that price, however little it asks for.
    """
    others = rest.prices()
    set_by_others = int(others[rest.takes(others) > room].max(initial=prices[0]))
    sold = np.minimum(room, rest.takes(prices) * room / np.maximum(1, room + rest.equal(prices)))
    return int(prices[np.argmax((np.maximum(prices, set_by_others) - cost) * (sold - ahead))])


def best_quantity(rest: Rest, cost: int, room: int, ahead: int = 0) -> int:
    """kWh, at most `room`, that would have earned most above `cost` (fen/MWh) when offered below the price that others set.

    The most of equals; 0 where nothing earns. `ahead` as in `best_price`.
    """
    prices = rest.prices()
    prices = prices[prices > cost]
    sold = np.minimum(room, np.maximum(0, rest.takes(prices) - 1))
    earned = (prices - cost) * (sold - ahead)
    return int(sold[np.argmax(earned)]) if len(earned) and (ahead or earned.max() > 0) else 0


class Strategy:
    """Offers at the markup, or the quantity (Cournot, 1838), that would have earned most in the last book of the same part of the day."""

    kind: ClassVar[Kind] = "plant"
    known: ClassVar[Mapping[str, Parameter]] = {
        **{name: MARKUPS[name] for name in ("actions", "highest_per_mwh", "lowest_per_mwh", "parts")},
        "revises": Parameter(0.5, 0, 1),
        "withhold": Parameter(0, 0, 1, whole=True),
    }

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Offer | None:
        """Before it has seen a book it offers all it has at its cost."""
        assert isinstance(me.spec, PlantSpec)
        here = part(me, view.hour)
        held, best, rooms = (self._remembered(me, key) for key in ("held", "found", "room"))
        rooms[here] = float(room_kwh)
        if rng.random() < me.parameters["revises"]:
            held[here] = best[here]
        price, quantity = me.spec.cost, room_kwh
        if held[here] != NOTHING and me.parameters["withhold"]:
            quantity = min(room_kwh, int(held[here]))
        elif held[here] != NOTHING:
            price = int(held[here])
        segments = ladder(view, [(price, quantity)])
        return Offer(me.spec.id, segments) if segments else None

    def learn(self, me: Me, result: HourResult) -> None:
        """Finds the best reply to the first stage of the hour, and remembers it for the same part of the day."""
        assert isinstance(me.spec, PlantSpec)
        here = part(me, result.hour)
        room = int(self._remembered(me, "room")[here])
        if room < 1:
            return
        rest, cost = Rest(result.stages[0], me.spec.id, me.spec.zone), me.spec.cost
        ahead, _ = hedged(result, (me.spec.id,)).get(me.spec.id, (0, 0))
        if me.parameters["withhold"]:
            best = best_quantity(rest, cost, room, ahead)
            preferred = 1 - best / room
        else:
            prices = [round(cost + markup(me, action)) for action in range(int(me.parameters["actions"]))]
            best = best_price(rest, np.array(prices, np.int64), cost, room, ahead)
            preferred = (best - cost) / scale(me)
        self._remembered(me, "found")[here] = float(best)
        self._remembered(me, "preferred")[here] = 100 * preferred

    @staticmethod
    def _remembered(me: Me, key: str) -> list[float]:
        return numbers(me, key, int(me.parameters["parts"]), NOTHING)
