"""Single-hour market cases as people write them, cleared on a chain: every order is its own trader with its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from shengdian.ahead.price_differences import at_prices
from shengdian.cases.case_file import SLACK, START, Energy, Part, Refusal, each, parsed
from shengdian.sim.adapters import open_chain
from shengdian.sim.base import units
from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.hour_result import OrderResult, Trade
from shengdian.sim.base.orders import MOST_SEGMENTS, Orders
from shengdian.sim.base.roles import Role
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Line, Offer, Order, Rules, Segment
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.listing import ListingMarket
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant
from shengdian.sim.mechanisms import MECHANISMS as PACKAGED

PAIRWISE = ("matched-pairs", "listing")
"""mechanisms whose result has trades, and which know no lines"""
IN_DIFFERENCES = ("uniform", "matched-pairs")
"""mechanisms whose orders may be differences from a benchmark"""
MECHANISMS: tuple[str, ...] = (*(each.name for each in PACKAGED if not each.dispatches), "listing")
PRICE_FIELDS = ("price", "cap", "floor")
"""arguments of the contracts' errors that are fen/MWh"""

Price = Annotated[float, Field(ge=-21_474_836, le=21_474_836, allow_inf_nan=False)]


class SegmentCase(Part):
    """A step of an order, as written in JSON."""

    price: Price
    """CNY/MWh"""
    quantity: Energy
    """MWh"""


class OrderCase(Part):
    """An order of a clearing case, as written in JSON: one step, or several in `segments`."""

    id: Annotated[str, Field(min_length=1)]
    zone: str
    side: Literal["sell", "buy"]
    price: Price | None = None
    """CNY/MWh"""
    quantity: Energy | None = None
    """MWh"""
    segments: Annotated[list[SegmentCase], Field(min_length=1, max_length=MOST_SEGMENTS)] | None = None
    """in place of `price` and `quantity`"""
    posted: bool = False
    """on the posting side; only `listing` looks at it"""


class LineCase(Part):
    """A line of a clearing case, as written in JSON, in one direction."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    source: Annotated[str, Field(alias="from")]
    target: Annotated[str, Field(alias="to")]
    capacity: Energy
    """MWh of the hour that may be sent"""
    wheeling: Annotated[float, Field(ge=0, le=42_949_672, allow_inf_nan=False)] = 0.0
    """CNY per MWh sent"""
    loss: Annotated[float, Field(ge=0, le=4_294, allow_inf_nan=False)] = 0.0
    """fraction of what is sent"""


class Case(Part):
    """A clearing case, as written in JSON: one hour of a market, its rules, orders and lines."""

    name: str = ""
    mechanism: str = "uniform"
    zones: Annotated[list[str], Field(min_length=1, max_length=255)]
    price_floor: Price = 0.0
    """CNY/MWh"""
    price_cap: Price = 3000.0
    """CNY/MWh"""
    k: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5
    benchmark: Price | None = None
    """CNY/MWh; where given, orders' prices are differences from it (floor and cap are still prices)"""
    rebate: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    """share of a pair's gap that the seller gets back, in place of `k`"""
    orders: list[OrderCase]
    lines: Annotated[list[LineCase], Field(default_factory=list)]


def run_cases(cases: list[dict[str, Any]], chain_name: str) -> list[dict[str, Any]]:
    """Clears each case on a fresh chain; a case that breaks a rule has `error` in its place. Raises InputError for an unknown chain."""
    return each(cases, lambda raw, name: _clear(_parsed(raw), name, chain_name))


def _parsed(raw: Mapping[str, Any]) -> Case:
    mechanism = raw.get("mechanism", "uniform")
    if mechanism not in MECHANISMS:
        raise Refusal("UnknownMechanism", f"mechanism is {mechanism!r}; allowed: {', '.join(MECHANISMS)}")
    case = parsed(Case, raw)
    known = ", ".join(case.zones)
    if len(set(case.zones)) < len(case.zones):
        raise Refusal("DuplicateZone", f"zones are {known}; each may be named once")
    seen: dict[str, int] = {}
    for place, order in enumerate(case.orders):
        if order.id in seen:
            raise Refusal("DuplicateOrder", f"orders[{place}].id is {order.id!r}, as is that of orders[{seen[order.id]}]; ids are unique")
        seen[order.id] = place
        if order.zone not in case.zones:
            raise Refusal("UnknownZone", f"orders[{place}].zone is {order.zone!r}; allowed: {known}")
        one, several = (order.price is not None, order.quantity is not None), order.segments is not None
        if several == all(one) or (several and any(one)):
            raise Refusal("InputError", f"orders[{place}] should have a price and a quantity, or segments; it has {_has(order)}")
        if case.mechanism == "listing" and len(order.segments or ()) > 1:
            raise Refusal("SegmentsNotUsed", f"orders[{place}] has {len(order.segments or ())} segments; mechanism 'listing' takes one")
    if case.lines and case.mechanism in PAIRWISE:
        raise Refusal(
            "LinesNotUsed", f"lines has {len(case.lines)} lines; mechanism {case.mechanism!r} trades inside a zone, without lines"
        )
    _check_differences(case)
    for place, line in enumerate(case.lines):
        for key, zone in (("from", line.source), ("to", line.target)):
            if zone not in case.zones:
                raise Refusal("UnknownZone", f"lines[{place}].{key} is {zone!r}; allowed: {known}")
    return case


