"""Orders come in: columns of orders become transactions of their traders, and what the auction took stands as the book of the hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.orders import MOST_SEGMENTS, SEGMENTS_A_WORD, Orders
from shengdian.sim.base.types import Phase
from shengdian.sim.chain.abi import interface, refusal, selector
from shengdian.sim.chain.abi_words import WORD, pack_lanes
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant
from shengdian.sim.solve.book import Book, Integers
from shengdian.sim.twins.envelopes import Envelope, envelopes

_SUBMIT = selector("submit(uint256)")
_SUBMIT_LONG = selector("submit(uint256,uint256)")


@dataclass(frozen=True, slots=True)
class Standing:
    """Every segment that stands, one row a segment, in order id order: trader number, then segment. All arrays have shape (row,)."""

    trader: Integers
    """index among those who trade"""
    segment: Integers
    """index in the order"""
    book: Book


@dataclass(frozen=True, slots=True)
class Refused:
    """Orders of the hour that the contract did not take, and the row of each in `orders`."""

    orders: Orders
    errors: Mapping[int, Reverted]


class OrderEntry:
    """The way into one auction."""

    def __init__(self, deployment: Deployment, rules: MarketRules, traders: Sequence[Participant]) -> None:
        """`traders` are those admitted, in order of number."""
        self._deployment, self._rules = deployment, rules
        self._auction = deployment.contracts[rules.contract]
        self._index = {trader.id: index for index, trader in enumerate(traders)}
        self._zone = np.array([trader.zone for trader in traders], np.int64)
        self._renewable = np.array([trader.renewable for trader in traders], np.bool_)
        self.taken = Refused(Orders.of(()), {})
        """of the hour: everything submitted, and what was refused"""
        self.silent: list[str] = []
        """of the hour: traders who are bound by a commitment and have no valid order"""
        self._ahead: dict[int, Refused] = {}
        """as `taken`, of coming hours whose orders were placed the day before"""

    def submit(self, hour: int, orders: Orders, allocations: Sequence[Transaction], meanwhile: Callable[[], None]) -> Block:
        """One block: the allocations, then every order in the order given, then what orders ask otherwise in the second stage.

        What was refused of the orders is in `taken`; the rest must succeed.

        Sealed bids take two: the first block holds the commitments, the second one reveals them in the same order. `meanwhile` is done
        while another process makes the first block. Raises Reverted with the first of the others that fails.
        """
        timetable = self._rules.timetable
        first = [*allocations, *self._reserve(hour)]
        sealed = self.envelopes(hour, orders) if self._rules.bids == "sealed" else None
        phased: list[tuple[Phase, Transaction]] = [("allocate", transaction) for transaction in first]
        if sealed is None:
            phased += [("orders", transaction) for transaction in self._transactions(orders, hour)]
            phased += [("markups", transaction) for transaction in self._markups(orders, hour)]
        else:
            phased += [("commits", envelope.commit(self._auction)) for envelope in sealed]
        self.taken = Refused(orders, {})
        block = self._deployment.send(phased, timetable.orders(hour), meanwhile)
        for receipt in block.receipts[: len(first)]:
            if not receipt.success:
                raise refusal(receipt.output)
        for receipt in block.receipts[len(first) + len(orders) :]:
            if not receipt.success:
                raise refusal(receipt.output)
        answers = block.receipts[len(first) : len(first) + len(orders)]
        if sealed is not None:
            bound = {trader for trader, receipt in zip(orders.traders, answers, strict=True) if receipt.success}
            reveals: list[tuple[Phase, Transaction]] = [("orders", envelope.reveal(self._auction)) for envelope in sealed]
            block = self._deployment.send(reveals, timetable.reveals(hour))
            answers = block.receipts
            bound -= {trader for trader, receipt in zip(orders.traders, answers, strict=True) if receipt.success}
            self.silent = sorted(bound)
        self.taken = Refused(orders, {row: refusal(receipt.output) for row, receipt in enumerate(answers) if not receipt.success})
        return block

    def submit_day(self, day: int, orders: Mapping[int, Orders], arrival: Sequence[str]) -> Block:
        """One block, before the day begins, with a transaction of each trader for all hours of the day; `arrival` is their order in it."""
        words: dict[str, list[bytes]] = {trader: [] for trader in arrival}
        for hour, placed in orders.items():
            packed = placed.words(hour)
            for trader, count, at in zip(placed.traders, placed.count.tolist(), range(0, len(packed), 2 * WORD), strict=True):
                words[trader].append(packed[at : at + WORD if count <= SEGMENTS_A_WORD else at + 2 * WORD])
        call, address = interface(self._rules.contract).packed_call, self._deployment.address
        senders = [trader for trader, sent in words.items() if sent]
        sent = [Transaction(address(trader), self._auction, call("submitDay", b"".join(words[trader]))) for trader in senders]
        block = self._deployment.send([("orders", transaction) for transaction in sent], self._rules.timetable.day_ahead(day))
        refusals = {trader: refusal(receipt.output) for trader, receipt in zip(senders, block.receipts, strict=True) if not receipt.success}
        for hour, placed in orders.items():
            row_of = {trader: row for row, trader in enumerate(placed.traders)}
            self._ahead[hour] = Refused(placed, {row_of[trader]: said for trader, said in refusals.items() if trader in row_of})
        return block

    def begin_hour(self, hour: int, allocations: Sequence[Transaction]) -> None:
        """Orders of the day before stand; the allocations, if any, are one block. Raises Reverted with the first that fails."""
        if first := [*allocations, *self._reserve(hour)]:
            self._deployment.carry_out([("allocate", transaction) for transaction in first], self._rules.timetable.orders(hour))
        self.taken = self._ahead.pop(hour)

    def envelopes(self, hour: int, orders: Orders) -> list[Envelope]:
        """The sealed orders of the hour, one a row of `orders`: what others see before they are revealed."""
        return envelopes(orders, hour, self._rules.seed, self._deployment.address)

    def sound(self) -> bool:
        """Whether no order of the hour can be refused for what stands in it."""
        orders, limits = self.taken.orders, self._rules.auction
        here = np.arange(MOST_SEGMENTS) < orders.count[:, None]
        price, quantity = orders.price, orders.quantity
        sound = (price >= limits.floor) & (price <= limits.cap) & (quantity >= 1) & (quantity < 2**32)
        return bool(orders.count.min(initial=1) >= 1 and sound[here].all())

    def standing(self) -> Standing:
        """What the auction holds; the last order of a trader stands."""
        orders, last = self.taken.orders, np.full(len(self._zone), -1, np.int64)
        for row, trader in enumerate(orders.traders):
            if row not in self.taken.errors:
                last[self._index[trader]] = row
        traders = np.flatnonzero(last >= 0)
        rows = last[traders]
        order, segment = np.nonzero(np.arange(MOST_SEGMENTS) < orders.count[rows, None])
        row_of, trader_of = rows[order], traders[order]
        return Standing(
            trader_of, segment, book_of(orders, row_of, segment, self._zone[trader_of], self._renewable[trader_of], self._rules)
        )

    def _reserve(self, hour: int) -> list[Transaction]:
        """The operator's transaction that says what is reserved on lines in the hour; none where nothing ever is."""
        if not self._rules.reserved:
            return []
        energy = pack_lanes([line[hour] for line in self._rules.reserved], 32)
        return [self._deployment.packed_call("Reservations", "reserve", hour, energy)]

    def _markups(self, orders: Orders, hour: int) -> Iterator[Transaction]:
        """Each trader's own transaction with what its order asks or bids more in the second stage, where it does."""
        markups = heeded(orders, self._rules)
        for row in np.flatnonzero(markups).tolist():
            data = interface(self._rules.contract).call("amendRegional", hour, int(markups[row]))
            yield Transaction(self._deployment.address(orders.traders[row]), self._auction, data)

    def _transactions(self, orders: Orders, hour: int) -> Iterator[Transaction]:
        """Each trader's own transaction that places its order for `hour`."""
        address, words = self._deployment.address, orders.words(hour)
        for trader, count, at in zip(orders.traders, orders.count.tolist(), range(0, len(words), 2 * WORD), strict=True):
            data = _SUBMIT + words[at : at + WORD] if count <= SEGMENTS_A_WORD else _SUBMIT_LONG + words[at : at + 2 * WORD]
            yield Transaction(address(trader), self._auction, data)


