"""Bills against their rule: for how much energy, and at what rate: so that the supplier's account is back at zero, or as the config says.

Balances are reckoned anew from the rebuilt entries, energy from the rebuilt purchases; nothing is read from the contract.
"""

from __future__ import annotations

from collections import defaultdict

from shengdian.audit.deployment import Deployed
from shengdian.audit.hour import BillSent, HourRebuilt
from shengdian.audit.verdict import Difference
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.base.units import COVERS_RENT, NO_PRICE, RECOVERS
from shengdian.sim.market.charges import charges
from shengdian.sim.market.participants import participants
from shengdian.sim.scenario import Scenario


class RetailAudit:
    """Checks hour after hour."""

    def __init__(self, scenario: Scenario) -> None:
        self.differences: list[Difference] = []
        self.checked = 0
        self._scenario = scenario
        self._names = {FIRST_NUMBER + place: person.id for place, person in enumerate(participants(scenario))}
        self._captive = {user.id for user in scenario.users if user.captive and not user.chooses}
        self._bought: dict[str, int] = defaultdict(int)
        """kWh since the last bill, by captive user"""
        self._balance: dict[str, int] = defaultdict(int)
        """1e-5 CNY on the ledger, by supplier, and of the rent"""
        self._charges = charges(scenario)
        self._used: list[dict[str, int]] = [defaultdict(int) for _ in self._charges]
        """kWh since the last bill, by charge and payer"""

    def check(self, hour: HourRebuilt, deployed: Deployed) -> None:
        """Notes every rule that the hour breaks."""
        if not self._scenario.billed:
            return
        assert hour.planned is not None
        assert hour.result is not None
        for row in hour.planned.consumption:
            if row.user in self._captive:
                self._bought[row.user] += row.bought
        for each, used in zip(self._charges, self._used, strict=True):
            if each.base == "load":
                for taken in hour.planned.consumption:
                    used[taken.user] += taken.contracted + taken.bought
            else:
                for given in hour.planned.generation:
                    used[given.plant] += given.scheduled if each.base == "generation" else given.available
        for entry in hour.result.ledger:
            if entry.role in ("supplier", "rent") and entry.cause not in ("retail", "uplift", "collateral"):
                self._balance[entry.trader] += entry.money
        if hour.billed:
            self.checked += 1
            self._check_bill(hour.billed)
            self._check_charges(hour.billed)
            self._bought.clear()
        if hour.closing.closed:
            self._balance.clear()

    def finish(self) -> None:
        """Nothing waits."""

    def _check_bill(self, sent: BillSent) -> None:
        for number, rate, taken in sent.tariffs:
            supplier, total = self._names[number], sum(energy for _, energy in taken)
            for user, energy in taken:
                name = self._names[user]
                if energy != self._bought[name]:
                    self._note(sent, f"{name} is billed {energy} kWh; its supplier bought {self._bought[name]} for it")
            due = -(self._balance[supplier] // total) if total else NO_PRICE
            if rate != due:
                self._note(sent, f"the users of {supplier} are billed at {rate} fen/MWh; what its account lacks comes to {due}")
            self._balance[supplier] += rate * total

    def _check_charges(self, sent: BillSent) -> None:
        paid = 0
        for each, used, (rate, counted) in zip(self._charges, self._used, sent.charges, strict=False):
            for payer, energy in zip(each.payers, counted, strict=False):
                if energy != used[payer]:
                    self._note(sent, f"{payer} is charged for {energy} kWh of {each.base}; it had {used[payer]}")
            total, due = sum(counted), each.rate
            if each.rate == RECOVERS:
                due, paid = (-(-paid // total), 0) if total else (NO_PRICE, paid)
            elif each.rate == COVERS_RENT:
                due = -(self._balance["rent"] // total) if total else NO_PRICE
                self._balance["rent"] += rate * total
            paid += max(0, -each.rate) * total
            if rate != due:
                self._note(sent, f"the charge on {each.base} for {each.cause} is {rate} fen/MWh; it should be {due}")
            used.clear()

    def _note(self, sent: BillSent, sentence: str) -> None:
        self.differences.append(Difference(sentence, sent.where.block, sent.where.transaction))
