"""Retailers against their rules: what they ask, who goes to whom, and for how much energy customers are billed.

Rates are reckoned anew from the rebuilt prices and the config's loads, choices from the seed, energy from the rebuilt purchases.
"""

from __future__ import annotations

from collections import defaultdict

from shengdian.audit.deployment import Deployed
from shengdian.audit.hour import HourRebuilt
from shengdian.audit.verdict import Difference
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import RetailerSpec
from shengdian.sim.base.units import PPM
from shengdian.sim.scenario import Scenario, UserSpec


class CustomersAudit:
    """Checks hour after hour."""

    def __init__(self, scenario: Scenario) -> None:
        self.differences: list[Difference] = []
        self.checked = 0
        self._scenario = scenario
        self._bought: dict[str, int] = defaultdict(int)
        """kWh since the last bill, by customer"""
        self._choosers = [user for user in scenario.users if user.chooses]
        self._prices: list[dict[str, int | None]] = []
        """fen/MWh by zone, hour by hour of the day so far"""
        self._asked: dict[str, int] = {}
        """fen/MWh due on the day, by retailer"""
        self._chosen: dict[str, str] = {}
        """retailer due on the day, by user"""
        for each in scenario.retailers:
            for user in self._choosers:
                if user.zone == each.zone:
                    self._chosen.setdefault(user.id, each.id)

    def check(self, hour: HourRebuilt, deployed: Deployed) -> None:
        """Notes every rule that the hour breaks."""
        if not self._scenario.retailers:
            return
        if hour.hour % self._scenario.day == 0:
            self._begin_day(hour)
        assert hour.planned is not None
        self._prices.append({zone: hour.planned.final_price(zone) for zone in self._scenario.zones})
        for row in hour.planned.consumption:
            self._bought[row.user] += row.bought
        if hour.customers:
            self.checked += 1
            for user, _, _, energy in hour.customers.taken:
                if energy != self._bought[user]:
                    self._note(hour, f"{user} is billed {energy} kWh; its retailer bought {self._bought[user]} for it")
            self._bought.clear()
        elif self._scenario.bills_after(hour.hour):
            self._note(hour, f"hour {hour.hour} is over without the bill of retailers that is due with it")

    def finish(self) -> None:
        """Nothing waits."""

    def _begin_day(self, hour: HourRebuilt) -> None:
        """Rates by the day before, then choices by the rates."""
        scenario, day = self._scenario, hour.hour // self._scenario.day
        self._asked = {each.id: self._rate(each, hour.hour) for each in scenario.retailers}
        self._prices = []
        for each in scenario.retailers:
            if hour.asked.get(each.id) != self._asked[each.id]:
                self._note(
                    hour, f"{each.id} asks {hour.asked.get(each.id)} fen/MWh on day {day}; its forecast makes it {self._asked[each.id]}"
                )
        for user in self._choosers:
            self._chosen[user.id] = due = self._choice(user, day)
            if hour.chosen.get(user.id) != due:
                self._note(hour, f"{user.id} is with {hour.chosen.get(user.id)} on day {day}; its draw makes it {due}")

    def _rate(self, retailer: RetailerSpec, hour: int) -> int:
        """fen/MWh: mean price of the day before by what was needed, or the benchmark, and the margin, rounded up; at least 0."""
        own = [user for user in self._choosers if self._chosen[user.id] == retailer.id and hour]
        own = own or [user for user in self._choosers if user.zone == retailer.zone]
        cost, energy = 0, 0
        for at, prices in enumerate(self._prices, hour - len(self._prices)):
            if (price := prices[retailer.zone]) is not None:
                needed = sum(user.demand[at] for user in own)
                cost, energy = cost + price * needed, energy + needed
        if not energy:
            cost, energy = retailer.benchmark, 1
        return max(0, -(-cost * (PPM + retailer.margin) // (energy * PPM)))

    def _choice(self, user: UserSpec, day: int) -> str:
        rates = {each.id: self._asked[each.id] for each in self._scenario.retailers if each.zone == user.zone}
        inertia = {each.id: each.inertia for each in self._scenario.retailers}
        own, best = self._chosen[user.id], min(rates, key=lambda name: rates[name])
        if rates[best] >= rates[own]:
            return own
        return own if stream(self._scenario.seed, "choice", user.id, str(day)).integers(PPM) < inertia[own] else best

    def _note(self, hour: HourRebuilt, sentence: str) -> None:
        self.differences.append(Difference(sentence, hour.block, hour.transaction))