def _has(order: OrderCase) -> str:
    given = [name for name in ("price", "quantity", "segments") if getattr(order, name) is not None]
    return " and ".join(given) or "none of them"


def _check_differences(case: Case) -> None:
    """The price-difference form: which mechanisms and keys go with it."""
    if case.rebate is not None:
        if case.benchmark is None or case.mechanism != "matched-pairs":
            raise Refusal("RebateNotUsed", "rebate is given; it needs a benchmark and mechanism 'matched-pairs'")
        if "k" in case.model_fields_set:
            raise Refusal("RebateNotUsed", "rebate and k are both given; rebate takes the place of k")
    if case.benchmark is not None:
        if case.mechanism not in IN_DIFFERENCES:
            raise Refusal("BenchmarkNotUsed", f"benchmark is given; it goes with mechanism {' or '.join(map(repr, IN_DIFFERENCES))}")
        if case.lines:
            raise Refusal("LinesNotUsed", f"lines has {len(case.lines)} lines; differences from a benchmark trade inside a zone")


def _on_step(value: float, scale: int, whole: int, key: str, step: str) -> int:
    if abs(value * scale - whole) > SLACK:
        raise Refusal("OffStep", f"{key} is {value}; the step is {step}")
    return whole


def _price(value: float, key: str) -> int:
    return _on_step(value, units.FEN_PER_CNY, units.fen(value), key, "0.01 CNY/MWh")


def _energy(value: float, key: str) -> int:
    return _on_step(value, units.KWH_PER_MWH, units.kwh(value), key, "0.001 MWh")


def _clear(case: Case, name: str, chain_name: str) -> dict[str, Any]:
    mechanism = case.mechanism
    if mechanism == "listing":
        return _list_and_take(case, name, chain_name)
    zone = {code: index for index, code in enumerate(case.zones)}
    lines = tuple(
        Line(
            zone[line.source],
            zone[line.target],
            _energy(line.capacity, f"lines[{place}].capacity"),
            _price(line.wheeling, f"lines[{place}].wheeling"),
            units.ppm(line.loss),
        )
        for place, line in enumerate(case.lines)
    )
    benchmark = _price(case.benchmark or 0.0, "benchmark")
    floor, cap = (_price(price, key) - benchmark for price, key in ((case.price_floor, "price_floor"), (case.price_cap, "price_cap")))
    rules = Rules(len(zone), lines, floor, cap, units.ppm(case.k if case.rebate is None else case.rebate))
    orders, traders = _orders(case), _traders(case)
    try:
        market = ChainMarket(open_chain(chain_name), MarketRules(tuple(case.zones), rules, Timetable(START), mechanism=mechanism), traders)
    except Reverted as reverted:
        raise Refusal(reverted.error, _reverted(reverted, case)) from reverted
    refused, _ = market.submit(0, Orders.of(orders))
    for row, refusal in refused.items():
        raise Refusal(refusal.error, f"order {case.orders[row].id!r}: {_reverted(refusal, case)}")
    stage = at_prices(market.clear(0).stages[-1], benchmark)
    results: dict[str, list[OrderResult]] = {}
    for found in stage.orders:
        results.setdefault(found.trader, []).append(found)
    gas = market.meter.gas
    return {
        "name": name,
        "prices": {code: None if price is None else units.per_mwh(price) for code, price in stage.prices.items()},
        "orders": [_result(order.id, results[_trader(order.id)], stage.trades) for order in case.orders],
        **_pairs(case, stage.trades),
        "flows": [
            {"from": flow.source, "to": flow.target, "sent": units.mwh(flow.sent), "received": units.mwh(flow.received)}
            for flow in stage.flows
        ],
        "welfare": units.currency(
            sum((row.price if row.side == "buy" else -row.price) * row.filled for row in stage.orders)
            - sum(flow.wheeling for flow in stage.flows)
        ),
        "gas": {"orders": gas["orders"], "clear": gas["clear"]},
        "transactions": market.meter.transactions["orders"] + market.meter.transactions["clear"],
        "chain": chain_name,
    }


def _orders(case: Case) -> list[Order]:
    return [
        (Offer if order.side == "sell" else Bid)(_trader(order.id), _segments(order, f"orders[{place}]"))
        for place, order in enumerate(case.orders)
    ]


def _segments(order: OrderCase, key: str) -> tuple[Segment, ...]:
    if order.segments is not None:
        steps = [(each.price, each.quantity, f"{key}.segments[{place}]") for place, each in enumerate(order.segments)]
    else:
        assert order.price is not None
        assert order.quantity is not None
        steps = [(order.price, order.quantity, key)]
    return tuple(Segment(_price(price, f"{where}.price"), _energy(energy, f"{where}.quantity")) for price, energy, where in steps)


