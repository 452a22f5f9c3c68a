"""The market on a chain, hour by hour: orders go in, the clearing comes out.

Nothing above this file sees an address, calldata or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shengdian.sim.base.columns import Rows
from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.orders import MOST_SEGMENTS, SEGMENTS_A_WORD, Orders
from shengdian.sim.base.types import Phase
from shengdian.sim.chain.abi import interface, refusal, selector
from shengdian.sim.chain.abi_words import WORD, pack_lanes
from shengdian.sim.chain.port import Block, Chain, Transaction
from shengdian.sim.market.creation import create_market
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.market.hour_clearing import HourClearing
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.outcome import Cleared, Outcomes
from shengdian.sim.market.participants import Participant
from shengdian.sim.market.standing import Refused, Standing
from shengdian.sim.solve.book import Book, Integers
from shengdian.sim.twins.envelopes import Envelope, committed, envelopes, random_salts, seeded_salts

_SUBMIT = selector("submit(uint256)")
_SUBMIT_LONG = selector("submit(uint256,uint256)")


class ChainMarket(Deployment):
    """One auction with its registry, ledger, allocation and whatever else its rules ask for, on one chain."""

    def __init__(
        self,
        chain: Chain,
        rules: MarketRules,
        participants: Sequence[Participant],
        on_block: Callable[[Block], None] = lambda block: None,
    ) -> None:
        """Creates the contracts and enrols the participants, of whom those who trade come first.

        `on_block` sees every block made. Raises Reverted where a contract refuses the rules, ValueError where those who trade do not
        come first.
        """
        super().__init__(chain, participants, rules.contracts, on_block)
        self.rules = rules
        self.traders = tuple(participant for participant in participants if participant.trades)
        """those admitted, in order of number"""
        if self.participants[: len(self.traders)] != self.traders:
            raise ValueError("those who trade come first")
        self.zone_of = {participant.id: participant.zone for participant in self.participants}
        """index of the zone by participant"""
        self.taken = Refused(Orders.of(()), {})
        """of the hour: everything submitted, and what was refused"""
        self.silent: dict[str, int] = {}
        """of the hour: kWh committed to by traders who have no valid order"""
        self.clearing = HourClearing(self, rules, self.traders)
        self.outcomes = Outcomes(rules, self.traders)
        self._auction = self.contracts[rules.contract]
        self._index = {trader.id: index for index, trader in enumerate(self.traders)}
        self._zone = np.array([trader.zone for trader in self.traders], np.int64)
        self._renewable = np.array([trader.renewable for trader in self.traders], np.bool_)
        self._salts = random_salts() if rules.salts == "random" else seeded_salts(rules.seed)
        self._ahead: dict[int, Refused] = {}
        """as `taken`, of coming hours whose orders were placed the day before"""
        create_market(self, rules, self.traders)

    def submit(self, hour: int, orders: Orders, allocations: Sequence[Transaction] = ()) -> tuple[Mapping[int, Reverted], Block]:
        """One block: the allocations, then every order in the order given, then what orders ask otherwise in the second stage.

        Sealed bids take two: the first block holds the commitments, the second one reveals them in the same order. Gives the refusals by
        row of `orders`, and the last block. Raises Reverted with the first of all but orders that fails.
        """
        timetable = self.rules.timetable
        first = [*allocations, *self._reserve(hour)]
        sealed = self.envelopes(hour, orders) if self.rules.bids == "sealed" else None
        phased: list[tuple[Phase, Transaction]] = [("allocate", transaction) for transaction in first]
        if sealed is None:
            phased += [("orders", transaction) for transaction in self._transactions(orders, hour)]
            phased += [("markups", transaction) for transaction in self._markups(orders, hour)]
        else:
            phased += [("commits", envelope.commit(self._auction)) for envelope in sealed]
        self.taken = Refused(orders, {})
        block = self.send(phased, timetable.orders(hour))
        errors = {place - len(first): refusal(block.receipts.outputs[place]) for place in block.receipts.refused()}
        for row, error in errors.items():
            if not 0 <= row < len(orders):
                raise error
        if sealed is not None:
            bound = {
                trader: committed(envelope.commitment)[1]
                for row, (trader, envelope) in enumerate(zip(orders.traders, sealed, strict=True))
                if row not in errors
            }
            reveals: list[tuple[Phase, Transaction]] = [("orders", envelope.reveal(self._auction)) for envelope in sealed]
            block = self.send(reveals, timetable.reveals(hour))
            errors = {row: refusal(block.receipts.outputs[row]) for row in block.receipts.refused()}
            heard = {trader for row, trader in enumerate(orders.traders) if row not in errors}
            self.silent = {trader: energy for trader, energy in sorted(bound.items()) if trader not in heard}
        self.taken = Refused(orders, errors)
        return self.taken.errors, block

    def submit_day(self, day: int, orders: Mapping[int, Orders], arrival: Sequence[str]) -> Block:
        """One block, before the day begins, with a transaction of each trader for all hours of the day; `arrival` is their order in it."""
        words: dict[str, list[bytes]] = {trader: [] for trader in arrival}
        for hour, placed in orders.items():
            packed = placed.words(hour)
            for trader, count, at in zip(placed.traders, placed.count.tolist(), range(0, len(packed), 2 * WORD), strict=True):
                words[trader].append(packed[at : at + WORD if count <= SEGMENTS_A_WORD else at + 2 * WORD])
        call, address = interface(self.rules.contract).packed_call, self.address
        senders = [trader for trader, sent in words.items() if sent]
        sent = [Transaction(address(trader), self._auction, call("submitDay", b"".join(words[trader]))) for trader in senders]
        block = self.send([("orders", transaction) for transaction in sent], self.rules.timetable.day_ahead(day))
        refusals = {senders[place]: refusal(block.receipts.outputs[place]) for place in block.receipts.refused()}
        for hour, placed in orders.items():
            row_of = {trader: row for row, trader in enumerate(placed.traders)}
            self._ahead[hour] = Refused(placed, {row_of[trader]: said for trader, said in refusals.items() if trader in row_of})
        return block

    def begin_hour(self, hour: int, allocations: Sequence[Transaction], plan: Orders | None = None) -> None:
        """Orders of the day before stand, or the `plan` where nobody orders; the allocations, if any, are one block.

        Raises Reverted with the first that fails.
        """
        if first := [*allocations, *self._reserve(hour)]:
            self.carry_out([("allocate", transaction) for transaction in first], self.rules.timetable.orders(hour))
        self.taken = self._ahead.pop(hour) if plan is None else Refused(plan, {})

    def envelopes(self, hour: int, orders: Orders) -> list[Envelope]:
        """The sealed orders of the hour, one a row of `orders`: what others see before they are revealed."""
        return envelopes(orders, hour, self._salts, self.address)

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
        return Standing(trader_of, segment, book_of(orders, row_of, segment, self._zone[trader_of], self._renewable[trader_of], self.rules))

    def clear(self, hour: int, following: Sequence[tuple[Phase, Transaction]] = ()) -> Cleared:
        """Solves the book, clears it in one block together with the transactions `following` it; raises Reverted if any is refused."""
        standing = self.standing()
        dispatches = self.rules.declared.dispatches
        transaction, time = self.clearing.dispatch(hour, standing) if dispatches else self.clearing.transaction(hour, standing.book)
        phased: list[tuple[Phase, Transaction]] = [("clear", transaction), *following]
        silent = self.silent
        if silent:
            phased.append(("clear", self.clearing.forfeit(hour, silent)))
        block = self.carry_out(phased, time)
        cleared = self.outcomes.decode(hour, standing, self.taken, block, self)
        return replace(cleared, entries=Rows.joined((cleared.entries, self.clearing.forfeited(block, silent)))) if silent else cleared

    def _reserve(self, hour: int) -> list[Transaction]:
        """The operator's transaction that says what is reserved on lines in the hour; none where nothing ever is."""
        if not self.rules.reserved:
            return []
        energy = pack_lanes([line[hour] for line in self.rules.reserved], 32)
        return [self.packed_call("Reservations", "reserve", hour, energy)]

    def _markups(self, orders: Orders, hour: int) -> Iterator[Transaction]:
        """Each trader's own transaction with what its order asks or bids more in the second stage, where it does."""
        markups = heeded(orders, self.rules)
        for row in np.flatnonzero(markups).tolist():
            data = interface(self.rules.contract).call("amendRegional", hour, int(markups[row]))
            yield Transaction(self.address(orders.traders[row]), self._auction, data)

    def _transactions(self, orders: Orders, hour: int) -> Iterator[Transaction]:
        """Each trader's own transaction that places its order for `hour`."""
        address, words = self.address, orders.words(hour)
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
