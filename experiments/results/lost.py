"""What was lost, by technology: wind, sun and running water that nobody took, and water that reservoirs spilled; and what these kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pandas as pd

from shengdian.sim.base.units import currency, mwh
from shengdian.sim.record.tables import COLUMNS, whole


class Lost:
    """Running totals over windows of hours, whole counts."""

    def __init__(self) -> None:
        self.there: dict[str, int] = defaultdict(int)
        """kWh by technology that was available or flowed in"""
        self.lost: dict[str, int] = defaultdict(int)
        """kWh of it by technology that nobody got, now or later"""
        self.stored = 0
        """kWh more in reservoirs than at first"""
        self.worth = 0
        """1e-5 CNY of that"""

    def add(self, window: Mapping[str, pd.DataFrame]) -> None:
        """Takes in some hours of the tables `generation` and `reservoirs`."""
        generation, days = window["generation"], window["reservoirs"]
        free = generation[generation["supply"] == "profile"]
        there = _counts(free, "generation", "available_mwh")
        self._by_technology(free, there, there - _counts(free, "generation", "metered_mwh"))
        inflow, spilled = (_counts(days, "reservoirs", name) for name in ("inflow_mwh", "spilled_mwh"))
        self._by_technology(days, inflow, spilled)
        self.stored += int((inflow - spilled - _counts(days, "reservoirs", "output_mwh")).sum())
        self.worth += int(_counts(days, "reservoirs", "worth").sum())

    def _by_technology(self, rows: pd.DataFrame, there: np.ndarray, lost: np.ndarray) -> None:
        frame = pd.DataFrame({"tech": rows["tech"].to_numpy(), "there": there, "lost": lost})
        for tech, own in frame.groupby("tech", sort=False):
            self.there[str(tech)] += int(own["there"].sum())
            self.lost[str(tech)] += int(own["lost"].sum())

    def summary(self) -> dict[str, float | None]:
        """The keys of summary.json that it gives, technologies in alphabetical order."""
        there, lost = sum(self.there.values()), sum(self.lost.values())
        found: dict[str, float | None] = {"lost_mwh": mwh(lost), "lost_share": lost / there if there else None}
        for tech in sorted(self.there):
            found[f"lost_{tech}_mwh"] = mwh(self.lost[tech])
            found[f"lost_{tech}_share"] = self.lost[tech] / self.there[tech] if self.there[tech] else None
        return {**found, "stored_change_mwh": mwh(self.stored), "stored_worth": currency(self.worth)}


def _counts(rows: pd.DataFrame, table: str, column: str) -> np.ndarray:
    return whole(rows[column], COLUMNS[table][column])
