"""What came of an hour: the log of a clearing, decoded to fills, prices, flows, pairs and payments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from shengdian.sim.base.columns import OptionalColumn, Rows, TextColumn, same
from shengdian.sim.base.hour_result import Entry, LineFlow, OrderResult, StageResult, Trade
from shengdian.sim.base.orders import MOST_SEGMENTS
from shengdian.sim.base.types import Cause, Line, Offer, Side, Stage
from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.chain.abi_words import WORD, signed, unpack_lanes
from shengdian.sim.chain.port import Block, Receipt
from shengdian.sim.market import dispatch
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant
from shengdian.sim.market.payments import Logged, corridor_payments, payments
from shengdian.sim.market.standing import Refused, Standing
from shengdian.sim.solve.book import Integers
from shengdian.sim.solve.branch_flows import BranchFlow, branch_flows, duals_of_words
from shengdian.sim.solve.pairing import Pair
from shengdian.sim.solve.regional_book import offered, replaceable

SIDES: tuple[Side, ...] = ("buy", "sell")
CAUSES: tuple[Cause, ...] = get_args(Cause)


@dataclass(frozen=True, slots=True)
class Cleared:
    """An hour's clearing, and the block that holds it."""

    stages: tuple[StageResult, ...]
    entries: Rows[Entry]
    net: Integers
    """kWh that orders sold (negative) or bought (positive) after all stages, by index among those who trade"""
    worth: Integers
    """1e-5 CNY bid for what was bought, by index among those who trade"""
    block: Block
    receipts: tuple[Receipt, ...]
    """of the transactions that followed `clear` in its block"""


