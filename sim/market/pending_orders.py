"""What waits to be put into the hour's block, as somebody sees it who looks before deciding: a front-runner."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shengdian.sim.base.orders import MOST_SEGMENTS, Orders
from shengdian.sim.base.types import Offer, Segment
from shengdian.sim.market.chain_market import book_of
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.payments import of_pairs, prices_paid
from shengdian.sim.solve.book import Book, Integers
from shengdian.sim.solve.certificate import Clearing, certify
from shengdian.sim.solve.clearing import NoStrictSolution, solve, solve_loosely, solve_provinces
from shengdian.sim.solve.flow_certificate import NodalClearing, certify_nodal
from shengdian.sim.solve.nodal_clearing import solve_nodal
from shengdian.sim.solve.pairing import sequence
from shengdian.sim.solve.redispatch import fixed_load, merit_order, payments_of, solve_merit_order
from shengdian.sim.solve.regional_book import firm_exports, flexible_book, kept
from shengdian.sim.twins.matched_pairs_auction import match


@dataclass(frozen=True, slots=True)
class PendingOrders:
    """The others' orders, or only what hides them, and the public rules by which they will be cleared."""

    orders: Orders | None
    """None where bids are sealed"""
    commitments: tuple[int, ...]
    """hour, most energy and hash of every sealed order; empty where bids are open"""
    zone: Mapping[str, int]
    """index of the zone by trader"""
    rules: MarketRules
    hour: int
    """by which the clearing decides between equals"""
    renewables: Collection[str] = ()
    """traders who give wind, sun or water"""

    def rivals(self, trader: str) -> Book:
        """The orders that meet those of `trader`: all of them, or its zone's where there are no lines. One row a segment."""
        assert self.orders is not None, "sealed orders cannot be read"
        orders = self.orders
        zone = np.array([self.zone[name] for name in orders.traders], np.int64)
        near = np.ones(len(orders), np.bool_) if self.rules.auction.lines else zone == self.zone[trader]
        row, segment = np.nonzero((np.arange(MOST_SEGMENTS) < orders.count[:, None]) & near[:, None])
        renewable = np.array([name in self.renewables for name in orders.traders], np.bool_)
        return book_of(orders, row, segment, zone[row], renewable[row], self.rules)

    def offer(self, trader: str, segments: Sequence[Segment]) -> Book:
        """What `trader` might offer, one row a segment."""
        orders, segment = Orders.of([Offer(trader, tuple(segments))]), np.arange(len(segments))
        zone, renewable = np.full(len(segments), self.zone[trader]), np.full(len(segments), trader in self.renewables)
        return book_of(orders, np.zeros(len(segments), np.int64), segment, zone, renewable, self.rules)

    def profit(self, rivals: Book, offer: Book, cost: int) -> int:
        """1e-5 CNY that `offer` (the rows of one trader) would earn beside `rivals` at `cost`, fen/MWh, if nobody else came."""
        money, filled = self._cleared(Book.joined(rivals, offer))
        return int((money - cost * filled)[len(rivals) :].sum())

    def _cleared(self, book: Book) -> tuple[Integers, Integers]:
        """1e-5 CNY that rows get (negative where they pay) and kWh that they trade."""
        sign = np.where(book.sells, 1, -1)
        assert self.rules.declared.known_rule, "what it pays cannot be foreseen"
        if self.rules.declared.pays == "pair":
            pairs, fills = match(book, sequence(book), self.rules.auction.k)
            return of_pairs(book, pairs), np.array(fills, np.int64)
        limits = self.rules.auction
        if reading := self.rules.surplus_deficit:
            provincial, before = solve_provinces(book, limits)
            alone = certify(book, replace(limits, lines=()), provincial, self.hour)
            last = self._proven(flexible_book(book, before, reading), firm_exports(book, before, reading, limits.zones))
            after = last.fills + kept(book, before, reading)
            return sign * (_at(book, alone.prices) * before + _at(book, last.prices) * (after - before)), after
        if self.rules.declared.pays == "redispatch":
            merit = merit_order(book, limits, solve_merit_order(book, limits), self.hour)
            after = self._proven(fixed_load(book, merit.fills, limits.cap)).fills
            return payments_of(book, np.full(len(book), merit.prices[0] or 0), merit.fills, after), after
        clearing = self._proven(book)
        price = prices_paid(self.rules.declared, book, _at(book, clearing.prices))
        return sign * price * clearing.fills, clearing.fills

    def _proven(self, book: Book, firm: Sequence[int] | None = None) -> Clearing | NodalClearing:
        """What the operator would clear; `firm` is kWh by zone to deliver beside."""
        if self.rules.nodal:
            return certify_nodal(book, self.rules.auction, solve_nodal(book, self.rules.auction))
        try:
            found, strict = solve(book, self.rules.auction, self.hour, firm), True
        except NoStrictSolution:
            found, strict = solve_loosely(book, self.rules.auction, self.hour, firm), False
        return certify(book, self.rules.auction, found, self.hour, firm, strict)


def _at(book: Book, prices: tuple[int | None, ...]) -> Integers:
    """fen/MWh of every row's zone; 0 where there is none."""
    return np.array([price or 0 for price in prices], np.int64)[book.zone]
