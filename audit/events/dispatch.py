"""A dispatch: the plan that was proven, its fills and flows, and its part of `ledger`; there are no orders and no prices."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from shengdian.audit.deployment import Broken
from shengdian.audit.events.solution import begin, energy_of, flows_of
from shengdian.audit.hour import HourRebuilt, StageAsCleared
from shengdian.audit.market import Handlers, Market, Place, split
from shengdian.audit.order_book import Row
from shengdian.sim.base.hour_result import Entry, LineFlow
from shengdian.sim.base.orders import unpack
from shengdian.sim.base.roles import FIRST_NUMBER, GRID, RENT
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.abi_words import signed, unpack_lanes
from shengdian.sim.chain.port import Log
from shengdian.sim.market.companies import company_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def _dispatched(market: Market, place: Place, log: Log) -> None:
    hour, rules, here, where = signed(log.topics[1]), market.deployed.known_rules(), market.hour, place.where
    begin(market, hour, "dispatches")
    if here.stages:
        raise Broken(f"dispatches hour {hour} a second time")
    _, words = interface(place.contract).packed_event(log)
    here.block, here.transaction, here.place, here.time = where.block, where.transaction, where.place, place.block.timestamp
    here.book = list(_rows(words["plan"], market))
    here.fixed_costs = {cost >> 48 & 0xFFFF: cost & (1 << 48) - 1 for cost in _costs(words["fixedCosts"])}
    otherwise = f"dispatches other than the {len(here.book)} segments and {len(rules.lines)} lines of the plan"
    after, flows = energy_of(words["fills"], len(here.book), otherwise), flows_of(words["flows"])
    if len(flows) != len(rules.lines):
        raise Broken(otherwise)
    stage = StageAsCleared(
        stage="regional" if rules.lines else "provincial",
        prices=here.exchange or (None,) * rules.zones,
        sent=tuple(sent for sent, _ in flows),
        received=tuple(received for _, received in flows),
        before=here.own[: len(here.book)] if here.exchange else (0,) * len(here.book),
        after=after,
        gap=signed(words["gap"]),
    )
    if here.exchange:
        here.stages.append(
            replace(stage, stage="provincial", sent=(), received=(), before=(0,) * len(here.book), after=stage.before, gap=0)
        )
    here.stages.append(stage)


def _surplus_sold(market: Market, place: Place, log: Log) -> None:
    market.must_be_next(signed(log.topics[1]), "sells surplus in")
    _, words = interface(place.contract).packed_event(log)
    market.hour.exchange = tuple(signed(word) for word in split(words["prices"]))
    market.hour.own = tuple(unpack_lanes(words["own"], 32).tolist())


def _rows(plan: bytes, market: Market) -> Iterator[Row]:
    for each in split(plan):
        number, zone, _, sells, segments = unpack(int.from_bytes(each, "big"))
        if number not in market.deployed.members:
            raise Broken(f"plans for number {number}, who is nobody of this run")
        for place, segment in enumerate(segments):
            yield Row(number, place, zone, sells, segment.price, segment.quantity, segment.price, False)


def _costs(words: bytes) -> Iterator[int]:
    for each in split(words):
        lanes = int.from_bytes(each, "big")
        while lanes:
            yield lanes & (1 << 64) - 1
            lanes >>= 64


def entries(market: Market, here: HourRebuilt, flows: tuple[LineFlow, ...]) -> list[Entry]:
    """What plants get, and what companies pay: participants by number, then the grid."""
    money: dict[int, int] = defaultdict(int)
    energy: dict[int, int] = defaultdict(int)
    lines = bool(market.deployed.known_rules().lines) and not here.exchange

    def pay(number: int, zone: int, amount: int) -> None:
        money[number] += amount
        money[company_of(zone, lines)] -= amount

    for row, fill in zip(here.book, here.stages[-1].after, strict=True):
        energy[row.number] += -fill if row.sells else fill
        if row.sells:
            pay(row.number, row.zone, row.price * fill)
    for number, cost in here.fixed_costs.items():
        pay(number, market.deployed.members[number].zone, cost)
    wheeling, lost = sum(flow.wheeling for flow in flows), sum(flow.sent - flow.received for flow in flows)
    rent, left = sum(flow.rent for flow in flows), 0
    if here.exchange:
        for row, own, fill in zip(here.book, here.own, here.stages[-1].after, strict=False):
            sold = fill - own if row.sells else own - fill
            money[FIRST_NUMBER + row.zone] += here.exchange[row.zone] * sold
        left = -sum(money.values()) - wheeling
    else:
        money[FIRST_NUMBER] -= wheeling
    place = here.block, here.transaction
    found = [
        market.entry(number, "dispatch", money[number], energy[number], *place)
        for number in sorted({*money, *energy})
        if money[number] or energy[number]
    ]
    found += [market.entry(GRID, "wheeling", wheeling, 0, *place)] if wheeling else []
    found += [market.entry(GRID, "rent", left - rent, 0, *place)] if left != rent else []
    found += [market.entry(GRID, "loss", 0, lost, *place)] if lost else []
    found += [market.entry(RENT, "rent", rent, 0, *place)] if rent else []
    return found


HANDLERS: Handlers = {("Auction", "Dispatched"): _dispatched, ("Auction", "SurplusSold"): _surplus_sold}
