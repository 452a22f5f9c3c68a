"""An hour without orders: the operator's plan of what plants may give and what is needed, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import Entry, LineFlow, OrderResult, StageResult
from shengdian.sim.base.orders import Orders
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.base.types import Bid, Offer, Order, Segment, Stage
from shengdian.sim.chain.abi_words import signed, unpack_lanes
from shengdian.sim.chain.port import Block
from shengdian.sim.market.companies import company_of
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant, participants
from shengdian.sim.market.standing import Standing
from shengdian.sim.scenario import Scenario
from shengdian.sim.solve.book import Integers


def planned(scenario: Scenario, rooms: Sequence[int], needed: Sequence[int]) -> Orders:
    """The plan of an hour in the form of orders: every plant at its cost with what it can give, every zone's users together at the cap.

    `rooms` is kWh by plant, `needed` kWh by zone.
    """
    found: list[Order] = [
        Bid(each.id, (Segment(scenario.cap, energy),))
        for each, energy in zip(participants(scenario), needed, strict=False)  # suppliers come first, in the order of zones
        if energy
    ]
    found += [Offer(plant.id, (Segment(plant.cost, room),)) for plant, room in zip(scenario.plants, rooms, strict=True) if room]
    return Orders.of(found)


def plan_words(standing: Standing) -> bytes:
    """The plan as `dispatch` takes it: a word a segment, in the order of the participants' numbers."""
    book, lanes = standing.book, np.zeros((len(standing.book), 4), ">u8")
    head = (FIRST_NUMBER + standing.trader) << 48 | book.zone << 40 | book.sells.astype(np.int64) << 3 | 1
    lanes[:, 0] = head.astype(np.uint64)
    lanes[:, 3] = (book.price.astype(np.uint64) & 0xFFFFFFFF) << 32 | (book.quantity.astype(np.uint64) & 0xFFFFFFFF)
    return lanes.tobytes()


@dataclass(frozen=True, slots=True)
class Exchange:
    """What companies bought of each other."""

    prices: list[int]
    """fen/MWh by zone"""
    own: Integers
    """kWh by segment of the plan for the zone's own users"""


def exchange_of(logged: Sequence[dict[str, bytes]], count: int) -> Exchange | None:
    """Out of the event SurplusSold; None where there is none, as one company has all zones or nothing is exchanged."""
    for words in logged:
        return Exchange(unpack_lanes(words["prices"], 64)[::4].tolist(), unpack_lanes(words["own"], 32)[:count])
    return None


def entries(
    rules: MarketRules,
    traders: Sequence[Participant],
    standing: Standing,
    fills: Integers,
    exchange: Exchange | None,
    flows: Sequence[LineFlow],
    block: Block,
    transaction: str,
) -> Rows[Entry]:
    """What plants get for fuel and fixed cost, and what companies pay: participants by number, then the grid."""
    book, count = standing.book, len(traders)
    money, energy = [0] * count, [0] * count
    one = bool(rules.auction.lines) and not rules.declared.own_first
    for trader, zone, sells, price, fill in zip(
        standing.trader.tolist(), book.zone.tolist(), book.sells.tolist(), book.price.tolist(), fills.tolist(), strict=True
    ):
        energy[trader] += -fill if sells else fill
        if sells:
            money[trader] += price * fill
            money[company_of(zone, one) - FIRST_NUMBER] -= price * fill
    if exchange is not None:
        sold = np.where(book.sells, fills - exchange.own, exchange.own - fills)
        for zone, given in zip(book.zone.tolist(), sold.tolist(), strict=True):
            money[zone] += exchange.prices[zone] * given
    for number, cost in rules.fixed_costs.items():
        money[number - FIRST_NUMBER] += cost
        money[company_of(traders[number - FIRST_NUMBER].zone, one) - FIRST_NUMBER] -= cost
    wheeling, lost = sum(flow.wheeling for flow in flows), sum(flow.sent - flow.received for flow in flows)
    rent, left = sum(flow.rent for flow in flows), 0
    if exchange is not None:
        left = -sum(money) - wheeling
    else:
        money[0] -= wheeling
    found = [
        Entry(each.id, "dispatch", money[place], energy[place], block.number, transaction, each.role_name)
        for place, each in enumerate(traders)
        if money[place] or energy[place]
    ]
    found += [Entry("grid", "wheeling", wheeling, 0, block.number, transaction, "grid")] if wheeling else []
    found += [Entry("grid", "rent", left - rent, 0, block.number, transaction, "grid")] if left != rent else []
    found += [Entry("grid", "loss", 0, lost, block.number, transaction, "grid")] if lost else []
    found += [Entry("rent", "rent", rent, 0, block.number, transaction, "rent")] if rent else []
    return Rows.of(Entry, found)


def stage_of(rules: MarketRules, words: dict[str, bytes], flows: tuple[LineFlow, ...]) -> StageResult:
    """A dispatch as a stage without orders and prices."""
    stage: Stage = "regional" if rules.auction.lines else "provincial"
    none = dict.fromkeys(rules.zones)
    return StageResult(stage, none, flows, Rows.of(OrderResult, ()), signed(words["gap"]), (), rules.mechanism)


def fills_of(words: dict[str, bytes], count: int) -> Integers:
    """kWh by segment of the plan."""
    return unpack_lanes(words["fills"], 32)[:count]
