"""Bills of a run: captive users pay what their default supplier paid for them, and the grid is paid its charges; as rows of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from shengdian.sim.scenario import Scenario, supplier_id


@dataclass(frozen=True, slots=True)
class Billed:
    """What a bill moved; empty where none was sent."""

    rows: tuple[Bill, ...]
    entries: Rows[Entry]


class Retail:
    """The bills of one market; needs `scenario.billed`."""

    def __init__(self, scenario: Scenario, market: ChainMarket) -> None:
        assert scenario.billed, "only where somebody is billed"
        self.scenario, self.market = scenario, market
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
        """Before the first hour: a tariff for every default supplier that buys for somebody, and the charges."""
        address, call = self.market.address, self.market.operator_call
        return [
            *(
                call("Tariffs", "setTariff", address(supplier_id(zone)), [address(user.id) for user in users])
                for zone, users in self._users.items()
            ),
            *(call("Tariffs", "setCharge", each.rate, [address(payer) for payer in each.payers]) for each in self._charges),
        ]

    def resume(self, hour: int) -> None:
        """Goes on with `hour`, the first of a day: the hours before it are billed."""
        self._since = hour

    def due(self, hour: int, generation: Rows[Generation], consumption: Rows[Consumption]) -> list[tuple[Phase, Transaction]]:
        """Takes in what was bought and given in `hour`, as cleared; gives the bill where one is made with it."""
        self._energy += np.asarray(consumption.columns["bought"], np.int64)[self._rows]
        for each, payers, used in zip(self._charges, self._payers, self._used, strict=True):
            columns = (consumption if each.base == "load" else generation).columns
            for name in COLUMNS[each.base]:
                used += np.asarray(columns[name], np.int64)[payers]
        if not self.scenario.bills_after(hour):
            return []
        return [("bills", self.market.operator_call("Tariffs", "bill", hour, np.concatenate((self._energy, *self._used)).tolist()))]

    def decode(self, hour: int, block: Block) -> Billed:
        """What the bill of `hour`, the last transaction of `block`, moved."""
        receipt = block.receipts[-1]
        log = next(log for log in receipt.logs if log.address == self.market.contracts["Tariffs"])
        _, event = interface("Tariffs").event(log)
        transaction, since = "0x" + receipt.hash.hex(), self._since
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
        return Billed(tuple(rows), Rows.of(Entry, entries))


def charged(charge: Charge, rate: int, used: Sequence[int], block: int, transaction: str) -> list[Entry]:
    """The payments of a charge at a rate (fen/MWh), `used` kWh by payer; no energy moves with them."""
    role: RoleName = "user" if charge.base == "load" else "plant"
    paid = zip(charge.payers, used, strict=True)
    found = [Entry(payer, charge.cause, -rate * energy, 0, block, transaction, role) for payer, energy in paid if rate * energy]
    if rate == NO_PRICE or not found:
        return []
    return [*found, Entry("grid", charge.cause, rate * sum(used), 0, block, transaction, "grid")]
