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

from eth_utils.crypto import keccak

from sim.abi import interface, refusal, selector
from sim.book import Book
from sim.chain import Block, Chain, Receipt, Transaction
from sim.chain.keys import created_address
from sim.errors import Reverted
from sim.orders import pack, unpack_fills
from sim.pairing import Pair, sequence, sequence_words, unpack_pair
from sim.solve import solve, solve_two_stage
from sim.types import (
    Entry,
    Line,
    LineFlow,
    Mechanism,
    Offer,
    Order,
    OrderResult,
    Phase,
    Rules,
    Side,
    Stage,
    StageResult,
    Submission,
    Trade,
)

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
class Placed:
    """An order that stands or was refused."""

    order: Order
    refusal: Reverted | None


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
    entries: tuple[Entry, ...]
    net: Mapping[str, int]
    """kWh that each trader's orders sold (negative) or bought (positive) after all stages"""
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
        self.chain, self.rules, self.zones, self.start, self.two_stage = chain, rules, tuple(zones), start, two_stage
        self.participants = tuple(participants)
        self.traders = tuple(participant for participant in participants if participant.trades)
        assert self.participants[: len(self.traders)] == self.traders, "those who trade come first"
        self.number = {participant.id: FIRST_NUMBER + place for place, participant in enumerate(self.participants)}
        self.zone_of = {participant.id: participant.zone for participant in self.participants}
        self.mechanism: Mechanism = mechanism
        self.auction = "TwoStageAuction" if two_stage else AUCTIONS[mechanism]
        self.meter = Meter()
        self.seconds: dict[str, float] = defaultdict(float)
        self._on_block = on_block
        self._address = {participant.id: chain.account(participant.id) for participant in self.participants}
        self._operator = chain.account(OPERATOR)
        self._placed: tuple[Placed, ...] = ()
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

    def address(self, participant: str) -> bytes:
        """20 bytes."""
        return self._address[participant]

    def events(self, contract: str, receipt: Receipt, event: str) -> Iterator[dict[str, Any]]:
        """The arguments of every `event` that the contract emitted in the transaction."""
        for log in receipt.logs:
            if log.address == self.contracts[contract]:
                name, arguments = interface(contract).event(log)
                if name == event:
                    yield arguments

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

    def order_transaction(self, order: Order, hour: int) -> Transaction:
        """The trader's own transaction that places `order` for `hour`."""
        word, more = pack(order, hour)
        data = _SUBMIT + word.to_bytes(32, "big") if more is None else _SUBMIT_LONG + word.to_bytes(32, "big") + more.to_bytes(32, "big")
        return Transaction(self._address[order.trader], self.contracts[self.auction], data)

    def submit(self, hour: int, orders: Sequence[Order], allocations: Sequence[Transaction] = ()) -> tuple[tuple[Placed, ...], Block]:
        """One block: the allocations, which must succeed, then every order in the order given. A refused order is data."""
        phased: list[tuple[Phase, Transaction]] = [("allocate", transaction) for transaction in allocations]
        phased += [("orders", self.order_transaction(order, hour)) for order in orders]
        block = self._send(phased, self.start + hour * 3600 + ORDERS_AT)
        for receipt in block.receipts[: len(allocations)]:
            if not receipt.success:
                raise refusal(receipt.output)
        self._placed = tuple(
            Placed(order, None if receipt.success else refusal(receipt.output))
            for order, receipt in zip(orders, block.receipts[len(allocations) :], strict=True)
        )
        return self._placed, block

    def standing(self) -> list[tuple[Order, int]]:
        """Every segment that stands, as (order, place of the segment), in order id order: trader number, then segment."""
        accepted = {placed.order.trader: placed.order for placed in self._placed if placed.refusal is None}
        ordered = sorted(accepted.values(), key=lambda order: self.number[order.trader])
        return [(order, place) for order in ordered for place in range(len(order.segments))]

    def book(self, standing: Sequence[tuple[Order, int]]) -> Book:
        """The book that the auction holds, rows in order id order."""
        return Book.of(
            (self.zone_of[order.trader], isinstance(order, Offer), order.segments[place].price, order.segments[place].quantity)
            for order, place in standing
        )

    def solutions(self, book: Book) -> tuple[Submission, ...]:
        """A proven solution for every stage of the auction."""
        begun = perf_counter()
        both = solve_two_stage(book, self.rules, self.two_stage == "economic")[:2] if self.two_stage else None
        submissions = both or (solve(book, self.rules),)
        self.seconds["solve"] += perf_counter() - begun
        return submissions

    def clear_transaction(self, hour: int, submissions: Sequence[Submission]) -> Transaction:
        """The operator's `clear` with the flows of the last stage and the bounds of all of them."""
        last = submissions[-1]
        flows = [sent << 128 | received for sent, received in zip(last.sent, last.received, strict=True)]
        bounds = [low << 128 | high for submission in submissions for low, high in zip(submission.low, submission.high, strict=True)]
        traders = [self._address[trader.id] for trader in self.traders]
        return self.operator_call(self.auction, "clear", hour, traders, flows, bounds)

    def pairing_transaction(self, hour: int, book: Book) -> Transaction:
        """The operator's `clear` of matched pairs with the sorted book."""
        traders = [self._address[trader.id] for trader in self.traders]
        return self.operator_call(self.auction, "clear", hour, traders, sequence_words(sequence(book)))

    def clear(self, hour: int, following: Sequence[tuple[Phase, Transaction]] = ()) -> Cleared:
        """Solves the book, clears it in one block together with the transactions `following` it; raises Reverted if any is refused."""
        standing = self.standing()
        book = self.book(standing)
        if self.mechanism == "matched-pairs":
            transaction = self.pairing_transaction(hour, book)
        else:
            transaction = self.clear_transaction(hour, self.solutions(book))
        block = self.carry_out([("clear", transaction), *following], self.start + hour * 3600 + GATE)
        return self._decode(hour, standing, block)

    # --- what came of it ------------------------------------------------------------------------------------------------------

    def _decode(self, hour: int, standing: Sequence[tuple[Order, int]], block: Block) -> Cleared:
        receipt = block.receipts[0]
        transaction = "0x" + receipt.hash.hex()
        stages: list[StageResult] = []
        entries: list[Entry] = []
        before = [0] * len(standing)
        for event in self.events(self.auction, receipt, "HourCleared"):
            fills = unpack_fills(event["fills"], len(standing))
            stage: Stage = "regional" if event["stage"] and self.rules.lines else "provincial"
            prices = [None if price == NO_PRICE else int(price) for price in event["prices"]]
            flows = self._flows(event["flows"], prices)
            pairs = self._pairs(receipt)
            money = self._money(standing, before, fills, prices, pairs)
            results = tuple(self._results(hour, stage, standing, before, fills, money, prices))
            trades = tuple(Trade(standing[p.seller][0].trader, standing[p.buyer][0].trader, p.quantity, p.price) for p in pairs)
            stages.append(StageResult(stage, dict(zip(self.zones, prices, strict=True)), flows, results, event["gap"], trades))
            entries += self._entries(stage, standing, before, fills, money, flows, block.number, transaction)
            before = fills
        net: dict[str, int] = defaultdict(int)
        for (order, _), fill in zip(standing, before, strict=True):
            net[order.trader] += -fill if isinstance(order, Offer) else fill
        return Cleared(tuple(stages), tuple(entries), net, block, block.receipts[1:])

    def _pairs(self, receipt: Receipt) -> list[Pair]:
        """Those of a clearing by matched pairs."""
        if self.mechanism != "matched-pairs":
            return []
        return [unpack_pair(word) for event in self.events(self.auction, receipt, "TradesMade") for word in event["trades"]]

    def _money(
        self,
        standing: Sequence[tuple[Order, int]],
        before: Sequence[int],
        after: Sequence[int],
        prices: Sequence[int | None],
        pairs: Sequence[Pair],
    ) -> list[int]:
        """1e-5 CNY that every segment gets in the stage, negative where it pays."""
        money = [0] * len(standing)
        for pair in pairs:
            money[pair.seller] += pair.price * pair.quantity
            money[pair.buyer] -= pair.price * pair.quantity
        if self.mechanism == "matched-pairs":
            return money
        for row, ((order, place), held, fill) in enumerate(zip(standing, before, after, strict=True)):
            own = order.segments[place].price if self.mechanism == "pay-as-bid" else prices[self.zone_of[order.trader]] or 0
            money[row] = own * (fill - held if isinstance(order, Offer) else held - fill)
        return money

    def _flows(self, words: Sequence[int], prices: Sequence[int | None]) -> tuple[LineFlow, ...]:
        if not words:
            return ()
        return tuple(
            self._flow(line, word >> 128, word & ((1 << 128) - 1), prices) for line, word in zip(self.rules.lines, words, strict=True)
        )

    def _flow(self, line: Line, sent: int, received: int, prices: Sequence[int | None]) -> LineFlow:
        wheeling = line.charge * sent
        value = (prices[line.target] or 0) * received - (prices[line.source] or 0) * sent
        rent = value - wheeling if sent and self.mechanism == "uniform" else 0
        return LineFlow(self.zones[line.source], self.zones[line.target], sent, received, wheeling, rent)

    def _results(
        self,
        hour: int,
        stage: Stage,
        standing: Sequence[tuple[Order, int]],
        before: Sequence[int],
        after: Sequence[int],
        money: Sequence[int],
        prices: Sequence[int | None],
    ) -> list[OrderResult]:
        """What became of every segment; in a regional stage after a provincial one, of what that left open."""
        rows = []
        for (order, place), held, fill, got in zip(standing, before, after, money, strict=True):
            segment, zone = order.segments[place], self.zone_of[order.trader]
            side: Side = "sell" if isinstance(order, Offer) else "buy"
            order_id = f"{hour}/{order.trader}/{place}"

            def row(
                order_id: str, side: Side, quantity: int, filled: int, price: int = segment.price, zone: int = zone, got: int = got
            ) -> OrderResult:
                uniform = self.mechanism == "uniform"
                paid = None if not filled else prices[zone] if uniform else (got if side == "sell" else -got) // filled
                return OrderResult(order_id, stage, order_id.split("/")[1], self.zones[zone], side, price, quantity, filled, paid)

            if segment.quantity > held:
                rows.append(row(order_id, side, segment.quantity - held, max(fill - held, 0)))
            if held and side == "sell" and self.two_stage == "economic":
                rows.append(row(order_id + "/replaced", "buy", held, max(held - fill, 0)))
        if stage == self.first_stage:
            rows += [
                OrderResult(
                    f"{hour}/{placed.order.trader}/{place}",
                    stage,
                    placed.order.trader,
                    self.zones[self.zone_of[placed.order.trader]],
                    "sell" if isinstance(placed.order, Offer) else "buy",
                    segment.price,
                    segment.quantity,
                    0,
                    None,
                    placed.refusal.error,
                )
                for placed in self._placed
                if placed.refusal is not None
                for place, segment in enumerate(placed.order.segments)
            ]
        return rows

    @property
    def first_stage(self) -> Stage:
        """The stage that an order meets first."""
        return "regional" if self.rules.lines and not self.two_stage else "provincial"

    def _entries(
        self,
        stage: Stage,
        standing: Sequence[tuple[Order, int]],
        before: Sequence[int],
        after: Sequence[int],
        money: Sequence[int],
        flows: Sequence[LineFlow],
        block: int,
        transaction: str,
    ) -> list[Entry]:
        cause: Literal["auction", "regional"] = "regional" if stage == "regional" else "auction"
        energy: dict[str, int] = defaultdict(int)
        gets: dict[str, int] = defaultdict(int)
        for (order, _), held, fill, got in zip(standing, before, after, money, strict=True):
            if fill != held:
                energy[order.trader] += held - fill if isinstance(order, Offer) else fill - held
                gets[order.trader] += got
        entries = [Entry(trader, cause, gets[trader], taken, block, transaction) for trader, taken in energy.items() if taken]
        lost = sum(flow.sent - flow.received for flow in flows)
        wheeling = sum(flow.wheeling for flow in flows)
        rent = -sum(money) - wheeling  # what the rent account is left with
        if wheeling:
            entries.append(Entry("grid", "wheeling", wheeling, 0, block, transaction))
        if lost:
            entries.append(Entry("grid", "loss", 0, lost, block, transaction))
        if rent:
            entries.append(Entry("rent", "rent", rent, 0, block, transaction))
        return entries
