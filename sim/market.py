"""The market on a chain: deploys the contracts, carries orders and solutions in, decodes what came of them.

Nothing above this file sees an address, calldata or a log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from time import perf_counter
from typing import Any, Literal

import numpy as np
from eth_utils.crypto import keccak

from sim.abi import interface, refusal, selector
from sim.book import Book, Integers
from sim.chain import Block, Chain, Log, Receipt, Transaction
from sim.chain.keys import created_address
from sim.errors import Reverted
from sim.orders import MOST_SEGMENTS, SEGMENTS_A_WORD, Orders
from sim.pairing import Pair, sequence, sequence_words, unpack_pair
from sim.rows import Rows
from sim.solve import solve, solve_two_stage
from sim.types import (
    Entry,
    LineFlow,
    Mechanism,
    Offer,
    OrderResult,
    Phase,
    Rules,
    Side,
    Stage,
    StageResult,
    Submission,
    Trade,
)
from sim.words import WORD, in_lanes, lanes, signed

GATE = 1800
"""seconds into the hour after which no order is taken and the operator may clear"""
ORDERS_AT = 60
"""seconds into the hour at which the block of orders is made"""
ADMITTED_AT_ONCE = 1000
"""traders in one transaction, so that its gas stays within the limit"""
FIRST_NUMBER = 2
"""registry number of the first participant; accounts 0 and 1 of the ledger are the grid and the congestion rent"""
NO_PRICE = -(2**31)
AUCTIONS: Mapping[Mechanism, str] = {
    "uniform": "UniformAuction",
    "pay-as-bid": "PayAsBidAuction",
    "matched-pairs": "MatchedPairsAuction",
}
"""contract by mechanism; two stages have their own"""
OPERATOR = "operator"
POSTER_ROLE = keccak(text="POSTER_ROLE")

_SUBMIT = selector("submit(uint256)")
_SUBMIT_LONG = selector("submit(uint256,uint256)")


class Role(IntEnum):
    """What a participant is to the market, as in contracts/Types.sol."""

    PLANT = 1
    USER = 2
    SUPPLIER = 3
    EXCHANGE = 4


@dataclass(frozen=True, slots=True)
class Participant:
    id: str
    role: Role
    zone: int
    """index of the zone"""
    trades: bool = True
    """whether it is admitted to the auction; those who are come first"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Every segment that stands, one row a segment, in order id order: trader number, then segment. All arrays have shape (row,)."""

    trader: Integers
    """place among those who trade"""
    segment: Integers
    """place in the order"""
    book: Book


class Meter:
    """Gas and transactions by phase, and wall seconds by whatever is timed."""

    def __init__(self) -> None:
        self.gas: dict[Phase, int] = defaultdict(int)
        self.transactions: dict[Phase, int] = defaultdict(int)
        self.blocks = 0

    def count(self, phase: Phase, receipt: Receipt) -> None:
        self.gas[phase] += receipt.gas
        self.transactions[phase] += 1


@dataclass(frozen=True, slots=True)
class Cleared:
    """An hour's clearing, and the block that holds it."""

    stages: tuple[StageResult, ...]
    entries: Rows[Entry]
    net: Integers
    """kWh that orders sold (negative) or bought (positive) after all stages, by place among those who trade"""
    worth: Integers
    """1e-5 CNY bid for what was bought, by place among those who trade"""
    block: Block
    receipts: tuple[Receipt, ...]
    """of the transactions that followed `clear` in its block"""


