"""Bills of a run: captive users pay what their default supplier paid for them, and the grid is paid its charges; as rows of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import Bill, Consumption, Entry, Generation
from shengdian.sim.base.roles import RoleName
from shengdian.sim.base.types import Phase
from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.charges import COLUMNS, Charge, charges
from shengdian.sim.market.customers import Customers, paid
from shengdian.sim.market.delivery import Accounts
from shengdian.sim.market.deviation import Deviations
from shengdian.sim.scenario import Scenario, supplier_id


@dataclass(frozen=True, slots=True)
class Billed:
    """What a bill moved; empty where none was sent."""

    rows: tuple[Bill, ...]
    entries: Rows[Entry]


class Retail:
    """The bills of one market; needs `scenario.billed`."""

    def __init__(self, scenario: Scenario, market: ChainMarket, accounts: Accounts, deviations: Deviations | None) -> None:
        """`accounts` and `deviations`, where meters are settled, are told who buys for whom."""
        assert scenario.billed, "only where somebody is billed"
        self.scenario, self.market = scenario, market
        self._customers = Customers(scenario, market, accounts, deviations) if scenario.retailers else None
        self._users = scenario.billed_users
        places = {user.id: place for place, user in enumerate(scenario.users)}
        self._rows = [place for users in self._users.values() for place in (places[user.id] for user in users)]
        """place in the scenario by user, tariff by tariff"""
        self._energy = np.zeros(len(self._rows), np.int64)
        """kWh bought since the last bill, likewise"""
        self._charges = charges(scenario)
        plants = {plant.id: place for place, plant in enumerate(scenario.plants)}
        self._payers = [[(places if each.base == "load" else plants)[payer] for payer in each.payers] for each in self._charges]
        """place in the scenario by charge and payer"""
        self._used = [np.zeros(len(payers), np.int64) for payers in self._payers]
        """kWh since the last bill, likewise"""
        self._since = 0
        """first hour that is not billed"""

    def registration(self) -> list[Transaction]:
        """Before the first hour: a tariff for every default supplier that buys for somebody, the charges, and the retailers."""
        address, call = self.market.address, self.market.operator_call
        return [
            *(
                call("Tariffs", "setTariff", address(supplier_id(zone)), [address(user.id) for user in users])
                for zone, users in self._users.items()
            ),
            *(call("Tariffs", "setCharge", each.rate, [address(payer) for payer in each.payers]) for each in self._charges),
            *(self._customers.registration() if self._customers else ()),
        ]

    def begin_day(self, hour: int, agents: Mapping[str, Any]) -> list[Transaction]:
        """What tells the chain what retailers ask from `hour` on, the first of a day, and whom users chose; `agents` by id."""
        return self._customers.begin_day(hour, agents) if self._customers else []

    def state(self) -> dict[str, Any]:
        """What customers know at the end of a day; nothing without retailers."""
        return {"customers": self._customers.state()} if self._customers else {}

    def restore(self, state: Mapping[str, Any], hour: int, agents: Mapping[str, Any]) -> None:
        """Goes on with `hour`, the first of a day: the hours before it are billed. Takes over what `state` gave; `agents` by id."""
        self._since = hour
        if self._customers:
            self._customers.restore(state["customers"], agents)

    def due(self, hour: int, generation: Rows[Generation], consumption: Rows[Consumption]) -> list[tuple[Phase, Transaction]]:
        """Takes in what was bought and given in `hour`, as cleared; gives the bill where one is made with it."""
        self._energy += np.asarray(consumption.columns["bought"], np.int64)[self._rows]
        if self._customers:
            self._customers.take(consumption)
        for each, payers, used in zip(self._charges, self._payers, self._used, strict=True):
            columns = (consumption if each.base == "load" else generation).columns
            for name in COLUMNS[each.base]:
                used += np.asarray(columns[name], np.int64)[payers]
        if not self.scenario.bills_after(hour):
            return []
        energy = np.concatenate((self._energy, *self._used)).tolist()
        calls = [self._customers.bill(hour)] if self._customers else []
        return [("bills", call) for call in (*calls, self.market.operator_call("Tariffs", "bill", hour, energy))]

    def decode(self, hour: int, block: Block) -> Billed:
        """What the bill of `hour`, the last transaction of `block`, moved, and the one before it where there are retailers."""
        receipt = block.receipts[-1]
        log = next(log for log in receipt.logs if log.address == self.market.contracts["Tariffs"])
        _, event = interface("Tariffs").event(log)
        transaction, since = "0x" + receipt.hash.hex(), self._since
        served = self._customers.billed(hour, since, block) if self._customers else ()
        self._since, self._energy = hour + 1, np.zeros(len(self._rows), np.int64)
        self._used = [np.zeros(len(payers), np.int64) for payers in self._payers]
        rows: list[Bill] = []
        entries: list[Entry] = []
        energy, rates = iter(event["energy"]), iter(event["rates"])
        for zone, users in self._users.items():
            rate = next(rates)
            taken = [(user, next(energy)) for user in users]
            if rate == NO_PRICE:
                continue
            supplier, day = supplier_id(zone), hour // self.scenario.day
            rows += [Bill(day, since, user.id, user.zone, supplier, kwh, rate, rate * kwh, "user") for user, kwh in taken]
            entries += [Entry(user.id, "retail", -rate * kwh, kwh, block.number, transaction, "user") for user, kwh in taken if kwh]
            total = sum(kwh for _, kwh in taken)
            entries.append(Entry(supplier, "retail", rate * total, -total, block.number, transaction, "supplier"))
        for each, rate in zip(self._charges, rates, strict=True):
            entries += charged(each, rate, [next(energy) for _ in each.payers], block.number, transaction)
        if served:
            entries += paid(served, block.number, "0x" + block.receipts[-2].hash.hex())
        return Billed((*rows, *served), Rows.of(Entry, entries))


def charged(charge: Charge, rate: int, used: Sequence[int], block: int, transaction: str) -> list[Entry]:
    """The payments of a charge at a rate (fen/MWh), `used` kWh by payer; no energy moves with them."""
    role: RoleName = "user" if charge.base == "load" else "plant"
    paid = zip(charge.payers, used, strict=True)
    found = [Entry(payer, charge.cause, -rate * energy, 0, block, transaction, role) for payer, energy in paid if rate * energy]
    if rate == NO_PRICE or not found:
        return []
    return [*found, Entry(charge.account, charge.cause, rate * sum(used), 0, block, transaction, charge.account)]