def _traders(case: Case) -> list[Participant]:
    zone = {code: index for index, code in enumerate(case.zones)}
    return [Participant(_trader(order.id), Role.PLANT if order.side == "sell" else Role.USER, zone[order.zone]) for order in case.orders]


def _list_and_take(case: Case, name: str, chain_name: str) -> dict[str, Any]:
    """All posted orders are listed, then every other order takes, in the order of the file and each in a block of its own."""
    floor, cap = _price(case.price_floor, "price_floor"), _price(case.price_cap, "price_cap")
    orders = _orders(case)
    try:
        market = ListingMarket(open_chain(chain_name), floor, cap, len(case.zones), _traders(case), Timetable(START))
    except Reverted as reverted:
        raise Refusal(reverted.error, _reverted(reverted, case)) from reverted
    for written, order in zip(case.orders, orders, strict=True):
        refusal = _limit_refusal(order.segments[0], floor, cap)
        if refusal is not None:
            raise Refusal(refusal.error, f"order {written.id!r}: {_reverted(refusal, case)}")
    market.post([order for written, order in zip(case.orders, orders, strict=True) if written.posted])
    trades: list[Trade] = []
    for written, order in zip(case.orders, orders, strict=True):
        if not written.posted:
            trades += market.take(order)
    trades += market.share()
    price = {order.trader: order.segments[0].price for order in orders}
    gas = market.meter.gas
    return {
        "name": name,
        "prices": dict.fromkeys(case.zones),
        "orders": [_traded(order.id, trades) for order in case.orders],
        **_pairs(case, trades),
        "flows": [],
        "welfare": units.currency(sum((price[trade.buyer] - price[trade.seller]) * trade.quantity for trade in trades)),
        "gas": {"orders": gas["orders"], "clear": gas["clear"]},
        "transactions": market.meter.transactions["orders"] + market.meter.transactions["clear"],
        "chain": chain_name,
    }


def _limit_refusal(segment: Segment, floor: int, cap: int) -> Reverted | None:
    """What the contract says to a posted order, for takers too: their limits never reach it."""
    if not segment.quantity:
        return Reverted("QuantityZero", {"segment": 0})
    if segment.price < floor:
        return Reverted("PriceBelowFloor", {"price": segment.price, "floor": floor})
    if segment.price > cap:
        return Reverted("PriceAboveCap", {"price": segment.price, "cap": cap})
    return None


def _trader(order_id: str) -> str:
    """The account behind an order; no order can be called like an account of the market's own."""
    return f"order {order_id}"


def _result(order_id: str, rows: Sequence[OrderResult], trades: Sequence[Trade]) -> dict[str, Any]:
    """`price` is the average where an order has several trades or segments."""
    if trades:
        return _traded(order_id, trades)
    paid = [(row.filled, row.paid_price) for row in rows if row.paid_price is not None]
    energy = sum(row.filled for row in rows)
    average = sum(filled * price for filled, price in paid) / energy / units.FEN_PER_CNY if energy else None
    return {"id": order_id, "quantity": units.mwh(energy), "price": average}


def _traded(order_id: str, trades: Sequence[Trade]) -> dict[str, Any]:
    own = [trade for trade in trades if _trader(order_id) in (trade.seller, trade.buyer)]
    energy = units.mwh(sum(trade.quantity for trade in own))
    money = units.currency(sum(trade.price * trade.quantity for trade in own))
    return {"id": order_id, "quantity": energy, "price": money / energy if energy else None}


def _pairs(case: Case, trades: Sequence[Trade]) -> dict[str, Any]:
    """The key `trades`, which only pairwise mechanisms have."""
    if case.mechanism not in PAIRWISE:
        return {}
    of = {_trader(order.id): order.id for order in case.orders}
    return {
        "trades": [
            {
                "seller": of[trade.seller],
                "buyer": of[trade.buyer],
                "quantity": units.mwh(trade.quantity),
                "price": units.per_mwh(trade.price),
            }
            for trade in trades
        ]
    }


def _reverted(reverted: Reverted, case: Case) -> str:
    """The contract's error with its numbers in the units of the case file, and the line by its ends."""
    parts = []
    for key, value in reverted.args_.items():
        if key in PRICE_FIELDS:
            parts.append(f"{key} {units.per_mwh(value)} CNY/MWh")
        elif key == "line" and value < len(case.lines):
            parts.append(f"line {case.lines[value].source} -> {case.lines[value].target}")
        elif key == "charge":
            parts.append(f"wheeling {units.per_mwh(value)} CNY/MWh")
        elif key == "loss":
            parts.append(f"loss {value / units.PPM}")
        else:
            parts.append(f"{key} {value}")
    if reverted.error == "BadRules":
        parts.append(f"price_floor {case.price_floor} must be below price_cap {case.price_cap} CNY/MWh")
    return f"{reverted.error}: {', '.join(parts)}"
