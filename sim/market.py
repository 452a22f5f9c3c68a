"""The market on a chain: carries orders and solutions in. What came of them, `outcome.py` decodes.

Nothing above this file sees an address, calldata or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any, Literal

import numpy as np

from sim.abi import refusal, selector
from sim.book import Book
from sim.chain import Block, Chain, Transaction
from sim.corridor_matching import sides
from sim.deployment import Deployment
from sim.errors import Reverted
from sim.orders import MOST_SEGMENTS, SEGMENTS_A_WORD, Orders
from sim.outcome import Cleared, Outcomes, Refused, Standing
from sim.pairing import sequence, sequence_words
from sim.participants import Participant
from sim.paths import list_paths, pack_path
from sim.solve import solve, solve_provinces, solve_two_stage
from sim.types import Mechanism, Phase, Regional, Rules, Submission
from sim.words import WORD, in_lanes

GATE = 1800
"""seconds into the hour after which no order is taken and the operator may clear"""
ORDERS_AT = 60
"""seconds into the hour at which the block of orders is made"""
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
        hubs: Sequence[str] = (),
        regional: Regional = "coupled",
    ) -> None:
        """`start` is the block time of hour 0, seconds; participants who trade come first. `on_block` sees every block made. `hubs` are
        nodes of the lines where nobody trades; they are the zones of the rules after `zones`. `regional` says
        how the second of two stages clears.

        Two stages are uniform, matched pairs are made without lines (and in one zone, which their contract checks).
        """
        assert mechanism == "uniform" or two_stage is None, "two stages are uniform"
        assert mechanism != "matched-pairs" or not rules.lines, "matched pairs are made without lines"
        assert regional == "coupled" or two_stage, "corridors are matched after provinces"
        self.auction = SECOND_STAGES[regional] if two_stage else AUCTIONS[mechanism]
        self.regional = regional
        self.paths = list_paths(rules.lines, len(zones)) if regional == "corridor_matching" else ()
        """that corridors are matched over"""
        super().__init__(chain, participants, ("Registry", "Ledger", "Allocation", self.auction), on_block)
        self.mechanism: Mechanism = mechanism
        self.rules, self.zones, self.start, self.two_stage = rules, tuple(zones), start, two_stage
        self.traders = tuple(participant for participant in participants if participant.trades)
        assert self.participants[: len(self.traders)] == self.traders, "those who trade come first"
        self.zone_of = {participant.id: participant.zone for participant in self.participants}
        self._outcomes = Outcomes(self.auction, rules, zones, self.traders, two_stage, mechanism, hubs)
        self._orders, self._refusals = Orders.of(()), dict[int, Reverted]()
        """of the hour: everything submitted, and what was refused, by row"""
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
        creations = {
            "Registry": (self.operator, self.rules.zones),
            "Ledger": (self.operator,),
            "Allocation": (registry, ledger, self.start),
            self.auction: (registry, ledger, rules, *extra),
        }
        self.create(creations, ("Allocation", self.auction), self.start - 120)
        traders = [self.address(trader.id) for trader in self.traders]
        batches = [traders[place : place + ADMITTED_AT_ONCE] for place in range(0, len(traders), ADMITTED_AT_ONCE)]
        admit = [self.operator_call(self.auction, "admit", batch) for batch in batches]
        self.carry_out([("enrol", transaction) for transaction in (*self.enrolments(), *admit)], self.start - 60)

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
        block = self.send(phased, self.start + hour * 3600 + ORDERS_AT)
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
        traders = [self.address(trader.id) for trader in self.traders]
        return self.operator_call(self.auction, "clear", hour, traders, sequence_words(sequence(book)))

    def matching_transaction(self, hour: int, book: Book) -> Transaction:
        """The operator's `clear` of corridor matching: provincial bounds, and the rows that take part in the region."""
        begun = perf_counter()
        submission, fills = solve_provinces(book, self.rules)
        listed = sides(book, fills, self.two_stage == "economic")
        self.seconds["solve"] += perf_counter() - begun
        bounds = _pairs([submission.high, submission.low])
        return self.packed_call(self.auction, "clear", hour, self._trader_words, bounds, in_lanes((*listed.offers, *listed.bids), 32))

    def clear(self, hour: int, following: Sequence[tuple[Phase, Transaction]] = ()) -> Cleared:
        """Solves the book, clears it in one block together with the transactions `following` it; raises Reverted if any is refused."""
        standing = self.standing()
        if self.mechanism == "matched-pairs":
            transaction = self.pairing_transaction(hour, standing.book)
        elif self.regional == "corridor_matching":
            transaction = self.matching_transaction(hour, standing.book)
        else:
            transaction = self.clear_transaction(hour, self.solutions(standing.book))
        block = self.carry_out([("clear", transaction), *following], self.start + hour * 3600 + GATE)
        return self._outcomes.decode(hour, standing, Refused(self._orders, self._refusals), block, self)


def _pairs(halves: Sequence[Sequence[int]]) -> bytes:
    """Packed words of two values each; the first list in the low half. OverflowError for a value of more than 63 bits."""
    low_lanes = np.zeros((len(halves[0]), 4), np.int64)
    low_lanes[:, ::2] = np.array(halves, np.int64).reshape(2, -1).T
    return in_lanes(low_lanes.ravel(), 64)
