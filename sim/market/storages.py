"""Storage: what it bought and sold in an hour, what it paid and got for it, and what is left in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shengdian.sim.base.columns import plain
from shengdian.sim.base.hour_result import StorageHour
from shengdian.sim.base.types import Cause
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.outcome import Cleared
from shengdian.sim.scenario import Scenario

TRADED: Final[tuple[Cause, ...]] = ("auction", "regional")
"""causes of the ledger that are trade of the hour"""


class Storages:
    """What every storage has left."""

    def __init__(self, scenario: Scenario, market: ChainMarket) -> None:
        place = {trader.id: at for at, trader in enumerate(market.traders)}
        self._storages = [(place[storage.id], storage) for storage in scenario.storages]
        self._left = {storage.id: storage.at_first for storage in scenario.storages}
        """1e-12 kWh that it can give"""

    def end_hour(self, cleared: Cleared) -> list[StorageHour]:
        """Takes in the hour's clearing; a row a storage."""
        if not self._storages:
            return []
        money = dict.fromkeys(self._left, 0)
        entries = cleared.entries.columns
        for trader, cause, amount in zip(*(plain(entries[name]) for name in ("trader", "cause", "money")), strict=True):
            if trader in money and cause in TRADED:
                money[trader] += amount
        rows = []
        for at, storage in self._storages:
            net = int(cleared.net[at])
            bought, sold = max(net, 0), max(-net, 0)
            left = self._left[storage.id] = storage.after(self._left[storage.id], bought, sold)
            rows.append(StorageHour(storage.id, storage.zone, storage.tech, bought, sold, storage.held(left), money[storage.id], left))
        return rows

    def state(self) -> dict[str, int]:
        """1e-12 kWh by storage."""
        return dict(self._left)

    def restore(self, state: Mapping[str, int]) -> None:
        """Takes over what `state` gave."""
        self._left = dict(state)
