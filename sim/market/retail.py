"""Retail bills of a run: captive users pay what their default supplier paid for them, as rows of the record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import Bill, Consumption, Entry
from shengdian.sim.base.types import Phase
from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.scenario import Scenario, supplier_id


@dataclass(frozen=True, slots=True)
class Billed:
    """What a bill moved; empty where none was sent."""

    rows: tuple[Bill, ...]
    entries: Rows[Entry]


class Retail:
    """The retail bills of one market; needs `scenario.billed`."""

    def __init__(self, scenario: Scenario, market: ChainMarket) -> None:
        assert scenario.billed, "only where captive users are billed"
        self.scenario, self.market = scenario, market
        self._users = scenario.billed_users
        places = {user.id: place for place, user in enumerate(scenario.users)}
        self._rows = [place for users in self._users.values() for place in (places[user.id] for user in users)]
        """place in the scenario by user, tariff by tariff"""
        self._energy = np.zeros(len(self._rows), np.int64)
        """kWh bought since the last bill, likewise"""
        self._since = 0
        """first hour that is not billed"""

    def registration(self) -> list[Transaction]:
        """Before the first hour: a tariff for every default supplier that buys for somebody."""
        address = self.market.address
        return [
            self.market.operator_call("Tariffs", "setTariff", address(supplier_id(zone)), [address(user.id) for user in users])
            for zone, users in self._users.items()
        ]

    def resume(self, hour: int) -> None:
        """Goes on with `hour`, the first of a day: the hours before it are billed."""
        self._since = hour

    def due(self, hour: int, consumption: Rows[Consumption]) -> list[tuple[Phase, Transaction]]:
        """Takes in what was bought in `hour`, as cleared; gives the bill where one is made with it."""
        self._energy += np.asarray(consumption.columns["bought"], np.int64)[self._rows]
        if not self.scenario.bills_after(hour):
            return []
        return [("bills", self.market.operator_call("Tariffs", "bill", hour, self._energy.tolist()))]

    def decode(self, hour: int, block: Block) -> Billed:
        """What the bill of `hour`, the last transaction of `block`, moved."""
        receipt = block.receipts[-1]
        log = next(log for log in receipt.logs if log.address == self.market.contracts["Tariffs"])
        _, event = interface("Tariffs").event(log)
        transaction, since = "0x" + receipt.hash.hex(), self._since
        self._since, self._energy = hour + 1, np.zeros(len(self._rows), np.int64)
        rows: list[Bill] = []
        entries: list[Entry] = []
        energy = iter(event["energy"])
        for (zone, users), rate in zip(self._users.items(), event["rates"], strict=True):
            taken = [(user, next(energy)) for user in users]
            if rate == NO_PRICE:
                continue
            supplier, day = supplier_id(zone), hour // self.scenario.day
            rows += [Bill(day, since, user.id, zone, supplier, kwh, rate, rate * kwh, "user") for user, kwh in taken]
            entries += [Entry(user.id, "retail", -rate * kwh, kwh, block.number, transaction, "user") for user, kwh in taken if kwh]
            total = sum(kwh for _, kwh in taken)
            entries.append(Entry(supplier, "retail", rate * total, -total, block.number, transaction, "supplier"))
        return Billed(tuple(rows), Rows.of(Entry, entries))
