"""The market on a chain, hour by hour: orders go in, the clearing comes out.

Nothing above this file sees an address, calldata or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from shengdian.sim.base.columns import Rows
from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.orders import Orders
from shengdian.sim.base.types import Phase
from shengdian.sim.chain.port import Block, Chain, Transaction
from shengdian.sim.market.creation import create_market
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.market.hour_clearing import HourClearing
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.order_entry import OrderEntry, Standing
from shengdian.sim.market.outcome import Cleared, Outcomes
from shengdian.sim.market.participants import Participant


class ChainMarket(Deployment):
    """One auction with its registry, ledger, allocation and whatever else its rules ask for, on one chain."""

    def __init__(
        self,
        chain: Chain,
        rules: MarketRules,
        participants: Sequence[Participant],
        on_block: Callable[[Block], None] = lambda block: None,
        idle: Callable[[], None] = lambda: None,
    ) -> None:
        """Creates the contracts and enrols the participants, of whom those who trade come first.

        `on_block` sees every block made. `idle` is what there is to do while another process makes a block. Raises Reverted where a
        contract refuses the rules, ValueError where those who trade do not come first.
        """
        super().__init__(chain, participants, rules.contracts, on_block, idle)
        self.rules = rules
        self.traders = tuple(participant for participant in participants if participant.trades)
        """those admitted, in order of number"""
        if self.participants[: len(self.traders)] != self.traders:
            raise ValueError("those who trade come first")
        self.zone_of = {participant.id: participant.zone for participant in self.participants}
        """index of the zone by participant"""
        self.entry = OrderEntry(self, rules, self.traders)
        self.clearing = HourClearing(self, rules, self.traders)
        self.outcomes = Outcomes(rules, self.traders)
        self._ready: tuple[Standing, Transaction] | None = None
        """what stands if no order of the hour is refused, and the transaction that clears it, where there was time to find them"""
        create_market(self, rules, self.traders)

    def submit(self, hour: int, orders: Orders, allocations: Sequence[Transaction] = ()) -> tuple[Mapping[int, Reverted], Block]:
        """Takes in the hour's orders after the allocations, which must succeed. Gives the refusals by row of `orders`, and the block."""
        self._ready = None
        block = self.entry.submit(hour, orders, allocations, lambda: self._foresee(hour))
        refusals = self.entry.taken.errors
        if refusals:
            self._ready = None
        return refusals, block

    def submit_day(self, day: int, orders: Mapping[int, Orders], arrival: Sequence[str]) -> Block:
        """Takes in the orders of a day's hours before it begins, a transaction a trader; `arrival` is their order in the block."""
        return self.entry.submit_day(day, orders, arrival)

    def begin_hour(self, hour: int, allocations: Sequence[Transaction]) -> None:
        """Begins an hour whose orders came the day before; the allocations, if any, must succeed."""
        self.entry.begin_hour(hour, allocations)

    def standing(self) -> Standing:
        """What the auction holds of the hour."""
        return self.entry.standing()

    def clear(self, hour: int, following: Sequence[tuple[Phase, Transaction]] = ()) -> Cleared:
        """Solves the book, clears it in one block together with the transactions `following` it; raises Reverted if any is refused."""
        standing, transaction = self._ready or self._prepare(hour)
        self._ready = None
        phased: list[tuple[Phase, Transaction]] = [("clear", transaction), *following]
        silent = self.entry.silent
        if silent:
            phased.append(("clear", self.clearing.forfeit(hour, silent)))
        block = self.carry_out(phased, self.rules.timetable.gate(hour))
        cleared = self.outcomes.decode(hour, standing, self.entry.taken, block, self)
        return replace(cleared, entries=Rows.joined((cleared.entries, self.clearing.forfeited(block, silent)))) if silent else cleared

    def _foresee(self, hour: int) -> None:
        """Finds what will be needed if no order is refused; orders that must be are left to the chain."""
        if self.entry.sound():
            self._ready = self._prepare(hour)

    def _prepare(self, hour: int) -> tuple[Standing, Transaction]:
        """What stands, and the transaction that clears it."""
        standing = self.entry.standing()
        return standing, self.clearing.transaction(hour, standing.book)
