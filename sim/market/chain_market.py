"""The market on a chain: carries orders and solutions in. What came of them, `outcome.py` decodes.

Nothing above this file sees an address, calldata or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Literal

import numpy as np

from shengdian.sim.base.columns import Rows
from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.hour_result import Entry
from shengdian.sim.base.orders import MOST_SEGMENTS, SEGMENTS_A_WORD, Orders
from shengdian.sim.base.roles import Role
from shengdian.sim.base.types import Bids, DeviationRules, Mechanism, Phase, Regional, Rules, Submission, without
from shengdian.sim.chain.abi import interface, refusal, selector
from shengdian.sim.chain.abi_words import WORD, pack_lanes
from shengdian.sim.chain.port import Block, Chain, Transaction
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.market.outcome import Cleared, Outcomes, Refused, Standing
from shengdian.sim.market.participants import Participant
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import solve, solve_provinces, solve_two_stage
from shengdian.sim.solve.corridor_matching import sides
from shengdian.sim.solve.pairing import sequence, sequence_words
from shengdian.sim.solve.paths import list_paths, pack_path
from shengdian.sim.twins.envelopes import REVEALS_FROM, Envelope, envelopes

GATE = 1800
"""seconds into the hour after which no order is taken and the operator may clear"""
ORDERS_AT = 60
"""seconds into the hour at which the block of orders is made"""
BEFORE_THE_DAY = 20
"""seconds before a day begins at which the block of day-ahead orders is made"""
ADMITTED_AT_ONCE = 1000
"""traders in one transaction, so that its gas stays within the limit"""
AUCTIONS: Mapping[Mechanism, str] = {
    "uniform": "UniformAuction",
    "pay-as-bid": "PayAsBidAuction",
    "matched-pairs": "MatchedPairsAuction",
}
"""contract by mechanism; two stages have their own"""
SECOND_STAGES: Mapping[Regional, str] = {"coupled": "TwoStageAuction", "corridor_matching": "CorridorMatchingAuction"}
"""contract of two stages by how the region clears"""

_SUBMIT = selector("submit(uint256)")
_SUBMIT_LONG = selector("submit(uint256,uint256)")


@dataclass(frozen=True, slots=True)
class Bidding:
    """How orders come in."""

    bids: Bids = "open"
    bond: int = 0
    """1e-5 CNY that a sealed order costs which is not revealed or not valid"""
    seed: int = 0
    """of the traders' salts"""