class ChainMarket:
    """One auction with its registry, ledger and allocation on one chain."""

    def __init__(
        self,
        chain: Chain,
        rules: Rules,
        zones: Sequence[str],
        participants: Sequence[Participant],
        start: int,
        two_stage: Literal["economic", "physical"] | None = None,
        on_block: Callable[[Block], None] = lambda block: None,
        mechanism: Mechanism = "uniform",
    ) -> None:
        """`start` is the block time of hour 0, seconds; participants who trade come first. `on_block` sees every block made.

        Two stages are uniform, matched pairs are made without lines (and in one zone, which their contract checks).
        """
        assert mechanism == "uniform" or two_stage is None, "two stages are uniform"
        assert mechanism != "matched-pairs" or not rules.lines, "matched pairs are made without lines"
        self.mechanism: Mechanism = mechanism
        self.chain, self.rules, self.zones, self.start, self.two_stage = chain, rules, tuple(zones), start, two_stage
        self.participants = tuple(participants)
        self.traders = tuple(participant for participant in participants if participant.trades)
        assert self.participants[: len(self.traders)] == self.traders, "those who trade come first"
        self.number = {participant.id: FIRST_NUMBER + place for place, participant in enumerate(self.participants)}
        self.zone_of = {participant.id: participant.zone for participant in self.participants}
        self.auction = "TwoStageAuction" if two_stage else AUCTIONS[mechanism]
        self.meter = Meter()
        self.seconds: dict[str, float] = defaultdict(float)
        self._on_block = on_block
        self._address = {participant.id: chain.account(participant.id) for participant in self.participants}
        self._operator = chain.account(OPERATOR)
        self._orders, self._refusals = Orders.of(()), dict[int, Reverted]()
        """of the hour: everything submitted, and what was refused, by row"""
        self._place = {trader.id: place for place, trader in enumerate(self.traders)}
        self._zone = np.array([trader.zone for trader in self.traders], np.int64)
        self._trader_words = b"".join(self._address[trader.id].rjust(WORD, b"\0") for trader in self.traders)
        self._order_ids = [f"/{trader.id}/{place}" for trader in self.traders for place in range(MOST_SEGMENTS)]
        self._order_ids += [f"{order_id}/replaced" for order_id in self._order_ids]
        names = ("Registry", "Ledger", "Allocation", self.auction)
        self.contracts = {name: created_address(self._operator, nonce) for nonce, name in enumerate(names)}
        """address by contract name"""
        self._deploy()

    # --- set-up ---------------------------------------------------------------------------------------------------------------

    def _deploy(self) -> None:
        registry, ledger = self.contracts["Registry"], self.contracts["Ledger"]
        rules = (self.rules.zones, self.rules.floor, self.rules.cap, self.rules.k, self.start)
        lines = [(line.source, line.target, line.capacity, line.charge, line.loss) for line in self.rules.lines]
        extra: tuple[Any, ...] = () if self.mechanism == "matched-pairs" else (lines,)
        if self.two_stage:
            extra += (self.two_stage == "economic",)
        creations = {
            "Registry": (self._operator, self.rules.zones),
            "Ledger": (self._operator,),
            "Allocation": (registry, ledger, self.start),
            self.auction: (registry, ledger, rules, *extra),
        }
        create = [Transaction(self._operator, b"", interface(name).creation(*args)) for name, args in creations.items()]
        grant = [self.operator_call("Ledger", "grantRole", POSTER_ROLE, self.contracts[name]) for name in ("Allocation", self.auction)]
        self.carry_out([("deploy", transaction) for transaction in (*create, *grant)], self.start - 120)
        enrol = [
            self.operator_call("Registry", "enrol", self._address[participant.id], participant.role, participant.zone)
            for participant in self.participants
        ]
        traders = [self._address[trader.id] for trader in self.traders]
        batches = [traders[place : place + ADMITTED_AT_ONCE] for place in range(0, len(traders), ADMITTED_AT_ONCE)]
        admit = [self.operator_call(self.auction, "admit", batch) for batch in batches]
        self.carry_out([("enrol", transaction) for transaction in (*enrol, *admit)], self.start - 60)

    def operator_call(self, contract: str, function: str, *args: Any) -> Transaction:
        """The operator's transaction that calls `function` of `contract`."""
        return Transaction(self._operator, self.contracts[contract], interface(contract).call(function, *args))

    def packed_call(self, contract: str, function: str, *args: int | bytes) -> Transaction:
        """As `operator_call`, for numbers and lists that are packed words already."""
        return Transaction(self._operator, self.contracts[contract], interface(contract).packed_call(function, *args))

    def address(self, participant: str) -> bytes:
        """20 bytes."""
        return self._address[participant]

    def events(self, contract: str, receipt: Receipt, event: str) -> Iterator[tuple[Log, dict[str, bytes]]]:
        """Every `event` that the contract emitted in the transaction, with its plain arguments as packed words."""
        for log in receipt.logs:
            if log.address == self.contracts[contract]:
                name, arguments = interface(contract).packed_event(log)
                if name == event:
                    yield log, arguments

    def _send(self, phased: Sequence[tuple[Phase, Transaction]], timestamp: int) -> Block:
        begun = perf_counter()
        block = self.chain.send_block([transaction for _, transaction in phased], timestamp)
        self.seconds["chain"] += perf_counter() - begun
        for (phase, _), receipt in zip(phased, block.receipts, strict=True):
            self.meter.count(phase, receipt)
        self.meter.blocks += 1
        self._on_block(block)
        return block

    def carry_out(self, phased: Sequence[tuple[Phase, Transaction]], timestamp: int) -> Block:
        """One block of transactions that must all succeed; raises Reverted with the first refusal."""
        block = self._send(phased, timestamp)
        for receipt in block.receipts:
            if not receipt.success:
                raise refusal(receipt.output)
        return block

    # --- an hour --------------------------------------------------------------------------------------------------------------

    def _order_transactions(self, orders: Orders, hour: int) -> Iterator[Transaction]:
        """Each trader's own transaction that places its order for `hour`."""
        auction, address, words = self.contracts[self.auction], self._address, orders.words(hour)
        for trader, count, at in zip(orders.traders, orders.count.tolist(), range(0, len(words), 2 * WORD), strict=True):
            data = _SUBMIT + words[at : at + WORD] if count <= SEGMENTS_A_WORD else _SUBMIT_LONG + words[at : at + 2 * WORD]
            yield Transaction(address[trader], auction, data)

    def submit(self, hour: int, orders: Orders, allocations: Sequence[Transaction] = ()) -> tuple[dict[int, Reverted], Block]:
        """One block: the allocations, which must succeed, then every order in the order given. Gives the refusals by row of `orders`."""
        phased: list[tuple[Phase, Transaction]] = [("allocate", transaction) for transaction in allocations]
        phased += [("orders", transaction) for transaction in self._order_transactions(orders, hour)]
        block = self._send(phased, self.start + hour * 3600 + ORDERS_AT)
        for receipt in block.receipts[: len(allocations)]:
            if not receipt.success:
                raise refusal(receipt.output)
        answers = enumerate(block.receipts[len(allocations) :])
        self._orders, self._refusals = orders, {row: refusal(receipt.output) for row, receipt in answers if not receipt.success}
        return self._refusals, block

    def standing(self) -> Standing:
        """What the auction holds; the last order of a trader stands."""
        orders, last = self._orders, np.full(len(self.traders), -1, np.int64)
        for row, trader in enumerate(orders.traders):
            if row not in self._refusals:
                last[self._place[trader]] = row
        places = np.flatnonzero(last >= 0)
        rows = last[places]
        each, segment = np.nonzero(np.arange(MOST_SEGMENTS) < orders.count[rows, None])
        row_of, place = rows[each], places[each]
        book = Book(self._zone[place], orders.sells[row_of], orders.price[row_of, segment], orders.quantity[row_of, segment])
        return Standing(place, segment, book)

    def solutions(self, book: Book) -> tuple[Submission, ...]:
        """A proven solution for every stage of the auction."""
        begun = perf_counter()
        both = solve_two_stage(book, self.rules, self.two_stage == "economic")[:2] if self.two_stage else None
        submissions = both or (solve(book, self.rules),)
        self.seconds["solve"] += perf_counter() - begun
        return submissions

    def clear_transaction(self, hour: int, submissions: Sequence[Submission]) -> Transaction:
        """The operator's `clear` with the flows of the last stage and the bounds of all of them."""
        flows = _pairs([submissions[-1].received, submissions[-1].sent])
        bounds = b"".join(_pairs([submission.high, submission.low]) for submission in submissions)
        return self.packed_call(self.auction, "clear", hour, self._trader_words, flows, bounds)

    def pairing_transaction(self, hour: int, book: Book) -> Transaction:
        """The operator's `clear` of matched pairs with the sorted book."""
        traders = [self._address[trader.id] for trader in self.traders]
        return self.operator_call(self.auction, "clear", hour, traders, sequence_words(sequence(book)))

    def clear(self, hour: int, following: Sequence[tuple[Phase, Transaction]] = ()) -> Cleared:
        """Solves the book, clears it in one block together with the transactions `following` it; raises Reverted if any is refused."""
        standing = self.standing()
        if self.mechanism == "matched-pairs":
            transaction = self.pairing_transaction(hour, standing.book)
        else:
            transaction = self.clear_transaction(hour, self.solutions(standing.book))
        block = self.carry_out([("clear", transaction), *following], self.start + hour * 3600 + GATE)
        return self._decode(hour, standing, block)

    # --- what came of it ------------------------------------------------------------------------------------------------------

    def _decode(self, hour: int, standing: Standing, block: Block) -> Cleared:
        receipt, book = block.receipts[0], standing.book
        transaction = "0x" + receipt.hash.hex()
        stages: list[StageResult] = []
        entries: list[Rows[Entry]] = []
        before = np.zeros(len(book), np.int64)
        worth = np.zeros(len(self.traders), np.int64)
        for log, words in self.events(self.auction, receipt, "HourCleared"):
            fills = lanes(words["fills"], 32)[: len(book)]
            stage: Stage = "regional" if signed(log.topics[2]) and self.rules.lines else "provincial"
            prices = [None if price == NO_PRICE else price for price in lanes(words["prices"], 64)[::4].tolist()]
            flows = self._flows(words["flows"], prices)
            pairs = self._pairs(receipt)
            price = self._paid(book, prices)
            money = self._money(book, before, fills, price, pairs)
            results = self._results(hour, stage, standing, before, fills, price if not pairs else _average(money, fills))
            trades = tuple(self._trade(standing, pair) for pair in pairs)
            stages.append(StageResult(stage, dict(zip(self.zones, prices, strict=True)), flows, results, signed(words["gap"]), trades))
            entries.append(self._entries(stage, standing, before, fills, money, flows, block.number, transaction))
            np.add.at(worth, standing.trader, np.where(book.sells, 0, book.price * np.maximum(fills - before, 0)))
            before = fills
        net = np.zeros(len(self.traders), np.int64)
        np.add.at(net, standing.trader, np.where(book.sells, -before, before))
        return Cleared(tuple(stages), Rows.joined(entries), net, worth, block, block.receipts[1:])

    def _pairs(self, receipt: Receipt) -> list[Pair]:
        """Those of a clearing by matched pairs."""
        if self.mechanism != "matched-pairs":
            return []
        made = (interface(self.auction).event(log) for log in receipt.logs if log.address == self.contracts[self.auction])
        return [unpack_pair(word) for name, event in made if name == "TradesMade" for word in event["trades"]]

    def _trade(self, standing: Standing, pair: Pair) -> Trade:
        seller, buyer = (self.traders[standing.trader[row]].id for row in (pair.seller, pair.buyer))
        return Trade(seller, buyer, pair.quantity, pair.price)

    def _paid(self, book: Book, prices: Sequence[int | None]) -> Integers:
        """fen/MWh that every segment would pay or get: its own price, or its zone's (0 where there is none)."""
        if self.mechanism == "pay-as-bid":
            return book.price
        return np.array([price or 0 for price in prices], np.int64)[book.zone]

    @staticmethod
    def _money(book: Book, before: Integers, after: Integers, price: Integers, pairs: Sequence[Pair]) -> Integers:
        """1e-5 CNY that every segment gets in the stage, negative where it pays."""
        if not pairs:
            return np.where(book.sells, 1, -1) * price * (after - before)
        money = np.zeros(len(book), np.int64)
        for pair in pairs:
            money[pair.seller] += pair.price * pair.quantity
            money[pair.buyer] -= pair.price * pair.quantity
        return money

    def _flows(self, words: bytes, prices: Sequence[int | None]) -> tuple[LineFlow, ...]:
        received, sent = lanes(words, 64).reshape(-1, 4)[:, ::2].T.tolist() if words else ((), ())
        flows = []
        for line, out, arrived in zip(self.rules.lines if words else (), sent, received, strict=True):
            wheeling = line.charge * out
            value = (prices[line.target] or 0) * arrived - (prices[line.source] or 0) * out
            rent = value - wheeling if out and self.mechanism == "uniform" else 0
            flows.append(LineFlow(self.zones[line.source], self.zones[line.target], out, arrived, wheeling, rent))
        return tuple(flows)

    def _results(self, hour: int, stage: Stage, standing: Standing, before: Integers, after: Integers, paid: Integers) -> Rows[OrderResult]:
        """What became of every segment; in a regional stage after a provincial one, of what that left open.

        Under `economic` a plant's provincial sale is followed by a row of its own: what it buys back.
        """
        book = standing.book
        replaced = book.sells & (before > 0) & (self.two_stage == "economic")
        row, again = np.nonzero(np.column_stack((book.quantity > before, replaced)))
        held, trader = before[row], standing.trader[row]
        quantity = np.where(again, held, book.quantity[row] - held)
        filled = np.maximum(np.where(again, -1, 1) * (after[row] - held), 0)
        key = (again * len(self.traders) + trader) * MOST_SEGMENTS + standing.segment[row]
        zone = book.zone[row].tolist()
        results = Rows(
            OrderResult,
            order_id=[f"{hour}{self._order_ids[place]}" for place in key.tolist()],
            stage=[stage] * len(row),
            trader=[self.traders[place].id for place in trader.tolist()],
            zone=[self.zones[place] for place in zone],
            side=["sell" if sells else "buy" for sells in (book.sells[row] & (again == 0)).tolist()],
            price=book.price[row],
            quantity=quantity,
            filled=filled,
            paid_price=[price if energy else None for price, energy in zip(paid[row].tolist(), filled.tolist(), strict=True)],
            error=[""] * len(row),
        )
        return Rows.joined((results, self._refused(hour))) if self._refusals and stage == self.first_stage else results

    def _refused(self, hour: int) -> Rows[OrderResult]:
        """The segments of orders that were refused."""
        rows = []
        for row, refused in self._refusals.items():
            order = self._orders.order(row)
            zone = self.zones[self.zone_of[order.trader]]
            for place, segment in enumerate(order.segments):
                order_id = f"{hour}/{order.trader}/{place}"
                said = (segment.price, segment.quantity, 0, None, refused.error)
                side: Side = "sell" if isinstance(order, Offer) else "buy"
                rows.append(OrderResult(order_id, self.first_stage, order.trader, zone, side, *said))
        return Rows.of(OrderResult, rows)

    @property
    def first_stage(self) -> Stage:
        """The stage that an order meets first."""
        return "regional" if self.rules.lines and not self.two_stage else "provincial"

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
        taken = np.zeros(len(self.traders), np.int64)
        np.add.at(taken, standing.trader, np.where(standing.book.sells, before - after, after - before))
        gets = np.zeros(len(self.traders), np.int64)
        np.add.at(gets, standing.trader, money)
        traders = np.flatnonzero(taken)
        wheeling = sum(flow.wheeling for flow in flows)
        who = [self.traders[place].id for place in traders.tolist()]
        cause = ["regional" if stage == "regional" else "auction"] * len(who)
        amounts, energy = gets[traders].tolist(), taken[traders].tolist()
        for account, reason, paid, given in (
            ("grid", "wheeling", wheeling, 0),
            ("grid", "loss", 0, sum(flow.sent - flow.received for flow in flows)),
            ("rent", "rent", -sum(amounts) - wheeling, 0),
        ):
            if paid or given:
                who.append(account)
                cause.append(reason)
                amounts.append(paid)
                energy.append(given)
        return Rows(
            Entry,
            trader=who,
            cause=cause,
            money=np.array(amounts, np.int64),
            energy=np.array(energy, np.int64),
            block=[block] * len(who),
            transaction=[transaction] * len(who),
        )


def _average(money: Integers, filled: Integers) -> Integers:
    """fen/MWh, rounded down; 0 where nothing is filled."""
    return np.abs(money) // np.maximum(filled, 1)


def _pairs(halves: Sequence[Sequence[int]]) -> bytes:
    """Packed words of two values each; the first list in the low half. OverflowError for a value of more than 63 bits."""
    low_lanes = np.zeros((len(halves[0]), 4), np.int64)
    low_lanes[:, ::2] = np.array(halves, np.int64).reshape(2, -1).T
    return in_lanes(low_lanes.ravel(), 64)
