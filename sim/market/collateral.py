"""Collateral of a run: who deposits how much, who pays when accounts are closed, and what defaults cost, as rows of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from shengdian.sim.base.columns import Rows, TextColumn, same
from shengdian.sim.base.hour_result import Default, Entry
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.roles import AccountName
from shengdian.sim.base.types import Phase
from shengdian.sim.base.units import PPM
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Receipt, Transaction
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.scenario import Scenario, supplier_id
from shengdian.sim.twins import limits

BANK: Final = "bank"
"""the collateral's own account in the record"""


@dataclass(frozen=True, slots=True)
class Closed:
    """What the end of an hour moved; empty where accounts stay open."""

    entries: Rows[Entry]
    defaults: tuple[Default, ...] = ()


class Collaterals:
    """The collateral of one market; needs `scenario.collateral`."""

    def __init__(self, scenario: Scenario, market: ChainMarket) -> None:
        assert scenario.collateral is not None, "only where collateral is required"
        self.scenario, self.market, self.rules = scenario, market, scenario.collateral
        self._bond_rate = market.rules.bond_rate if market.rules.bids == "sealed" else 0
        self._everybody = [market.address(participant.id) for participant in market.participants]
        self._ids = ["grid", "rent", *(participant.id for participant in market.participants), BANK]
        self._roles: list[AccountName] = ["grid", "rent", *(participant.role_name for participant in market.participants), BANK]

    def registration(self) -> list[Transaction]:
        """Before the first hour: traders deposit, and give to the fund in proportion to their deposits (equal parts without any)."""
        deposits = {trader.id: self.deposit(trader.id) for trader in self.market.traders}
        fund = largest_remainder(self.rules.fund, list(deposits.values()) if any(deposits.values()) else [1] * len(deposits))
        given = dict(zip(deposits, fund, strict=True))
        calls = [self._credit({trader: deposits[trader] + given[trader] for trader in deposits})]
        calls += [self.market.call(trader, "Collateral", "deposit", amount) for trader, amount in deposits.items() if amount]
        return calls + [self.market.call(trader, "Collateral", "contribute", amount) for trader, amount in given.items() if amount]

    def deposit(self, trader: str) -> int:
        """1e-5 CNY: so many hours of the trader's worst order, times the factor. At worst a plant gives all it has at the floor, as an
        import does, whoever buys pays the cap for all that is needed in the peak hour, and storage the worse of the two for its power; or a
        sealed order of as much costs its bond."""
        price, energy = self.scenario.cap, self._peak(trader)
        for exchange in self.scenario.exchanges:
            if exchange.id == trader and exchange.imported > 0:
                price, energy = -self.scenario.floor, exchange.imported
        for plant in self.scenario.plants:
            if plant.id == trader:
                price, energy = -self.scenario.floor, plant.capacity
        for storage in self.scenario.storages:
            if storage.id == trader:
                price, energy = max(self.scenario.cap, -self.scenario.floor), max(storage.charge, storage.discharge)
        worst = max(0, price, self._bond_rate) * energy
        code = limits.encode(worst)
        if limits.decode(code) < worst:
            code += 1
        return limits.decode(code) * self.rules.hours * self.rules.factor // PPM

    def _peak(self, trader: str) -> int:
        """kWh that a user, all captive users of a supplier, or an export, need in their peak hour."""
        hours = range(self.scenario.hours)
        for exchange in self.scenario.exchanges:
            if exchange.id == trader:
                return max(exchange.exported(hour) for hour in hours)
        users = [user for user in self.scenario.users if (supplier_id(user.zone) if user.captive else user.id) == trader]
        return max((sum(user.demand[hour] for user in users) for hour in hours), default=0)

    def close(self, hour: int) -> Closed:
        """After the last hour before a close, in a block of its own: everybody who does pays what is owed, then accounts are closed.

        Raises Reverted where the contract refuses.
        """
        if (hour + 1) % self.rules.hours:
            return Closed(Rows.of(Entry, ()))
        owed = {name: -balance for name, balance in self._balances().items() if balance < 0 and name not in self.rules.defaults}
        missing = {name: debt - self._money(name) for name, debt in owed.items()}
        calls = [self._credit({name: amount for name, amount in missing.items() if amount > 0})]
        calls += [self.market.call(name, "Collateral", "pay", debt) for name, debt in owed.items()]
        everybody = [*self._everybody, self.market.contracts["Collateral"]]
        calls.append(self.market.operator_call("Collateral", "close", everybody))
        phased: list[tuple[Phase, Transaction]] = [("collateral", call) for call in calls]
        block = self.market.carry_out(phased, self.market.rules.timetable.closes(hour))
        entries: list[tuple[int, int, str]] = []
        bank = len(self._ids) - 1
        defaults: list[Default] = []
        for receipt in block.receipts:
            transaction = "0x" + receipt.hash.hex()
            for name, event in self._events(receipt):
                if name == "DebtPaid":
                    entries += [(event["number"], event["amount"], transaction), (bank, -event["amount"], transaction)]
                elif name == "AccountsClosed":
                    entries += [(number, amount, transaction) for number, amount in enumerate(event["amounts"]) if amount]
                elif name == "Defaulted":
                    parts = (event["owed"], event["fromCollateral"], event["fromFund"], event["shared"])
                    defaults.append(Default(self._ids[event["number"]], *parts))
        return Closed(self._rows(entries, block.number), tuple(defaults))

    def _credit(self, amounts: Mapping[str, int]) -> Transaction:
        who = [self.market.address(name) for name in amounts]
        return self.market.operator_call("Collateral", "credit", who, list(amounts.values()))

    def _balances(self) -> dict[str, int]:
        """1e-5 CNY on the ledger by participant."""
        return {who.id: self._read("Ledger", "balanceOf", self.market.number[who.id]) for who in self.market.participants}

    def _money(self, name: str) -> int:
        """1e-5 CNY that the participant has at the bank besides its deposit."""
        money: int = self._read("Collateral", "bookOf", self.market.number[name])[0]
        return money

    def _read(self, contract: str, function: str, *args: Any) -> Any:
        call = self.market.operator_call(contract, function, *args)
        return interface(contract).returned(function, self.market.chain.call(call))

    def _events(self, receipt: Receipt) -> list[tuple[str, Mapping[str, Any]]]:
        address = self.market.contracts["Collateral"]
        return [interface("Collateral").event(log) for log in receipt.logs if log.address == address]

    def _rows(self, entries: Sequence[tuple[int, int, str]], block: int) -> Rows[Entry]:
        """Payments of 1e-5 CNY, from account number, amount and transaction of each."""
        numbers = np.array([number for number, _, _ in entries], np.int64)
        return Rows(
            Entry,
            trader=TextColumn(self._ids, numbers),
            cause=same("collateral", len(entries)),
            money=np.array([money for _, money, _ in entries], np.int64),
            energy=np.zeros(len(entries), np.int64),
            block=np.full(len(entries), block),
            transaction=[transaction for _, _, transaction in entries],
            role=TextColumn(self._roles, numbers),
        )
