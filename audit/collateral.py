"""Collateral against its rule: deposits, the fund, what orders may cost, who pays, and the waterfall of defaults when accounts are closed.

Ledger balances and books are reckoned anew from the rebuilt entries and logs; nothing is read from the contract.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from shengdian.audit.deployment import Deployed
from shengdian.audit.events.deviation import settles
from shengdian.audit.hour import Closing, HourRebuilt
from shengdian.audit.order_book import Where, pro_rata
from shengdian.audit.verdict import Difference
from shengdian.sim.base.hour_result import Default
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.roles import FIRST_NUMBER, RENT
from shengdian.sim.base.units import PPM
from shengdian.sim.market.collateral import BANK
from shengdian.sim.market.participants import participants
from shengdian.sim.scenario import Scenario

Amounts = list[tuple[int, int]]
"""number and 1e-5 CNY, in order"""
KEPT_BITS = 7
"""that limits and deposits are rounded to"""


class CoverAudit:
    """Checks hour after hour."""

    def __init__(self, scenario: Scenario) -> None:
        self.differences: list[Difference] = []
        self.checked = 0
        self._scenario, self._rules = scenario, scenario.collateral
        people = participants(scenario)
        self._names = ["grid", "rent", *(person.id for person in people), BANK]
        self._number = {name: number for number, name in enumerate(self._names)}
        self._traders = [person.id for person in people if person.trades]
        self._bank = self._number[BANK]
        self._balance: dict[int, int] = defaultdict(int)
        """1e-5 CNY on the ledger, by number"""
        self._money: dict[int, int] = defaultdict(int)
        """1e-5 CNY at the bank besides the deposit, by number"""
        self._deposit: dict[int, int] = defaultdict(int)
        self._fund = 0
        self._limits: dict[int, int] = {}
        """1e-5 CNY that an hour's order may cost at worst, by number; who is not here has no limit"""
        self._covered_until = 0
        self._in_default: set[int] = set()
        """numbers of those who did not pay at some close"""

    def check(self, hour: HourRebuilt, deployed: Deployed) -> None:
        """Notes every rule that the hour breaks."""
        if self._rules is None:
            return
        assert hour.result is not None
        if hour.hour == 0:
            self._open(hour)
        self._check_orders(hour)
        for entry in hour.result.ledger:
            if entry.cause != "collateral":
                self._balance[self._number[entry.trader]] += entry.money
        if (hour.hour + 1) % self._rules.hours == 0 and hour.closing.closed:
            self.checked += 1
            self._close(hour.hour, hour.closing, hour.closing.closed)

    def finish(self) -> None:
        """Nothing waits."""

    def _note(self, sentence: str, where: Where | None) -> None:
        block, transaction = (where.block, where.transaction) if where else (None, None)
        self.differences.append(Difference(sentence, block, transaction))

    def _same(self, what: str, said: Amounts, due: Amounts, where: Where | None) -> None:
        if said == due:
            return
        wrong = next((at for at, (one, other) in enumerate(zip(said, due, strict=False)) if one != other), min(len(said), len(due)))
        texts = [f"{self._names[row[wrong][0]]} {row[wrong][1]}" if wrong < len(row) else "nobody" for row in (said, due)]
        self._note(f"{what}: {texts[0]} (1e-5 CNY); it should be {texts[1]}", where)

    # --- deposits and limits --------------------------------------------------------------------------------------------------

    def _open(self, hour: HourRebuilt) -> None:
        """Traders deposit for their worst order, and give to the fund in proportion."""
        assert self._rules is not None
        closing = hour.closing
        deposits = {trader: self._due_deposit(trader) for trader in self._traders}
        weights = list(deposits.values()) if any(deposits.values()) else [1] * len(deposits)
        fund = dict(zip(deposits, largest_remainder(self._rules.fund, weights), strict=True))
        numbers = {trader: self._number[trader] for trader in deposits}
        due = [(numbers[trader], amount) for trader, amount in deposits.items() if amount]
        self._same("a deposit before hour 0", closing.deposited, due, None)
        given = [(numbers[trader], amount) for trader, amount in fund.items() if amount]
        self._same("what is given to the fund before hour 0", closing.contributed, given, None)
        brought = [(numbers[trader], deposits[trader] + fund[trader]) for trader in deposits]
        self._same("cash credited before hour 0", closing.credited[: len(brought)], brought, None)
        del closing.credited[: len(brought)]
        for number, amount in closing.deposited:
            self._deposit[number] += amount
            self._limits[number] = rounded_down(self._deposit[number] // self._rules.hours)
        self._fund = sum(amount for _, amount in closing.contributed)
        self._covered_until = self._rules.hours

    def _due_deposit(self, trader: str) -> int:
        """1e-5 CNY: the worst order of so many hours, times the factor. A plant gives all it has at the floor, others pay the cap for
        everything that they settle in their peak hour, storage one of the two for its power; or a sealed order of as much costs its
        bond."""
        scenario, rules = self._scenario, self._rules
        assert rules is not None
        plant = next((plant for plant in scenario.plants if plant.id == trader), None)
        storage = next((each for each in scenario.storages if each.id == trader), None)
        abroad = next((each for each in scenario.exchanges if each.id == trader), None)
        bond = scenario.bond_rate if scenario.bids == "sealed" else 0
        if plant or (abroad and abroad.imported > 0):
            worst = max(0, -scenario.floor, bond) * (plant.capacity if plant else abroad.imported if abroad else 0)
        elif storage:
            worst = max(scenario.cap, -scenario.floor, bond) * max(storage.charge, storage.discharge)
        elif abroad:
            worst = max(0, scenario.cap, bond) * max(abroad.exported(hour) for hour in range(scenario.hours))
        else:
            users = [user for user in scenario.users if settles(user, {}) == trader]
            worst = max(0, scenario.cap, bond) * max(sum(user.demand[hour] for user in users) for hour in range(scenario.hours))
        return rounded_up(worst) * rules.hours * rules.factor // PPM

    def _check_orders(self, hour: HourRebuilt) -> None:
        """No order that stands can cost more than its trader's limit, or is of an hour without cover; nor can a bond."""
        for number, energy in hour.committed.items():
            limit, bond = self._limits.get(number), self._scenario.bond_rate * energy
            if limit is not None and bond > limit:
                self._note(f"the bond of {self._names[number]} in hour {hour.hour} is {bond}; its collateral covers {limit}", None)
        worst: dict[int, int] = defaultdict(int)
        for row in hour.book:
            worst[row.number] += max(0, -row.price if row.sells else row.price) * row.quantity
        for number, cost in worst.items():
            limit = self._limits.get(number)
            if limit is not None and (cost > limit or hour.hour >= self._covered_until):
                sentence = f"the order of {self._names[number]} for hour {hour.hour} can cost {cost}; its collateral covers {limit}"
                self._note(sentence, hour.placed[number])

    # --- a close --------------------------------------------------------------------------------------------------------------

    def _close(self, hour: int, closing: Closing, where: Where) -> None:
        assert self._rules is not None
        unwilling = {self._number[name] for name in self._rules.defaults}
        people = range(FIRST_NUMBER, self._bank)
        debts = [(number, -self._balance[number]) for number in people if self._balance[number] < 0 and number not in unwilling]
        lacking = [(number, debt - self._money[number]) for number, debt in debts if debt > self._money[number]]
        self._same(f"cash credited in hour {hour}", closing.credited, lacking, where)
        self._same(f"a debt paid in hour {hour}", closing.paid, debts, where)
        for number, amount in closing.credited:
            self._money[number] += amount
        for number, amount in closing.paid:
            self._money[number] -= amount
            self._balance[number] += amount
            self._balance[self._bank] -= amount
            if self._money[number] < 0:
                self._note(f"{self._names[number]} pays {amount} in hour {hour} and has not as much", where)
        due, shared = self._waterfall()
        if closing.defaults != due:
            self._note(f"defaults of hour {hour} are {_told(closing.defaults)}; they should be {_told(due)}", where)
        waiting = {number: self._balance[number] for number in range(FIRST_NUMBER) if self._balance[number] < 0}
        moved = [0 if number in waiting else -self._balance[number] for number in range(self._bank)]
        moved.append(-sum(moved))
        self._same(f"what closes an account in hour {hour}", list(enumerate(closing.amounts)), list(enumerate(moved)), where)
        for number in range(self._bank):
            if self._balance[number] > 0:
                self._money[number] += self._balance[number] - shared.get(number, 0)
        self._balance.clear()
        self._balance.update(waiting)
        self._in_default |= {self._number[default.trader] for default in due}
        for trader in self._traders:
            number = self._number[trader]
            free = 0 if number in self._in_default else self._deposit[number]
            self._limits[number] = rounded_down(free // self._rules.hours)
        self._covered_until = hour + 1 + self._rules.hours
        if closing.next_close != self._covered_until:
            self._note(f"accounts are next closed before hour {closing.next_close}; it should be {self._covered_until}", where)

    def _waterfall(self) -> tuple[list[Default], Mapping[int, int]]:
        """Who still owes, and what those who are owed do not get, by number: own deposit first, then the fund, then the rent, then
        all who are owed.

        What grid and rent lack is no default: it waits for what they earn.
        """
        due, missing = [], 0
        for number in range(FIRST_NUMBER, self._bank):
            owed = -self._balance[number]
            if owed > 0:
                own = min(owed, self._deposit[number])
                from_fund = min(owed - own, self._fund)
                self._deposit[number] -= own
                self._fund -= from_fund
                missing += owed - own - from_fund
                due.append(Default(self._names[number], owed, own, from_fund, owed - own - from_fund))
        claims = {number: self._balance[number] for number in range(self._bank) if self._balance[number] > 0}
        rent = min(missing, claims.pop(RENT, 0))
        return due, {RENT: rent, **dict(zip(claims, pro_rata(list(claims.values()), missing - rent), strict=True))}


def rounded_down(amount: int) -> int:
    """1e-5 CNY, to its highest seven bits; 0 below 128."""
    shift = max(amount, 0).bit_length() - KEPT_BITS
    return amount >> shift << shift if shift > 0 else 0


def rounded_up(amount: int) -> int:
    """The least amount of seven bits that is not below `amount`; 0 below 128."""
    shift = max(amount, 0).bit_length() - KEPT_BITS
    return -(-amount >> shift) << shift if shift > 0 else 0


def _told(defaults: list[Default]) -> str:
    parts = [f"{each.trader} {each.owed} ({each.from_collateral} + {each.from_fund} + {each.shared})" for each in defaults]
    return ", ".join(parts) or "none"