def heeded(orders: Orders, rules: MarketRules) -> Integers:
    """fen/MWh by row that orders ask or bid more in a second stage, at most the distance from floor to cap either way; shape (row,).

    0 where there is no second stage, where bids are sealed (a markup would be seen), and where orders must be covered, at one price.
    """
    if not rules.surplus_deficit or rules.bids == "sealed" or rules.closes_every:
        return np.zeros(len(orders), np.int64)
    most = rules.auction.cap - rules.auction.floor
    return np.clip(orders.markups(), -most, most)


def book_of(orders: Orders, row: Integers, segment: Integers, zone: Integers, renewable: NDArray[np.bool_], rules: MarketRules) -> Book:
    """Segments of orders as the auction clears them: the `segment` of each `row`, its trader's zone, and whether that gives wind, sun or
    water. A second stage has prices of its own where orders ask otherwise there. All arrays but the orders' have shape (segment,)."""
    book = Book(zone, orders.sells[row], orders.price[row, segment], orders.quantity[row, segment])
    if not rules.surplus_deficit:
        return book
    markup = heeded(orders, rules)[row]
    regional = np.clip(book.price + markup, rules.auction.floor, rules.auction.cap) if markup.any() else None
    return replace(book, regional=regional, renewable=renewable if rules.surplus_deficit == "renewable" else None)
