"""One market on three chains, driven step by step through its public interface: every status, log, digest and price equal, and gas too.

Hypothesis chooses the rules, the orders and what comes next: orders good and bad, replaced, by members and strangers; clearings right and
wrong, early, late, repeated; hours that nobody clears. https://hypothesis.readthedocs.io/en/latest/stateful.html
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from shengdian.sim.adapters import open_chain
from shengdian.sim.base.orders import Orders
from shengdian.sim.base.roles import Role
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.base.types import Bid, Line, Offer, Order, Rules, Segment, SurplusDeficit
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.participants import Participant
from shengdian.sim.record.chain_record import Digest

GATE, ORDERS_AT = Timetable(0).gate(0), Timetable(0).orders(0)

pytestmark = pytest.mark.filterwarnings("ignore:The recursion limit will not be reset")  # py-evm raises it
START = 1_700_006_400
EVMS = ("eth-tester", "revm") if sys.version_info < (3, 13) else ("eth-tester",)
CHAINS = ("mirror", *EVMS)
ZONES = ("A", "B")
TRADERS = tuple(Participant(name, Role.PLANT if name < "d" else Role.USER, place % 2) for place, name in enumerate("abcdef"))
OUTSIDER = Participant("outsider", Role.USER, 0, trades=False)
CAP = 1000
LATE = 45 * 60 + 1
Auction = tuple[str, SurplusDeficit | None]

segments = st.lists(st.tuples(st.integers(-20, CAP + 20), st.integers(0, 50)), min_size=1, max_size=5)
"""price fen/MWh and kWh; some prices beyond floor and cap, some quantities of nothing, most not in order"""
auctions = st.sampled_from(
    [("uniform", None), ("pay-as-bid", None), ("matched-pairs", None), ("uniform", "economic"), ("uniform", "physical")]
)


class MarketsInStep(RuleBasedStateMachine):
    """The same things happen to the same market on every chain."""

    @initialize(
        auction=auctions,
        capacity=st.integers(0, 60),
        charge=st.integers(0, 300),
        loss=st.sampled_from([0, 20_000]),
        k=st.integers(0, 10**6),
    )
    def open_markets(self, auction: Auction, capacity: int, charge: int, loss: int, k: int) -> None:
        mechanism, two_stage = auction
        lines = () if mechanism == "matched-pairs" else (Line(0, 1, capacity, charge, loss), Line(1, 0, capacity, charge, loss))
        self.blocks: dict[str, list[Block]] = {name: [] for name in CHAINS}
        self.digests = {name: Digest() for name in CHAINS}
        self.markets = {
            name: ChainMarket(
                open_chain(name),
                MarketRules(tuple(ZONES), Rules(2, lines, 0, CAP, k), Timetable(START), surplus_deficit=two_stage, mechanism=mechanism),
                (*TRADERS, OUTSIDER),
                self.blocks[name].append,
            )
            for name in CHAINS
        }
        self.hour, self.placed, self.compared = 0, False, 0

    # --- what happens -----------------------------------------------------------------------------------------------------------

    def everywhere(self, action: Callable[[ChainMarket], Any]) -> Any:
        """What the action gives, which is the same on every chain."""
        outcomes = [action(self.markets[name]) for name in CHAINS]
        for other in outcomes[1:]:
            assert other == outcomes[0]
        return outcomes[0]

    def sent(self, *phased: Callable[[ChainMarket], Transaction], at: int) -> list[bool]:
        """Statuses of one block of transactions, `at` seconds into the hour or as soon after it as there was no block yet."""
        at = max(at, self.now + 1)

        def send(market: ChainMarket) -> list[bool]:
            block = market.send([("clear", make(market)) for make in phased], START + self.hour * 3600 + at)
            return [receipt.success for receipt in block.receipts]

        found: list[bool] = self.everywhere(send)
        return found

    @property
    def now(self) -> int:
        """Seconds into the hour at which the last block was made; below 0 in an hour that has none."""
        return self.blocks["mirror"][-1].timestamp - START - self.hour * 3600

    @precondition(lambda self: not self.placed and self.now < ORDERS_AT)
    @rule(drawn=st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans(), segments, st.booleans()), max_size=8))
    def orders_are_placed(self, drawn: list[tuple[str, bool, list[tuple[int, int]], bool]]) -> None:
        """The last order of a trader in the block replaces those before it; most are put in order first, as the rules want them."""
        orders: list[Order] = []
        for trader, sells, parts, tidy in drawn:
            if tidy:
                prices = sorted({min(max(price, 0), CAP) for price, _ in parts}, reverse=not sells)
                parts = [(price, quantity + 1) for price, (_, quantity) in zip(prices, parts, strict=False)]
            orders.append((Offer if sells else Bid)(trader, tuple(Segment(price, quantity) for price, quantity in parts)))
        self.everywhere(lambda market: {row: said.error for row, said in market.submit(self.hour, Orders.of(orders))[0].items()})
        self.placed = True

    @precondition(lambda self: not self.placed and self.now < ORDERS_AT)
    @rule()
    def somebody_clears_before_the_gate(self) -> None:
        assert self.sent(lambda market: self.proof(market), at=30) == [False]

    @precondition(lambda self: self.placed)
    @rule(kind=st.sampled_from(["someone is left out", "another hour", "a bound too high", "everything too low", "a stranger", "a flow"]))
    def wrong_clearing_is_refused_everywhere(self, kind: str) -> None:
        def wrong(market: ChainMarket) -> Transaction:
            right = self.proof(market)
            if kind == "a stranger":
                return Transaction(market.address("a"), right.to, right.data)
            if kind == "another hour":
                return Transaction(right.sender, right.to, right.data[:4] + (self.hour + 1).to_bytes(32, "big") + right.data[36:])
            data = bytearray(right.data)
            place = {
                "someone is left out": 4 + 32 * 5,
                "a bound too high": len(data) - 1,
                "everything too low": len(data) - 40,
                "a flow": 32 * 14,
            }
            data[min(place[kind], len(data) - 1)] ^= 0xFF
            return Transaction(right.sender, right.to, bytes(data))

        (done,) = self.sent(wrong, at=GATE)
        assert not done or kind in ("a bound too high", "everything too low", "a flow")  # a byte that no rule reads
        if done:
            self.next_hour()

    @precondition(lambda self: self.placed and self.now < GATE)
    @rule()
    def operator_clears(self) -> None:
        cleared = {name: market.clear(self.hour) for name, market in self.markets.items()}
        first = cleared["mirror"]
        for other in cleared.values():
            assert other.stages == first.stages
            assert np.array_equal(other.net, first.net)
            assert np.array_equal(other.worth, first.worth)
        entries = list(first.entries)
        assert sum(entry.money for entry in entries) == 0
        assert sum(entry.energy for entry in entries) == 0
        lost = sum(flow.sent - flow.received for flow in first.stages[-1].flows)
        assert sum(first.net.tolist()) == -lost
        for stage in first.stages:
            for order in stage.orders:
                assert 0 <= order.filled <= order.quantity
        assert self.sent(lambda market: self.proof(market), at=GATE + 1) == [False], "an hour is cleared once"
        self.next_hour()

    @precondition(lambda self: self.placed)
    @rule()
    def anyone_clears_when_the_operator_is_silent(self) -> None:
        def late(market: ChainMarket) -> Transaction:
            right = self.proof(market)
            return Transaction(market.address("outsider"), right.to, right.data)

        assert self.sent(late, at=LATE) == [True]
        self.next_hour()

    @rule(hours=st.integers(1, 30))
    def nobody_clears(self, hours: int) -> None:
        self.next_hour(hours)

    @rule(function=st.sampled_from(["enrol", "grantRole"]))
    def stranger_gives_itself_a_role(self, function: str) -> None:
        def call(market: ChainMarket) -> Transaction:
            own = market.address("outsider")
            if function == "enrol":
                return market.call("outsider", "Registry", "enrol", own, 1, 0)
            return market.call("outsider", "Ledger", "grantRole", bytes(32), own)

        assert self.sent(call, at=0) == [False]

    # --- helpers ----------------------------------------------------------------------------------------------------------------

    def proof(self, market: ChainMarket) -> Transaction:
        """The right clearing of the hour."""
        book = market.standing().book
        if market.rules.mechanism == "matched-pairs":
            return market.clearing.pairs(self.hour, book)
        return market.clearing.proven(self.hour, market.clearing.solutions(book, self.hour))

    def next_hour(self, hours: int = 1) -> None:
        self.hour, self.placed = self.hour + hours, False

    # --- what always holds ------------------------------------------------------------------------------------------------------

    @invariant()
    def chains_agree(self) -> None:
        if not hasattr(self, "blocks"):
            return
        assert len({len(blocks) for blocks in self.blocks.values()}) == 1
        for place in range(self.compared, len(self.blocks["mirror"])):
            here = {name: blocks[place] for name, blocks in self.blocks.items()}
            for rows in zip(*(block.receipts for block in here.values()), strict=True):
                assert len({(row.success, row.logs, row.output if row.transaction.to else b"") for row in rows}) == 1
                assert len({row.gas for name, row in zip(here, rows, strict=True) if name in EVMS}) == 1
                for name, row in zip(here, rows, strict=True):
                    self.digests[name].extend(row.logs)
        self.compared = len(self.blocks["mirror"])
        assert len({digest.value for digest in self.digests.values()}) == 1


def machine(examples: int, steps: int) -> None:
    allowed = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        MarketsInStep,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, database=None, suppress_health_check=allowed
        ),
    )


def test_three_chains_keep_in_step_whatever_happens_to_the_market() -> None:
    machine(4, 8)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_three_chains_keep_in_step_for_long() -> None:
    machine(150, 30)