class Outcomes:
    """Decodes the clearings of one auction."""

    def __init__(self, rules: MarketRules, traders: Sequence[Participant]) -> None:
        """`traders` are those admitted, in order of number. Prices of hubs are nobody's and left out."""
        self._rules, self._traders = rules, tuple(traders)
        self._nodes = (*rules.zones, *rules.hubs)
        self._zone_of = {trader.id: trader.zone for trader in traders}
        self._ids = (*(trader.id for trader in traders), "grid", "rent")
        self._roles = (*(trader.role_name for trader in traders), "grid", "rent")
        self._role_of = {trader.id: trader.role_name for trader in traders}
        self._order_ids = [f"/{trader.id}/{segment}" for trader in traders for segment in range(MOST_SEGMENTS)]
        self._order_ids += [f"{order_id}/replaced" for order_id in self._order_ids]

    @property
    def first_stage(self) -> Stage:
        """The stage that an order meets first."""
        return "regional" if self._rules.auction.lines and not self._rules.surplus_deficit else "provincial"

    def decode(self, hour: int, standing: Standing, refused: Refused, block: Block, deployment: Deployment) -> Cleared:
        """What the first transaction of `block` did to the orders that stood."""
        receipt, book = block.receipts[0], standing.book
        transaction = "0x" + receipt.hash.hex()
        if self._rules.declared.dispatches:
            return self._dispatched(standing, block, deployment)
        stages: list[StageResult] = []
        entries: list[Rows[Entry]] = []
        before = np.zeros(len(book), np.int64)
        worth = np.zeros(len(self._traders), np.int64)

        def logged(event: str) -> Iterator[dict[str, bytes]]:
            return (words for _, words in deployment.events(self._rules.contract, receipt, event))

        for log, words in deployment.events(self._rules.contract, receipt, "HourCleared"):
            fills = unpack_lanes(words["fills"], 32)[: len(book)]
            stage: Stage = "regional" if signed(log.topics[2]) and self._rules.auction.lines else "provincial"
            prices = [None if price == NO_PRICE else price for price in unpack_lanes(words["prices"], 64)[::4].tolist()]
            flows = self._over_network(prices, logged) if self._rules.nodal else self._flows(words["flows"], prices)
            matched = bool(flows) and self._rules.matches_corridors
            price = np.array([price or 0 for price in prices], np.int64)[book.zone]
            paid = (
                corridor_payments(book, before, fills, price, logged)
                if matched
                else payments(self._rules, book, before, fills, price, logged)
            )
            results = self._results(hour, stage, standing, before, fills, paid.price)
            if refused.errors and stage == self.first_stage:
                results = Rows.joined((results, self._refused(hour, refused)))
            trades = tuple(self._trade(standing, pair) for pair in paid.pairs)
            by_zone = dict(zip(self._rules.zones, prices, strict=False))
            mechanism = "corridor-matching" if stage == "regional" and self._rules.matches_corridors else self._rules.mechanism
            stages.append(StageResult(stage, by_zone, flows, results, signed(words["gap"]), trades, mechanism))
            entries.append(self._entries(stage, standing, before, fills, paid.money, flows, block.number, transaction))
            np.add.at(worth, standing.trader, np.where(book.sells, 0, book.price * np.maximum(fills - before, 0)))
            before = fills
        net = np.zeros(len(self._traders), np.int64)
        np.add.at(net, standing.trader, np.where(book.sells, -before, before))
        return Cleared(tuple(stages), Rows.joined(entries), net, worth, block, block.receipts[1:])

    def _dispatched(self, standing: Standing, block: Block, deployment: Deployment) -> Cleared:
        """What the first transaction of `block` planned."""
        receipt, book = block.receipts[0], standing.book
        ((_, words),) = deployment.events(self._rules.contract, receipt, "Dispatched")
        fills = dispatch.fills_of(words, len(book))
        exchange = dispatch.exchange_of([words for _, words in deployment.events(self._rules.contract, receipt, "SurplusSold")], len(book))
        flows = self._flows(words["flows"], exchange.prices if exchange else [None] * len(self._nodes))
        entries = dispatch.entries(self._rules, self._traders, standing, fills, exchange, flows, block, "0x" + receipt.hash.hex())
        net, worth = np.zeros((2, len(self._traders)), np.int64)
        np.add.at(net, standing.trader, np.where(book.sells, -fills, fills))
        np.add.at(worth, standing.trader, np.where(book.sells, 0, book.price * fills))
        return Cleared((dispatch.stage_of(self._rules, words, flows),), entries, net, worth, block, block.receipts[1:])

    def _trade(self, standing: Standing, pair: Pair) -> Trade:
        seller, buyer = (self._traders[standing.trader[row]].id for row in (pair.seller, pair.buyer))
        return Trade(seller, buyer, pair.quantity, pair.price)

    def _flows(self, words: bytes, prices: Sequence[int | None]) -> tuple[LineFlow, ...]:
        received, sent = unpack_lanes(words, 64).reshape(-1, 4)[:, ::2].T.tolist() if words else ((), ())
        flows = []
        for line, out, arrived in zip(self._rules.auction.lines if words else (), sent, received, strict=True):
            wheeling = line.tariff * arrived if self._rules.matches_corridors else line.charge * out
            value = (prices[line.target] or 0) * arrived - (prices[line.source] or 0) * out
            priced = self._rules.declared.pays == "zone" or self._rules.declared.own_first
            rent = max(0, value - wheeling) if out and priced and not self._rules.matches_corridors else 0
            flows.append(LineFlow(self._nodes[line.source], self._nodes[line.target], out, arrived, wheeling, rent))
        return tuple(flows)

    def _over_network(self, prices: Sequence[int | None], logged: Logged) -> tuple[LineFlow, ...]:
        """The flows that follow from net exports; the rent of the network falls on each branch by the prices at its ends."""
        auction = self._rules.auction
        assert auction.network is not None, "of nodal prices"
        (cleared,) = logged("NetworkCleared")
        net = [signed(cleared["net"][at : at + WORD]) for at in range(0, len(cleared["net"]), WORD)]
        duals = duals_of_words([int.from_bytes(cleared["duals"][at : at + WORD], "big") for at in range(0, len(cleared["duals"]), WORD)])
        found = branch_flows(auction.lines, auction.network, auction.k, net, duals)
        return priced_flows(self._nodes, auction.lines, found, prices)

    def _results(self, hour: int, stage: Stage, standing: Standing, before: Integers, after: Integers, paid: Integers) -> Rows[OrderResult]:
        """What became of every segment; in a regional stage after a provincial one, of what that left open.

        The sale at home of a plant that may be replaced is followed by a row of its own: what it buys back.
        """
        book, reading = standing.book, self._rules.surplus_deficit
        left, price, replaced = book.quantity > before, book.price, np.zeros(len(book), np.bool_)
        if stage == "regional" and reading:
            left = np.where(book.sells, offered(book, before, reading) > 0, left)
            price, replaced = book.in_region().price, replaceable(book, reading) & (before > 0)
        row, again = np.nonzero(np.column_stack((left, replaced)))
        held, trader = before[row], standing.trader[row]
        quantity = np.where(again, held, book.quantity[row] - held)
        filled = np.maximum(np.where(again, -1, 1) * (after[row] - held), 0)
        key = (again * len(self._traders) + trader) * MOST_SEGMENTS + standing.segment[row]
        return Rows(
            OrderResult,
            order_id=[f"{hour}{self._order_ids[index]}" for index in key.tolist()],
            stage=same(stage, len(row)),
            trader=TextColumn(self._ids, trader),
            zone=TextColumn(self._rules.zones, book.zone[row]),
            side=TextColumn(SIDES, book.sells[row] & (again == 0)),
            price=price[row],
            quantity=quantity,
            filled=filled,
            paid_price=OptionalColumn(paid[row], filled == 0),
            error=same("", len(row)),
            role=TextColumn(self._roles, trader),
        )

    def _refused(self, hour: int, refused: Refused) -> Rows[OrderResult]:
        """The segments of orders that were refused."""
        rows = []
        for row, error in refused.errors.items():
            order = refused.orders.order(row)
            zone = self._rules.zones[self._zone_of[order.trader]]
            for number, segment in enumerate(order.segments):
                order_id = f"{hour}/{order.trader}/{number}"
                said = (segment.price, segment.quantity, 0, None, error.error)
                side: Side = "sell" if isinstance(order, Offer) else "buy"
                rows.append(OrderResult(self.first_stage, order_id, order.trader, zone, side, *said, role=self._role_of[order.trader]))
        return Rows.of(OrderResult, rows)

    def _entries(
        self,
        stage: Stage,
        standing: Standing,
        before: Integers,
        after: Integers,
        money: Integers,
        flows: Sequence[LineFlow],
        block: int,
        transaction: str,
    ) -> Rows[Entry]:
        taken = np.zeros(len(self._traders), np.int64)
        np.add.at(taken, standing.trader, np.where(standing.book.sells, before - after, after - before))
        gets = np.zeros(len(self._traders), np.int64)
        np.add.at(gets, standing.trader, money)
        traders = np.flatnonzero((taken != 0) | (gets != 0))
        wheeling = sum(flow.wheeling for flow in flows)
        grid, left = len(self._traders), -int(gets[traders].sum()) - wheeling
        rent = rent_of(left, flows, self._rules.declared.pays, self._rules.matches_corridors)
        others = [
            (grid, "wheeling", wheeling, 0),
            (grid, "rent", left - rent, 0),
            (grid, "loss", 0, sum(flow.sent - flow.received for flow in flows)),
            (grid + 1, "rent", rent, 0),
        ]
        others = [other for other in others if other[2] or other[3]]
        cause = [CAUSES.index("regional" if stage == "regional" else "auction")] * len(traders)
        rows = len(traders) + len(others)
        who = np.array([*traders.tolist(), *(account for account, *_ in others)], np.int64)
        return Rows(
            Entry,
            trader=TextColumn(self._ids, who),
            cause=TextColumn(CAUSES, np.array(cause + [CAUSES.index(reason) for _, reason, *_ in others], np.int64)),
            money=np.array([*gets[traders].tolist(), *(paid for *_, paid, _ in others)], np.int64),
            energy=np.array([*taken[traders].tolist(), *(given for *_, given in others)], np.int64),
            block=np.full(rows, block),
            transaction=same(transaction, rows),
            role=TextColumn(self._roles, who),
        )


def priced_flows(
    nodes: Sequence[str], lines: Sequence[Line], found: Sequence[BranchFlow], prices: Sequence[int | None]
) -> tuple[LineFlow, ...]:
    """Flows of a network with their part of its rent: none where all of it together is below 0, which rounding takes and the grid bears."""
    rents = [((prices[line.target] or 0) - (prices[line.source] or 0)) * flow.sent for line, flow in zip(lines, found, strict=True)]
    share = sum(rents) >= 0
    return tuple(
        LineFlow(nodes[line.source], nodes[line.target], flow.sent, flow.sent, 0, rent if share else 0, flow.shadow_price)
        for line, flow, rent in zip(lines, found, rents, strict=True)
    )


def rent_of(left: int, flows: Sequence[LineFlow], pays: str, corridors: bool) -> int:
    """1e-5 CNY that the account of the rent gets of what a stage leaves: no less than 0, line by line where a rent belongs to a line.

    The rest, which rounding takes from the lines, the grid bears. A contract that announces its payments keeps what it leaves, and what
    redispatch costs beyond what buyers pay is taken from that account.
    """
    if pays == "zone" and not corridors:
        return sum(flow.rent for flow in flows)
    return left if pays in ("announced", "redispatch") else max(0, left)
