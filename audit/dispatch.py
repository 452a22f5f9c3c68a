"""Plans of hours without orders against the config: every plant stands in them at its cost with what it can give, and all load.

That no plan is cheaper is what `audit/clearing.py` holds against a linear program of its own.
"""

from __future__ import annotations

from collections import defaultdict

from shengdian.audit.deployment import Deployed
from shengdian.audit.hour import HourRebuilt
from shengdian.audit.verdict import Difference
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.market.companies import fixed_costs
from shengdian.sim.market.participants import participants
from shengdian.sim.mechanisms import mechanism_of
from shengdian.sim.scenario import Scenario, supplier_id


class DispatchAudit:
    """Checks hour after hour."""

    def __init__(self, scenario: Scenario) -> None:
        self.differences: list[Difference] = []
        self.checked = 0
        self._scenario = scenario
        self._number = {person.id: FIRST_NUMBER + place for place, person in enumerate(participants(scenario))}
        self._plans = mechanism_of(scenario).dispatches
        self._fixed = fixed_costs(scenario)
        self._last: dict[str, int] = {}
        """kWh that plants gave in the hour before"""

    def check(self, hour: HourRebuilt, deployed: Deployed) -> None:
        """Notes every plant and zone whose part of the plan is not what it is by the config."""
        if not self._plans:
            return
        assert hour.result is not None
        self.checked += 1
        part: dict[int, int] = defaultdict(int)
        price: dict[int, set[int]] = defaultdict(set)
        for row in hour.book:
            part[row.number] += row.quantity
            price[row.number].add(row.price)
        for zone in self._scenario.zones:
            due = self._scenario.load(zone, hour.hour)
            if part[self._number[supplier_id(zone)]] != due:
                self._note(hour, f"the plan has {part[self._number[supplier_id(zone)]]} kWh of load in {zone}; its users need {due}")
        for plant in self._scenario.plants:
            number, most = self._number[plant.id], plant.available[hour.hour]
            if plant.id in self._last:
                most = min(most, self._last[plant.id] + plant.ramp)
            # how water is spread over a day is the operator's to say; what else a plant can give is known
            wrong = part[number] > most if plant.energy_budget is not None else part[number] != most
            if wrong:
                self._note(hour, f"the plan has {part[number]} kWh of {plant.id}; it can give {most}")
            if price[number] - {plant.cost}:
                self._note(hour, f"the plan has {plant.id} at {min(price[number] - {plant.cost})} fen/MWh; it costs {plant.cost}")
        if hour.fixed_costs != self._fixed:
            self._note(hour, "fixed costs are paid otherwise than the config has them")
        self._last = {row.plant: row.metered for row in hour.result.generation}

    def finish(self) -> None:
        """Nothing waits."""

    def _note(self, hour: HourRebuilt, sentence: str) -> None:
        self.differences.append(Difference(f"dispatch of hour {hour.hour}: {sentence}", hour.block, hour.transaction))
