"""Customers of retailers in a run: who serves whom at which rate, told to the chain at the start of a day and billed at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import Bill, Consumption, Entry
from shengdian.sim.base.types import Phase
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.scenario import Scenario


class Customers:
    """The customers of one market; needs retailers."""

    def __init__(self, scenario: Scenario, market: ChainMarket) -> None:
        assert scenario.retailers, "only where there are retailers"
        self.scenario, self.market = scenario, market
        first: dict[str, str] = {}
        for each in scenario.retailers:
            first.setdefault(each.zone, each.id)
        self._named = [user for zone in first for user in scenario.users if user.chooses and user.zone == zone]
        """users who may choose, as the contract knows them"""
        self.chosen = {user.id: first[user.zone] for user in self._named}
        """retailer by user"""
        self.rates: dict[str, int] = {}
        """fen/MWh by retailer"""
        places = {user.id: place for place, user in enumerate(scenario.users)}
        self._rows = [places[user.id] for user in self._named]
        self._energy = np.zeros(len(self._rows), np.int64)
        """kWh bought since the last bill, by user named"""
        self._since = 0
        """first hour that is not billed"""

    def registration(self) -> list[Transaction]:
        """Before the first hour: the retailers; the first of a zone has all who may choose."""
        address = self.market.address
        return [
            self.market.operator_call(
                "Retail", "setRetailer", address(each.id), [address(user) for user, retailer in self.chosen.items() if retailer == each.id]
            )
            for each in self.scenario.retailers
        ]

    def begin_day(self, rates: Mapping[str, int], chosen: Mapping[str, str]) -> list[Transaction]:
        """Takes over the rates (fen/MWh by retailer) and the choices (retailer by user) of a day; gives what tells the chain of changes."""
        told = [self.market.call(each, "Retail", "post", rate) for each, rate in rates.items() if self.rates.get(each) != rate]
        for user, retailer in chosen.items():
            if self.chosen[user] != retailer:
                told.append(self.market.call(user, "Retail", "choose", self.market.address(retailer)))
        self.rates.update(rates)
        self.chosen.update(chosen)
        return told

    def due(self, hour: int, consumption: Rows[Consumption]) -> list[tuple[Phase, Transaction]]:
        """Takes in what was bought in `hour`, as cleared; gives the bill where one is made with it."""
        self._energy += np.asarray(consumption.columns["bought"], np.int64)[self._rows]
        if not self.scenario.bills_after(hour):
            return []
        return [("bills", self.market.operator_call("Retail", "bill", hour, self._energy.tolist()))]

    def billed(self, hour: int, block: Block, place: int) -> tuple[tuple[Bill, ...], Rows[Entry]]:
        """What the bill of `hour`, the transaction at `place` of `block`, moved."""
        taken = dict(zip((user.id for user in self._named), self._energy.tolist(), strict=True))
        since, self._since, self._energy = self._since, hour + 1, np.zeros(len(self._rows), np.int64)
        zone = {user.id: user.zone for user in self._named}
        transaction, day = "0x" + block.receipts[place].hash.hex(), hour // self.scenario.day
        rows = [
            Bill(day, since, user, zone[user], retailer, taken[user], rate, rate * taken[user], "user")
            for user, retailer in self.chosen.items()
            for rate in (self.rates[retailer],)
        ]
        return tuple(rows), Rows.of(Entry, paid(rows, block.number, transaction))

    def state(self) -> dict[str, Any]:
        """Rates and choices at the end of a day."""
        return {"rates": self.rates, "chosen": self.chosen}

    def restore(self, state: Mapping[str, Any], hour: int) -> None:
        """Takes over what `state` gave; goes on with `hour`, the first of a day."""
        self.rates, self.chosen, self._since = dict(state["rates"]), dict(state["chosen"]), hour


def paid(rows: Sequence[Bill], block: int, transaction: str) -> list[Entry]:
    """The payments of customers' bills, and the energy that goes on from retailers to them."""
    found = [Entry(row.user, "retail", -row.amount, row.energy, block, transaction, "user") for row in rows if row.energy]
    for retailer in dict.fromkeys(row.supplier for row in rows):
        own = [row for row in rows if row.supplier == retailer and row.energy]
        if own:
            money, energy = sum(row.amount for row in own), sum(row.energy for row in own)
            found.append(Entry(retailer, "retail", money, -energy, block, transaction, "retailer"))
    return found
