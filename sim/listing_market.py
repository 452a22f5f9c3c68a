"""Listings on a chain: deploys the contract, posts, lets others take, and says who traded with whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.abi import interface, refusal
from sim.chain import Chain, Receipt, Transaction
from sim.chain.keys import created_address
from sim.market import FIRST_NUMBER, GATE, OPERATOR, ORDERS_AT, POSTER_ROLE, Meter, Participant
from sim.types import Offer, Order, Phase, Trade


@dataclass(slots=True)
class _Listed:
    order: Order
    zone: int
    """index"""
    left: int
    """kWh"""


class ListingMarket:
    """The contract Listing with its registry and ledger, for one hour. Orders have one segment each, traders one order each."""

    def __init__(self, chain: Chain, floor: int, cap: int, zones: int, participants: Sequence[Participant], start: int) -> None:
        """`floor` and `cap` are fen/MWh, `start` is the block time of hour 0, seconds. Raises Reverted for rules that are refused."""
        self.chain, self.start = chain, start
        self.meter = Meter()
        self._zone_of = {participant.id: participant.zone for participant in participants}
        self._address = {participant.id: chain.account(participant.id) for participant in participants}
        self._name_of = {FIRST_NUMBER + place: participant.id for place, participant in enumerate(participants)}
        self._operator = chain.account(OPERATOR)
        names = ("Registry", "Ledger", "Listing")
        self._contracts = {name: created_address(self._operator, nonce) for nonce, name in enumerate(names)}
        self._listed: list[_Listed] = []
        # listings may be made ahead, so that every taker has a block of its own before the gate
        self._time = start + min(ORDERS_AT, GATE - len(participants) - 1)
        addresses = (self._contracts["Registry"], self._contracts["Ledger"])
        creations = {"Registry": (self._operator, zones), "Ledger": (self._operator,), "Listing": (*addresses, floor, cap, start)}
        create = [Transaction(self._operator, b"", interface(name).creation(*args)) for name, args in creations.items()]
        grant = self._call(OPERATOR, "Ledger", "grantRole", POSTER_ROLE, self._contracts["Listing"])
        self._send("deploy", [*create, grant], self._time - 120)
        enrol = [self._call(OPERATOR, "Registry", "enrol", self._address[one.id], one.role, one.zone) for one in participants]
        self._send("enrol", enrol, self._time - 60)

    def post(self, orders: Sequence[Order]) -> None:
        """Lists all `orders`, in one block; raises Reverted if one is refused."""
        posts = [
            self._call(order.trader, "Listing", "post", 0, isinstance(order, Offer), order.segments[0].price, order.segments[0].quantity)
            for order in orders
        ]
        self._send("orders", posts, self._next())
        self._listed = [_Listed(order, self._zone_of[order.trader], order.segments[0].quantity) for order in orders]

    def take(self, order: Order) -> list[Trade]:
        """In one block, `order` takes of the other side's listings of its zone, earliest first, what its limit allows."""
        wanted, takes = order.segments[0].quantity, []
        for place, listed in enumerate(self._listed):
            energy = min(wanted, listed.left)
            if energy and self._acceptable(order, listed):
                takes.append(self._call(order.trader, "Listing", "take", place, energy))
                wanted -= energy
                listed.left -= energy
        return self._trades(self._send("orders", takes, self._next())) if takes else []

    def share(self) -> list[Trade]:
        """At the gate, whatever was taken and is not shared yet; with what `take` gave these are all trades."""
        taken = [place for place, listed in enumerate(self._listed) if listed.left < listed.order.segments[0].quantity]
        shares = [self._call(OPERATOR, "Listing", "share", place) for place in taken]
        return self._trades(self._send("clear", shares, self.start + GATE)) if shares else []

    def _acceptable(self, order: Order, listed: _Listed) -> bool:
        sells = isinstance(order, Offer)
        if self._zone_of[order.trader] != listed.zone or sells == isinstance(listed.order, Offer):
            return False
        posted, limit = listed.order.segments[0].price, order.segments[0].price
        return posted >= limit if sells else posted <= limit

    def _trades(self, receipts: Sequence[Receipt]) -> list[Trade]:
        trades = []
        for log in (log for receipt in receipts for log in receipt.logs if log.address == self._contracts["Listing"]):
            name, event = interface("Listing").event(log)
            if name != "TakesFilled":
                continue
            poster = self._listed[event["id"]].order
            for word in event["fills"]:
                taker, energy = self._name_of[word >> 32], word & 0xFFFFFFFF
                seller, buyer = (poster.trader, taker) if isinstance(poster, Offer) else (taker, poster.trader)
                trades += [Trade(seller, buyer, energy, poster.segments[0].price)] if energy else []
        return trades

    def _call(self, sender: str, contract: str, function: str, *args: object) -> Transaction:
        address = self._operator if sender == OPERATOR else self._address[sender]
        return Transaction(address, self._contracts[contract], interface(contract).call(function, *args))

    def _next(self) -> int:
        self._time += 1
        return self._time

    def _send(self, phase: Phase, transactions: Sequence[Transaction], timestamp: int) -> tuple[Receipt, ...]:
        block = self.chain.send_block(transactions, timestamp)
        for receipt in block.receipts:
            self.meter.count(phase, receipt)
            if not receipt.success:
                raise refusal(receipt.output)
        return block.receipts
