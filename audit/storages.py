"""Storage: what every one holds, from the rebuilt clearings and the config; and that nobody buys or sells what it cannot hold or give.

The chain does not know what a storage holds. Whoever orders beyond it is found here, in the transaction of its order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor

from shengdian.audit.deployment import Deployed
from shengdian.audit.hour import HourRebuilt
from shengdian.audit.verdict import Difference
from shengdian.sim.base.hour_result import Entry, StorageHour
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.base.units import PPM
from shengdian.sim.market.participants import participants
from shengdian.sim.scenario import Scenario


class Held:
    """kWh in every storage, hour by hour, exactly."""

    def __init__(self, scenario: Scenario) -> None:
        self._storages = scenario.storages
        self._held = {storage.id: Fraction(storage.stored) for storage in scenario.storages}

    def rows(self, net: Mapping[str, int], entries: Iterable[Entry]) -> list[StorageHour]:
        """The hour's rows: `net` is kWh bought less kWh sold by storage, `entries` are those of the clearing."""
        if not self._storages:
            return []
        money: dict[str, int] = defaultdict(int)
        for entry in entries:
            if entry.cause in ("auction", "regional"):
                money[entry.trader] += entry.money
        found = []
        for each in self._storages:
            bought, sold = max(net[each.id], 0), max(-net[each.id], 0)
            losses = Fraction(each.efficiency_charge, PPM), Fraction(each.efficiency_discharge, PPM)
            held = self._held[each.id] = self._held[each.id] + bought * losses[0] - sold / losses[1]
            left = int(held * losses[1] * PPM**2)
            found.append(StorageHour(each.id, each.zone, each.tech, bought, sold, floor(held), money[each.id], left))
        return found


class StorageAudit:
    """Checks hour after hour."""

    def __init__(self, scenario: Scenario) -> None:
        self.differences: list[Difference] = []
        self.checked = 0
        self._storages = scenario.storages
        self._number = {person.id: FIRST_NUMBER + place for place, person in enumerate(participants(scenario))}

    def check(self, hour: HourRebuilt, deployed: Deployed) -> None:
        """Notes orders above a storage's power, and hours that leave less than nothing in it or more than it holds."""
        assert hour.result is not None
        for storage, row in zip(self._storages, hour.result.storage, strict=True):
            self.checked += 1
            number = self._number[storage.id]
            for sells, power, what in ((False, storage.charge, "buy"), (True, storage.discharge, "sell")):
                ordered = sum(each.quantity for each in hour.book if each.number == number and each.sells == sells)
                if ordered > power:
                    self._note(f"{storage.id} wants to {what} {ordered} kWh in hour {hour.hour}; its power is {power}", hour, number)
            if not 0 <= row.left <= storage.energy * storage.efficiency_discharge * PPM:
                sentence = f"hour {hour.hour} leaves {storage.id} with {row.held} kWh; it holds 0 to {storage.energy}"
                self._note(sentence, hour, number)

    def _note(self, sentence: str, hour: HourRebuilt, number: int) -> None:
        where = hour.placed.get(number)
        self.differences.append(
            Difference(sentence, where.block, where.transaction) if where else Difference(sentence, hour.block, hour.transaction)
        )

    def finish(self) -> None:
        """Nothing waits."""