class ChainMarket(Deployment):
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
        bidding: Bidding = Bidding(),
        day_ahead: bool = False,
        deviation: DeviationRules | None = None,
        closes_every: int | None = None,
        hubs: Sequence[str] = (),
        regional: Regional = "coupled",
        reserved: Sequence[Sequence[int]] = (),
        idle: Callable[[], None] = lambda: None,
    ) -> None:
        """`start` is the block time of hour 0, seconds; participants who trade come first. `on_block` sees every block made. `hubs` are
        nodes of the lines where nobody trades; they are the zones of the rules after `zones`. `regional` says
        how the second of two stages clears; `reserved`, kWh by line and hour, is what the lines may not carry because others do.
        `idle` is what there is to do while another process makes a block.

        Two stages are uniform, matched pairs are made inside zones, without lines. Where orders come `day_ahead`, one uniform auction
        takes them, openly. `deviation`: meters are settled by these rules. `closes_every` so many hours all
        accounts are closed, and orders must be covered until then; None: never.
        """
        assert mechanism == "uniform" or two_stage is None, "two stages are uniform"
        assert mechanism != "matched-pairs" or not rules.lines, "matched pairs are made without lines"
        plain = mechanism == "uniform" and two_stage is None and bidding.bids == "open"
        assert not day_ahead or plain, "a day ahead, one stage is uniform and open"
        assert regional == "coupled" or (two_stage and bidding.bids == "open"), "corridors are matched after provinces, openly"
        kind = "DayAheadAuction" if day_ahead else SECOND_STAGES[regional] if two_stage else AUCTIONS[mechanism]
        self.auction = ("Sealed" if bidding.bids == "sealed" else "") + kind
        self.bidding, self.regional = bidding, regional
        self.paths = list_paths(rules.lines, len(zones)) if regional == "corridor_matching" else ()
        """that corridors are matched over"""
        more = (("Deviation",) if deviation else ()) + (("Collateral",) if closes_every else ()) + (("Reservations",) if reserved else ())
        self.reserved = tuple(reserved)
        super().__init__(chain, participants, ("Registry", "Ledger", "Allocation", self.auction, *more), on_block, idle)
        self._deviation, self._closes_every = deviation, closes_every
        self.mechanism: Mechanism = mechanism
        self.rules, self.zones, self.start, self.two_stage = rules, tuple(zones), start, two_stage
        self.traders = tuple(participant for participant in participants if participant.trades)
        assert self.participants[: len(self.traders)] == self.traders, "those who trade come first"
        self.zone_of = {participant.id: participant.zone for participant in self.participants}
        self.outcomes = Outcomes(self.auction, rules, zones, self.traders, two_stage, mechanism, hubs)
        self._orders, self._refusals = Orders.of(()), dict[int, Reverted]()
        """of the hour: everything submitted, and what was refused, by row"""
        self._ready: tuple[Standing, Transaction] | None = None
        """what stands if no order of the hour is refused, and the transaction that clears it, where there was time to find them"""
        self._ahead: dict[int, tuple[Orders, dict[int, Reverted]]] = {}
        """the same for coming hours, of orders placed the day before"""
        self._silent: list[str] = []
        """of the hour: traders who are bound by a commitment and have no valid order"""
        self._place = {trader.id: place for place, trader in enumerate(self.traders)}
        self._zone = np.array([trader.zone for trader in self.traders], np.int64)
        self._trader_words = b"".join(self.address(trader.id).rjust(WORD, b"\0") for trader in self.traders)
        self._deploy()

    def _deploy(self) -> None:
        registry, ledger = self.contracts["Registry"], self.contracts["Ledger"]
        rules = (self.rules.zones, self.rules.floor, self.rules.cap, self.rules.k, self.start)
        lines = [(line.source, line.target, line.capacity, line.charge, line.loss) for line in self.rules.lines]
        extra: tuple[Any, ...] = () if self.mechanism == "matched-pairs" else (lines,)
        if self.two_stage:
            extra += (self.two_stage == "economic",)
        if self.regional == "corridor_matching":
            tariffs = [(line.source, line.target, line.capacity, line.tariff, line.loss) for line in self.rules.lines]
            extra = (tariffs, *extra[1:], [pack_path(path) for path in self.paths])
        if self.bidding.bids == "sealed":
            extra += (self.bidding.bond,)
        creations = {
            "Registry": (self.operator, self.rules.zones),
            "Ledger": (self.operator,),
            "Allocation": (registry, ledger, self.start),
            self.auction: (registry, ledger, rules, *extra),
        }
        if due := self._deviation:
            factors = (due.u1, due.u2, due.k1, due.k2, due.band, due.marginal)
            creations["Deviation"] = (registry, ledger, (self.rules.floor, self.rules.cap, *factors, self.start))
        appoint = []
        if self._closes_every:
            creations["Collateral"] = (registry, ledger, self.contracts[self.auction], self._closes_every, self.start)
            bank = self.contracts["Collateral"]
            appoint.append(self.operator_call("Registry", "enrol", bank, Role.EXCHANGE, 0))
            appoint.append(self.operator_call(self.auction, "appointCollateral", bank))
        posters = tuple(creations)[2:]
        if self.reserved:
            creations["Reservations"] = (registry,)
        self.create(creations, posters, self.start - 120)
        traders = [self.address(trader.id) for trader in self.traders]
        batches = [traders[place : place + ADMITTED_AT_ONCE] for place in range(0, len(traders), ADMITTED_AT_ONCE)]
        admit = [self.operator_call(self.auction, "admit", batch) for batch in batches]
        honour = [self.operator_call(self.auction, "honour", self.contracts["Reservations"])] if self.reserved else []
        self.carry_out([("enrol", transaction) for transaction in (*self.enrolments(), *appoint, *admit, *honour)], self.start - 60)

    def rules_at(self, hour: int) -> Rules:
        """The rules with what reservations leave of the lines in the hour."""
        return without(self.rules, [line[hour] for line in self.reserved]) if self.reserved else self.rules

    def _reserve(self, hour: int) -> list[Transaction]:
        """The operator's transaction that says what is reserved in the hour; none where nothing ever is."""
        if not self.reserved:
            return []
        return [self.packed_call("Reservations", "reserve", hour, pack_lanes([line[hour] for line in self.reserved], 32))]

    def _order_transactions(self, orders: Orders, hour: int) -> Iterator[Transaction]:
        """Each trader's own transaction that places its order for `hour`."""
        auction, address, words = self.contracts[self.auction], self._address, orders.words(hour)
        for trader, count, at in zip(orders.traders, orders.count.tolist(), range(0, len(words), 2 * WORD), strict=True):
            data = _SUBMIT + words[at : at + WORD] if count <= SEGMENTS_A_WORD else _SUBMIT_LONG + words[at : at + 2 * WORD]
            yield Transaction(address[trader], auction, data)

    def submit(self, hour: int, orders: Orders, allocations: Sequence[Transaction] = ()) -> tuple[dict[int, Reverted], Block]:
        """One block: the allocations, which must succeed, then every order in the order given. Gives the refusals by row of `orders`.

        Sealed bids take two: the first block holds the commitments, the second one, from minute 15, reveals them in the same order.
        """
        allocations = [*allocations, *self._reserve(hour)]
        sealed = self.envelopes(hour, orders) if self.bidding.bids == "sealed" else None
        phased: list[tuple[Phase, Transaction]] = [("allocate", transaction) for transaction in allocations]
        if sealed is None:
            phased += [("orders", transaction) for transaction in self._order_transactions(orders, hour)]
        else:
            phased += [("commits", envelope.commit(self.contracts[self.auction])) for envelope in sealed]
        self._orders, self._refusals, self._ready = orders, {}, None
        block = self.send(phased, self.start + hour * 3600 + ORDERS_AT, lambda: self._foresee(hour))
        for receipt in block.receipts[: len(allocations)]:
            if not receipt.success:
                raise refusal(receipt.output)
        answers = block.receipts[len(allocations) :]
        if sealed is not None:
            bound = {trader for trader, receipt in zip(orders.traders, answers, strict=True) if receipt.success}
            reveals: list[tuple[Phase, Transaction]] = [("orders", envelope.reveal(self.contracts[self.auction])) for envelope in sealed]
            block = self.send(reveals, self.start + hour * 3600 + REVEALS_FROM)
            answers = block.receipts
            bound -= {trader for trader, receipt in zip(orders.traders, answers, strict=True) if receipt.success}
            self._silent = sorted(bound)
        self._refusals = {row: refusal(receipt.output) for row, receipt in enumerate(answers) if not receipt.success}
        if self._refusals:
            self._ready = None
        return self._refusals, block

    def _foresee(self, hour: int) -> None:
        """Finds what will be needed if no order is refused; orders that must be are left to the chain."""
        prices, quantities = self._orders.price, self._orders.quantity
        here = np.arange(MOST_SEGMENTS) < self._orders.count[:, None]
        sound = (prices >= self.rules.floor) & (prices <= self.rules.cap) & (quantities >= 1) & (quantities < 2**32)
        if self._orders.count.min(initial=1) >= 1 and sound[here].all():
            self._ready = self._prepare(hour)

    def submit_day(self, day: int, orders: Mapping[int, Orders], arrival: Sequence[str]) -> Block:
        """One block, before the day begins, with a transaction of each trader for all hours of the day; `arrival` is their order in it."""
        words: dict[str, list[bytes]] = {trader: [] for trader in arrival}
        for hour, placed in orders.items():
            packed = placed.words(hour)
            for trader, count, at in zip(placed.traders, placed.count.tolist(), range(0, len(packed), 2 * WORD), strict=True):
                words[trader].append(packed[at : at + WORD if count <= SEGMENTS_A_WORD else at + 2 * WORD])
        address, call = self.contracts[self.auction], interface(self.auction).packed_call
        senders = [trader for trader, sent in words.items() if sent]
        sent = [Transaction(self.address(trader), address, call("submitDay", b"".join(words[trader]))) for trader in senders]
        block = self.send([("orders", transaction) for transaction in sent], self.start + day * 86_400 - BEFORE_THE_DAY)
        refusals = {trader: refusal(receipt.output) for trader, receipt in zip(senders, block.receipts, strict=True) if not receipt.success}
        for hour, placed in orders.items():
            row_of = {trader: row for row, trader in enumerate(placed.traders)}
            self._ahead[hour] = placed, {row_of[trader]: said for trader, said in refusals.items() if trader in row_of}
        return block

    def begin_hour(self, hour: int, allocations: Sequence[Transaction]) -> None:
        """Orders of the day before stand; the allocations, if any, are one block and must succeed."""
        if allocations := [*allocations, *self._reserve(hour)]:
            self.carry_out([("allocate", transaction) for transaction in allocations], self.start + hour * 3600 + ORDERS_AT)
        self._orders, self._refusals = self._ahead.pop(hour)

    def envelopes(self, hour: int, orders: Orders) -> list[Envelope]:
        """The orders as others see them before they are revealed."""
        return envelopes(orders, hour, self.bidding.seed, self.address)

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

    def solutions(self, book: Book, hour: int) -> tuple[Submission, ...]:
        """A proven solution for every stage of the auction; the hour says what is reserved on the lines."""
        begun, rules = perf_counter(), self.rules_at(hour)
        both = solve_two_stage(book, rules, self.two_stage == "economic")[:2] if self.two_stage else None
        submissions = both or (solve(book, rules),)
        self.seconds["solve"] += perf_counter() - begun
        return submissions

    def clear_transaction(self, hour: int, submissions: Sequence[Submission]) -> Transaction:
        """The operator's `clear` with the flows of the last stage and the bounds of all of them."""
        flows = _pairs([submissions[-1].received, submissions[-1].sent])
        bounds = b"".join(_pairs([submission.high, submission.low]) for submission in submissions)
        return self.packed_call(self.auction, "clear", hour, self._trader_words, flows, bounds)

    def pairing_transaction(self, hour: int, book: Book) -> Transaction:
        """The operator's `clear` of matched pairs with the sorted book."""
        traders = [self.address(trader.id) for trader in self.traders]
        return self.operator_call(self.auction, "clear", hour, traders, sequence_words(sequence(book)))

    def matching_transaction(self, hour: int, book: Book) -> Transaction:
        """The operator's `clear` of corridor matching: provincial bounds, and the rows that take part in the region."""
        begun = perf_counter()
        submission, fills = solve_provinces(book, self.rules)
        listed = sides(book, fills, self.two_stage == "economic")
        self.seconds["solve"] += perf_counter() - begun
        bounds = _pairs([submission.high, submission.low])
        return self.packed_call(self.auction, "clear", hour, self._trader_words, bounds, pack_lanes((*listed.offers, *listed.bids), 32))

    def _prepare(self, hour: int) -> tuple[Standing, Transaction]:
        """What stands, and the transaction that clears it."""
        standing = self.standing()
        if self.mechanism == "matched-pairs":
            return standing, self.pairing_transaction(hour, standing.book)
        if self.regional == "corridor_matching":
            return standing, self.matching_transaction(hour, standing.book)
        return standing, self.clear_transaction(hour, self.solutions(standing.book, hour))

    def clear(self, hour: int, following: Sequence[tuple[Phase, Transaction]] = ()) -> Cleared:
        """Solves the book, clears it in one block together with the transactions `following` it; raises Reverted if any is refused."""
        standing, transaction = self._ready or self._prepare(hour)
        self._ready = None
        phased: list[tuple[Phase, Transaction]] = [("clear", transaction), *following]
        if self._silent:
            silent = [self.address(trader) for trader in self._silent]
            phased.append(("clear", self.operator_call(self.auction, "forfeit", hour, silent)))
        block = self.carry_out(phased, self.start + hour * 3600 + GATE)
        cleared = self.outcomes.decode(hour, standing, Refused(self._orders, self._refusals), block, self)
        return replace(cleared, entries=Rows.joined((cleared.entries, self._forfeited(block)))) if self._silent else cleared

    def _forfeited(self, block: Block) -> Rows[Entry]:
        """The bonds that the last transaction of the block took."""
        transaction, bond = "0x" + block.receipts[-1].hash.hex(), self.bidding.bond
        paid = [Entry(trader, "bond", -bond, 0, block.number, transaction) for trader in self._silent]
        return Rows.of(Entry, [*paid, Entry("rent", "bond", bond * len(paid), 0, block.number, transaction)])


def _pairs(halves: Sequence[Sequence[int]]) -> bytes:
    """Packed words of two values each; the first list in the low half. OverflowError for a value of more than 63 bits."""
    low_lanes = np.zeros((len(halves[0]), 4), np.int64)
    low_lanes[:, ::2] = np.array(halves, np.int64).reshape(2, -1).T
    return pack_lanes(low_lanes.ravel(), 64)
