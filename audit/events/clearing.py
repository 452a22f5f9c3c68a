"""A clearing: fills, prices, flows, pairs and matches of every stage; rows of `orders`, `prices` and `flows`, and its part of `ledger`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from shengdian.audit.deployment import Broken, Deployed
from shengdian.audit.events import dispatch
from shengdian.audit.events.solution import begin, energy_of, flows_of
from shengdian.audit.hour import HourRebuilt, StageAsCleared
from shengdian.audit.market import Handlers, Market, Place, split
from shengdian.audit.order_book import outcomes, refusals
from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import Entry, LineFlow, StageResult
from shengdian.sim.base.roles import FIRST_NUMBER, GRID, RENT
from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.abi_words import signed, unpack_words
from shengdian.sim.chain.port import Log
from shengdian.sim.designs import design_of
from shengdian.sim.market.outcome import priced_flows
from shengdian.sim.solve.branch_flows import branch_flows, duals_of_words
from shengdian.sim.solve.corridor_matching import matches_of
from shengdian.sim.solve.pairing import unpack_pair


def _lines_reserved(market: Market, place: Place, log: Log) -> None:
    _, values = interface("Reservations").event(log)
    market.must_be_next(values["hour"], "reserves lines in")
    market.hour.reserved = tuple(unpack_words(values["words"], 32))


def _hour_cleared(market: Market, place: Place, log: Log) -> None:
    hour, rules, here, where = signed(log.topics[1]), market.deployed.known_rules(), market.hour, place.where
    begin(market, hour, "clears")
    _, words = interface(place.contract).packed_event(log)
    if not here.stages:
        zone_of = {member.number: member.zone for member in market.deployed.members.values()}
        here.book, here.placed, here.refused = market.orders.close(hour, zone_of, market.deployed.renewables, (rules.floor, rules.cap))
        _check_audited(market, here)
        here.block, here.transaction, here.place, here.time = where.block, where.transaction, where.place, place.block.timestamp
    elif here.transaction != where.transaction:
        raise Broken(f"clears hour {hour} a second time")
    after = energy_of(words["fills"], len(here.book), f"fills other than the {len(here.book)} segments that stand")
    flows = flows_of(words["flows"])
    if len(flows) not in (0, len(rules.lines)):
        raise Broken(f"has flows of {len(flows)} lines; there are {len(rules.lines)}")
    prices = [signed(word) for word in split(words["prices"])]
    here.stages.append(
        StageAsCleared(
            stage="regional" if signed(log.topics[2]) and (rules.lines or rules.network) else "provincial",
            prices=tuple(None if price == NO_PRICE else price for price in prices),
            sent=tuple(sent for sent, _ in flows),
            received=tuple(received for _, received in flows),
            before=here.stages[-1].after if here.stages else (0,) * len(here.book),
            after=after,
            gap=signed(words["gap"]),
        )
    )


def _check_audited(market: Market, here: HourRebuilt) -> None:
    """No order that stands asks more than its trader may ask by the config."""
    for row in here.book:
        most = market.people[row.number - FIRST_NUMBER].audited
        if most is not None and row.price > most:
            market.note(f"{market.names[row.number]} asks {row.price} fen/MWh; audited cost lets it ask {most}")


def _of_last_stage(market: Market, **more: Any) -> None:
    if not market.hour.stages:
        raise Broken("says who met whom before anything is cleared")
    market.hour.stages.append(replace(market.hour.stages.pop(), **more))


def _network_cleared(market: Market, place: Place, log: Log) -> None:
    rules = market.deployed.known_rules()
    _, values = interface(place.contract).event(log)
    if rules.network is None or len(values["net"]) != rules.zones:
        raise Broken(f"has net exports of {len(values['net'])} zones; there are {rules.zones}")
    _of_last_stage(market, net=tuple(values["net"]), duals=tuple(duals_of_words(values["duals"])))


def _trades_made(market: Market, place: Place, log: Log) -> None:
    _, values = interface(place.contract).event(log)
    pairs = tuple(unpack_pair(word) for word in values["trades"])
    _within(market, [row for pair in pairs for row in (pair.seller, pair.buyer)])
    _of_last_stage(market, pairs=pairs)


def _merit_order(market: Market, place: Place, log: Log) -> None:
    _, words = interface(place.contract).packed_event(log)
    stand = len(market.hour.book)
    wanted = energy_of(words["fills"], stand, f"has a merit order of other than the {stand} segments that stand")
    _of_last_stage(market, merit=wanted)


def _payments_made(market: Market, place: Place, log: Log) -> None:
    _, values = interface(place.contract).event(log)
    made, stand = tuple(values["payments"]), len(market.hour.book)
    if len(made) != stand:
        raise Broken(f"announces payments of {len(made)} segments; {stand} stand")
    _of_last_stage(market, payments=made)


def _matches_made(market: Market, place: Place, log: Log) -> None:
    _, values = interface(place.contract).event(log)
    matches = tuple(matches_of(values["matches"]))
    _within(market, [row for match in matches for row, _ in match.parts])
    _of_last_stage(market, matches=matches)


def _within(market: Market, rows: list[int]) -> None:
    if any(row >= len(market.hour.book) for row in rows):
        raise Broken(f"trades other than the {len(market.hour.book)} segments that stand")


@dataclass
class Traded:
    """What an hour's stages come to."""

    stages: tuple[StageResult, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    net: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """kWh bought (negative: sold), by number"""
    worth: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """1e-5 CNY bid for what was bought, by number"""


def traded(market: Market, here: HourRebuilt) -> Traded:
    """Rows of every stage and the ledger's entries."""
    found, results = Traded(), []
    first, traders = here.stages[0].stage, list(zip(market.names, market.role_of, strict=True))
    for cleared in here.stages:
        if market.deployed.declared.dispatches:
            _count(found, here, cleared)
            if cleared is not here.stages[-1]:
                continue
            flows, none = _flows(market, cleared), dict.fromkeys(market.scenario.zones)
            found.entries += dispatch.entries(market, here, flows)
            results.append(StageResult(cleared.stage, none, flows, (), cleared.gap, mechanism=market.deployed.mechanism))
            continue
        money, paid = _money(market.deployed, here, cleared)
        rows = outcomes(
            here.hour,
            cleared.stage,
            here.book,
            cleared.before,
            cleared.after,
            paid,
            market.deployed.reading,
            traders,
            market.scenario.zones,
        )
        if here.refused and cleared.stage == first:
            rows = Rows.joined((rows, refusals(here.hour, first, here.refused, traders, market.zone_of)))
        flows = _flows(market, cleared)
        found.entries += _entries(market, here, cleared, money, flows)
        zones = dict(zip(market.scenario.zones, cleared.prices, strict=False))  # hubs come after them and are left out
        mechanism = "uniform" if cleared.stage == "provincial" and market.deployed.corridors else market.deployed.mechanism
        results.append(StageResult(cleared.stage, zones, flows, rows, cleared.gap, mechanism=mechanism))
        _count(found, here, cleared)
    found.stages = tuple(results)
    return found


def _count(found: Traded, here: HourRebuilt, cleared: StageAsCleared) -> None:
    """Adds what a stage sold and bought, and what that was worth to who bids."""
    for row, before, after in zip(here.book, cleared.before, cleared.after, strict=True):
        if before != after:
            found.net[row.number] += (before - after) if row.sells else (after - before)
            if not row.sells:
                found.worth[row.number] += row.price * max(after - before, 0)


def _money(deployed: Deployed, here: HourRebuilt, cleared: StageAsCleared) -> tuple[list[int], list[int]]:
    """1e-5 CNY that every segment gets in a stage (negative where it pays), and fen/MWh that it pays or gets."""
    rows, prices = here.book, cleared.prices
    moved = [after - before for after, before in zip(cleared.after, cleared.before, strict=True)]
    pays = "match" if cleared.sent and deployed.corridors else deployed.declared.pays
    if pays in ("zone", "own"):
        paid = [row.price for row in rows] if pays == "own" else [prices[row.zone] or 0 for row in rows]
        return [(price if row.sells else -price) * energy for row, price, energy in zip(rows, paid, moved, strict=True)], paid
    if pays == "match":
        money = [(prices[row.zone] or 0) * max(energy, 0) if row.sells else 0 for row, energy in zip(rows, moved, strict=True)]
        for match in cleared.matches:
            for at, part in match.parts:
                money[at] -= match.price * part
    elif pays == "redispatch":
        if len(cleared.merit) != len(rows):
            raise Broken("announces no merit order")
        one = cleared.prices[0] or 0
        own = zip(rows, cleared.merit, cleared.after, strict=True)
        money = [one * merit + row.price * (after - merit) if row.sells else -one * after for row, merit, after in own]
        each = zip(rows, money, cleared.after, strict=True)
        return money, [amount // max(after, 1) if row.sells else one for row, amount, after in each]
    elif pays == "pair":
        money = [0] * len(rows)
        for pair in cleared.pairs:
            money[pair.seller] += pair.price * pair.quantity
            money[pair.buyer] -= pair.price * pair.quantity
    else:
        assert pays == "announced", pays
        money = list(cleared.payments)
        if len(money) != len(rows):
            raise Broken("announces no payments")
    return money, [abs(amount) // max(abs(energy), 1) for amount, energy in zip(money, moved, strict=True)]


def _flows(market: Market, cleared: StageAsCleared) -> tuple[LineFlow, ...]:
    flows, nodes, deployed = [], market.nodes, market.deployed
    rules = deployed.known_rules()
    if rules.network is not None:
        lines = design_of(market.scenario).lines(market.scenario)
        return priced_flows(nodes, lines, branch_flows(lines, rules.network, rules.k, cleared.net, cleared.duals), cleared.prices)
    lines = deployed.known_rules().lines if cleared.sent else ()
    for line, sent, received in zip(lines, cleared.sent, cleared.received, strict=True):
        wheeling = line.charge * (received if deployed.corridors else sent)
        value = (cleared.prices[line.target] or 0) * received - (cleared.prices[line.source] or 0) * sent
        priced = deployed.declared.pays == "zone" or deployed.declared.own_first
        rent = max(0, value - wheeling) if sent and priced and not deployed.corridors else 0
        flows.append(LineFlow(nodes[line.source], nodes[line.target], sent, received, wheeling, rent))
    return tuple(flows)


def _entries(market: Market, here: HourRebuilt, cleared: StageAsCleared, money: list[int], flows: tuple[LineFlow, ...]) -> list[Entry]:
    taken: dict[int, int] = defaultdict(int)
    gets: dict[int, int] = defaultdict(int)
    for row, before, after, amount in zip(here.book, cleared.before, cleared.after, money, strict=True):
        if before != after or amount:
            taken[row.number] += (before - after) if row.sells else (after - before)
            gets[row.number] += amount
    place = here.block, here.transaction
    cause: Any = "regional" if cleared.stage == "regional" else "auction"
    traders = [number for number in sorted(taken) if taken[number] or gets[number]]
    entries = [market.entry(number, cause, gets[number], taken[number], *place) for number in traders]
    wheeling, lost = sum(flow.wheeling for flow in flows), sum(flow.sent - flow.received for flow in flows)
    pays = market.deployed.declared.pays
    left = -sum(gets[number] for number in traders) - wheeling
    of_lines = pays == "zone" and not market.deployed.corridors
    rent = sum(flow.rent for flow in flows) if of_lines else left if pays in ("announced", "redispatch") else max(0, left)
    entries += [market.entry(GRID, "wheeling", wheeling, 0, *place)] if wheeling else []
    entries += [market.entry(GRID, "rent", left - rent, 0, *place)] if left != rent else []
    entries += [market.entry(GRID, "loss", 0, lost, *place)] if lost else []
    entries += [market.entry(RENT, "rent", rent, 0, *place)] if rent else []
    return entries


HANDLERS: Handlers = {
    ("Reservations", "LinesReserved"): _lines_reserved,
    ("Auction", "HourCleared"): _hour_cleared,
    ("Auction", "NetworkCleared"): _network_cleared,
    ("Auction", "TradesMade"): _trades_made,
    ("Auction", "MeritOrder"): _merit_order,
    ("Auction", "PaymentsMade"): _payments_made,
    ("Auction", "MatchesMade"): _matches_made,
}
