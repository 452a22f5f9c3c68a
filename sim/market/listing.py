"""Listings on a chain: deploys the contract, posts, lets others take, and says who traded with whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shengdian.sim.base.hour_result import Trade
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Offer, Order, Phase
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Chain, Receipt, Transaction
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.market.participants import Participant


@dataclass(slots=True)
class _Listed:
    order: Order
    zone: int
    """index"""
    left: int
    """kWh"""


class ListingMarket(Deployment):
    """The contract Listing with its registry and ledger, one hour at a time. Orders have one segment each, traders one order an hour."""

    def __init__(self, chain: Chain, floor: int, cap: int, zones: int, participants: Sequence[Participant], timetable: Timetable) -> None:
        """`floor` and `cap` are fen/MWh. Raises Reverted for rules that are refused."""
        super().__init__(chain, participants, ("Registry", "Ledger", "Listing"))
        self.timetable = timetable
        self._zone_of = {participant.id: participant.zone for participant in participants}
        self._name_of = {number: name for name, number in self.number.items()}
        self._listed: list[_Listed] = []
        """of the hour"""
        self._first_id, self._hour = 0, 0
        # listings may be made ahead, so that every taker has a block of its own before the gate
        self._begins = min(timetable.orders(0), timetable.gate(0) - len(participants) - 1) - timetable.start
        self._time = timetable.start + self._begins
        addresses = (self.contracts["Registry"], self.contracts["Ledger"])
        creations = {"Registry": (self.operator, zones), "Ledger": (self.operator,), "Listing": (*addresses, floor, cap, timetable.word)}
        self.create(creations, ("Listing",), self._time - 120)
        self.carry_out([("enrol", transaction) for transaction in self.enrolments()], self._time - 60)

    def post(self, orders: Sequence[Order], hour: int = 0) -> None:
        """Lists all `orders` of an hour later than those before, in one block; raises Reverted if one is refused."""
        self._first_id += len(self._listed)
        self._hour, self._time = hour, max(self._time, self.timetable.begins(hour) + self._begins)
        posts = [
            self.call(order.trader, "Listing", "post", hour, isinstance(order, Offer), order.segments[0].price, order.segments[0].quantity)
            for order in orders
        ]
        self._all("orders", posts, self._next())
        self._listed = [_Listed(order, self._zone_of[order.trader], order.segments[0].quantity) for order in orders]

    def take(self, order: Order) -> list[Trade]:
        """In one block, `order` takes of the other side's listings of its zone, earliest first, what its limit allows."""
        wanted, takes = order.segments[0].quantity, []
        for index, listed in enumerate(self._listed):
            energy = min(wanted, listed.left)
            if energy and self._acceptable(order, listed):
                takes.append(self.call(order.trader, "Listing", "take", self._first_id + index, energy))
                wanted -= energy
                listed.left -= energy
        return self._trades(self._all("orders", takes, self._next())) if takes else []

    def share(self) -> list[Trade]:
        """At the gate, whatever was taken and is not shared yet; with what `take` gave these are all trades."""
        taken = [index for index, listed in enumerate(self._listed) if listed.left < listed.order.segments[0].quantity]
        shares = [self.operator_call("Listing", "share", self._first_id + index) for index in taken]
        return self._trades(self._all("clear", shares, self.timetable.gate(self._hour))) if shares else []

    def _acceptable(self, order: Order, listed: _Listed) -> bool:
        sells = isinstance(order, Offer)
        if self._zone_of[order.trader] != listed.zone or sells == isinstance(listed.order, Offer):
            return False
        posted, limit = listed.order.segments[0].price, order.segments[0].price
        return posted >= limit if sells else posted <= limit

    def _trades(self, receipts: Sequence[Receipt]) -> list[Trade]:
        trades = []
        for log in (log for receipt in receipts for log in receipt.logs if log.address == self.contracts["Listing"]):
            name, event = interface("Listing").event(log)
            if name != "TakesFilled":
                continue
            poster = self._listed[event["id"] - self._first_id].order
            for word in event["fills"]:
                taker, energy = self._name_of[word >> 32], word & 0xFFFFFFFF
                seller, buyer = (poster.trader, taker) if isinstance(poster, Offer) else (taker, poster.trader)
                trades += [Trade(seller, buyer, energy, poster.segments[0].price)] if energy else []
        return trades

    def _next(self) -> int:
        self._time += 1
        return self._time

    def _all(self, phase: Phase, transactions: Sequence[Transaction], timestamp: int) -> Sequence[Receipt]:
        return self.carry_out([(phase, transaction) for transaction in transactions], timestamp).receipts
