"""An hour is cleared: the operator solves the book that stands and sends the solution with its proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter

import numpy as np

from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import Entry
from shengdian.sim.base.types import Submission
from shengdian.sim.chain.abi_words import WORD, pack_lanes
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.market.companies import fixed_cost_words
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.market.dispatch import plan_words
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant
from shengdian.sim.market.standing import Standing
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.clearing import NoStrictSolution, solve, solve_loosely, solve_provinces, solve_two_stage
from shengdian.sim.solve.corridor_matching import sides
from shengdian.sim.solve.nodal_clearing import solve_nodal
from shengdian.sim.solve.pairing import sequence, sequence_words
from shengdian.sim.solve.redispatch import solve_one_price
from shengdian.sim.twins.nodal_auction import words_of_solution


class HourClearing:
    """The operator's part in one auction."""

    def __init__(self, deployment: Deployment, rules: MarketRules, traders: Sequence[Participant]) -> None:
        """`traders` are those admitted, in order of number."""
        self._deployment, self._rules = deployment, rules
        self._role_of = {trader.id: trader.role_name for trader in traders}
        self._addresses = [deployment.address(trader.id) for trader in traders]
        self._trader_words = b"".join(address.rjust(WORD, b"\0") for address in self._addresses)

    def transaction(self, hour: int, book: Book) -> tuple[Transaction, int]:
        """The operator's `clear` of the book that stands, with the solution that the auction's kind asks for, and when to send it."""
        given, gate = self._rules.declared.given, self._rules.timetable.gate(hour)
        if given == "sequence":
            return self.pairs(hour, book), gate
        if given == "nothing":
            return self._deployment.operator_call(self._rules.contract, "clear", hour, self._addresses), gate
        if self._rules.matches_corridors:
            return self.corridors(hour, book), gate
        if self._rules.nodal:
            return self.nodal(hour, book), gate
        try:
            return self.proven(hour, self.solutions(book, hour)), gate
        except NoStrictSolution:
            return self.proven(hour, self.solutions(book, hour, loosely=True)), self._rules.timetable.loose(hour)

    def solutions(self, book: Book, hour: int, loosely: bool = False) -> tuple[Submission, ...]:
        """A proven solution for every stage of the auction; the hour says what is reserved on the lines.

        One found `loosely` is taken in the last minutes of the hour only. Raises NoStrictSolution where none of the other kind is found.
        """
        begun, rules = perf_counter(), self._rules.at(hour)
        try:
            if reading := "physical" if self._rules.declared.own_first else self._rules.surplus_deficit:
                return solve_two_stage(book, rules, reading, hour, loosely)[:2]
            if self._rules.declared.pays == "redispatch":
                return solve_one_price(book, rules, hour, loosely)
            return (solve_loosely(book, rules, hour) if loosely else solve(book, rules, hour),)
        finally:
            self._deployment.seconds["solve"] += perf_counter() - begun

    def proven(self, hour: int, submissions: Sequence[Submission]) -> Transaction:
        """`clear` with the flows of the last stage and the bounds of all of them."""
        flows = _pairs([submissions[-1].received, submissions[-1].sent])
        bounds = b"".join(_pairs([submission.high, submission.low]) for submission in submissions)
        return self._deployment.packed_call(self._rules.contract, "clear", hour, self._trader_words, flows, bounds)

    def pairs(self, hour: int, book: Book) -> Transaction:
        """`clear` of matched pairs with the sorted book."""
        return self._deployment.operator_call(self._rules.contract, "clear", hour, self._addresses, sequence_words(sequence(book)))

    def corridors(self, hour: int, book: Book) -> Transaction:
        """`clear` of corridor matching: provincial bounds, and the rows that take part in the region."""
        begun = perf_counter()
        submission, fills = solve_provinces(book, self._rules.auction)
        assert self._rules.surplus_deficit is not None, "corridors are matched in a second stage"
        listed = sides(book, fills, self._rules.surplus_deficit)
        self._deployment.seconds["solve"] += perf_counter() - begun
        bounds, rows = _pairs([submission.high, submission.low]), pack_lanes((*listed.offers, *listed.bids), 32)
        return self._deployment.packed_call(self._rules.contract, "clear", hour, self._trader_words, bounds, rows)

    def nodal(self, hour: int, book: Book) -> Transaction:
        """`clear` of nodal prices: net exports, what full rows are worth, and the directions that prove the prices."""
        begun = perf_counter()
        words = words_of_solution(solve_nodal(book, self._rules.auction))
        self._deployment.seconds["solve"] += perf_counter() - begun
        return self._deployment.operator_call(self._rules.contract, "clear", hour, self._addresses, *words)

    def dispatch(self, hour: int, standing: Standing) -> tuple[Transaction, int]:
        """`dispatch` of the plan that stands, with the proof that none is cheaper, and when to send it."""
        try:
            proven, time = self.solutions(standing.book, hour), self._rules.timetable.gate(hour)
        except NoStrictSolution:
            proven, time = self.solutions(standing.book, hour, loosely=True), self._rules.timetable.loose(hour)
        bounds = b"".join(_pairs([submission.high, submission.low]) for submission in proven)
        proof = _pairs([proven[-1].received, proven[-1].sent]), bounds
        plan = plan_words(standing), fixed_cost_words(self._rules.fixed_costs)
        return self._deployment.packed_call(self._rules.contract, "dispatch", hour, *plan, *proof), time

    def forfeit(self, hour: int, silent: Iterable[str]) -> Transaction:
        """Takes the bonds of those whose commitment came to no valid order."""
        addresses = [self._deployment.address(trader) for trader in silent]
        return self._deployment.operator_call(self._rules.contract, "forfeit", hour, addresses)

    def forfeited(self, block: Block, silent: Mapping[str, int]) -> Rows[Entry]:
        """The bonds that the last transaction of the block took; `silent` is kWh committed to, by trader."""
        transaction, rate = "0x" + block.receipts[-1].hash.hex(), self._rules.bond_rate
        paid = [
            Entry(trader, "bond", -rate * energy, 0, block.number, transaction, self._role_of[trader]) for trader, energy in silent.items()
        ]
        return Rows.of(Entry, [*paid, Entry("rent", "bond", rate * sum(silent.values()), 0, block.number, transaction, "rent")])


def _pairs(halves: Sequence[Sequence[int]]) -> bytes:
    """Packed words of two values each; the first list in the low half. OverflowError for a value of more than 63 bits."""
    low_lanes = np.zeros((len(halves[0]), 4), np.int64)
    low_lanes[:, ::2] = np.array(halves, np.int64).reshape(2, -1).T
    return pack_lanes(low_lanes.ravel(), 64)
