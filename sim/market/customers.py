"""Customers of retailers in a run: who serves whom at which rate, told to the chain at the start of a day and billed at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import Bill, Consumption, Entry
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.delivery import Accounts
from shengdian.sim.market.deviation import Deviations
from shengdian.sim.scenario import Scenario


class Customers:
    """The customers of one market; needs retailers."""

    def __init__(self, scenario: Scenario, market: ChainMarket, accounts: Accounts, deviations: Deviations | None) -> None:
        """`accounts` and `deviations`, where meters are settled, are told who buys for whom."""
        assert scenario.retailers, "only where there are retailers"
        self.scenario, self.market = scenario, market
        self._accounts, self._deviations = accounts, deviations
        first: dict[str, str] = {}
        for each in scenario.retailers:
            first.setdefault(each.zone, each.id)
        self._named = [user for zone in first for user in scenario.users if user.chooses and user.zone == zone]
        """users who may choose, as the contract knows them"""
        self.chosen = {user.id: first[user.zone] for user in self._named}
        """retailer by user"""
        self._inertia = {each.id: each.inertia for each in scenario.retailers}
        self.rates: dict[str, int] = {}
        """fen/MWh by retailer"""
        places = {user.id: place for place, user in enumerate(scenario.users)}
        self._rows = [places[user.id] for user in self._named]
        self._energy = np.zeros(len(self._rows), np.int64)
        """kWh bought since the last bill, by user named"""

    def registration(self) -> list[Transaction]:
        """Before the first hour: the retailers; the first of a zone has all who may choose."""
        address = self.market.address
        return [
            self.market.operator_call(
                "Retail", "setRetailer", address(each.id), [address(user) for user, retailer in self.chosen.items() if retailer == each.id]
            )
            for each in self.scenario.retailers
        ]

    def begin_day(self, hour: int, agents: Mapping[str, Any]) -> list[Transaction]:
        """Retailers say what they ask for the day that begins with `hour`, and users choose between those of their zone.

        `agents` by id. Gives what tells the chain of changes.
        """
        scenario, day = self.scenario, hour // self.scenario.day
        rates = {each.id: agents[each.id].asks(hour) for each in scenario.retailers}
        told = [self.market.call(each, "Retail", "post", rate) for each, rate in rates.items() if self.rates.get(each) != rate]
        self.rates = rates
        for user in self._named:
            offers = {each.id: rates[each.id] for each in scenario.retailers if each.zone == user.zone}
            chosen = agents[user.id].chooses(day, self.chosen[user.id], offers, self._inertia[self.chosen[user.id]])
            if chosen != self.chosen[user.id]:
                told.append(self.market.call(user.id, "Retail", "choose", self.market.address(chosen)))
                self.chosen[user.id] = chosen
        self._serve(agents)
        return told

    def _serve(self, agents: Mapping[str, Any]) -> None:
        """Everybody is told who buys for whom."""
        self._accounts.serve(self.chosen)
        if self._deviations:
            self._deviations.serve(self.chosen)
        for retailer in self.scenario.retailers:
            agents[retailer.id].begin_day(self._accounts.served[retailer.id])

    def take(self, consumption: Rows[Consumption]) -> None:
        """Takes in what was bought in an hour, as cleared."""
        self._energy += np.asarray(consumption.columns["bought"], np.int64)[self._rows]

    def bill(self, hour: int) -> Transaction:
        """The bill of all hours since the last one, up to and with `hour`."""
        return self.market.operator_call("Retail", "bill", hour, self._energy.tolist())

    def billed(self, hour: int, since: int, block: Block) -> tuple[Bill, ...]:
        """What the bill of the hours `since` ... `hour` says, the last but one transaction of `block`."""
        log = next(log for log in block.receipts[-2].logs if log.address == self.market.contracts["Retail"])
        _, event = interface("Retail").event(log)
        self._energy = np.zeros(len(self._rows), np.int64)
        day, taken = hour // self.scenario.day, zip(self._named, event["energy"], strict=True)
        return tuple(
            Bill(day, since, user.id, user.zone, retailer, energy, rate, rate * energy, "user")
            for user, energy in taken
            for retailer in (self.chosen[user.id],)
            for rate in (self.rates[retailer],)
        )

    def state(self) -> dict[str, Any]:
        """Rates and choices at the end of a day."""
        return {"rates": self.rates, "chosen": self.chosen}

    def restore(self, state: Mapping[str, Any], agents: Mapping[str, Any]) -> None:
        """Takes over what `state` gave; `agents` by id."""
        self.rates, self.chosen = dict(state["rates"]), dict(state["chosen"])
        self._serve(agents)


def paid(rows: Sequence[Bill], block: int, transaction: str) -> list[Entry]:
    """The payments of customers' bills, and the energy that goes on from retailers to them."""
    found = [Entry(row.user, "retail", -row.amount, row.energy, block, transaction, "user") for row in rows if row.energy]
    for retailer in dict.fromkeys(row.supplier for row in rows):
        own = [row for row in rows if row.supplier == retailer and row.energy]
        if own:
            money, energy = sum(row.amount for row in own), sum(row.energy for row in own)
            found.append(Entry(retailer, "retail", money, -energy, block, transaction, "retailer"))
    return found
