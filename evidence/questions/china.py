"""What the two questions on 31 provinces have in common: surplus and price by group of zones, and energy of a year by zone and line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from shengdian.experiments.results.metrics import Tally
from shengdian.experiments.results.palette import DESIGN_WORDS
from shengdian.regions.region import Region
from shengdian.sim.base.units import HOURS_A_DAY, currency
from shengdian.sim.record.finished_run import Run

MWH_PER_TWH = 1e6
MONTHS = range(1, 13)


@cache
def region() -> Region:
    """The region that both are about."""
    return Region.load("china-2016")


def grids() -> dict[str, list[str]]:
    """Zones by the grid that they are part of, in the region's order."""
    found: dict[str, list[str]] = {}
    for zone in region().zones:
        found.setdefault(region().nodes[zone].grid, []).append(zone)
    return found


def surpluses(found: Tally, days: float) -> dict[str, int]:
    """1000 CNY a day by zone: all that consumers, plants, storages and the planned exchange of the zone have."""
    sums = dict.fromkeys(region().zones, 0)
    for (_, zone), amount in found.surpluses_by_zone().items():
        sums[zone] += amount
    return {zone: round(currency(amount) / days / 1000) for zone, amount in sums.items()}


def price(found: Tally, zones: list[str]) -> float | None:
    """CNY/MWh, mean final price of what users of the zones bought in the hour; None where they bought nothing."""
    priced = sum(found.priced.get(zone, 0) for zone in zones)
    return round(sum(found.paid.get(zone, 0) for zone in zones) / priced / 100, 2) if priced else None


def word_of(design: str, reading: object) -> str:
    """What a market is called on the pages; `reading` counts where there are two stages."""
    return DESIGN_WORDS[f"{design}, {reading}" if f"{design}, {reading}" in DESIGN_WORDS else design]


class Year:
    """A run whose days are the mean days of the twelve months: energy, TWh of the year, each day as often as its month has days."""

    def __init__(self, run: Run) -> None:
        self._days = np.array(region().days)
        generation, load, flows = (run.tables[name] for name in ("generation", "load", "flows"))
        own = generation[generation["role"] == "plant"].assign(lost=lambda rows: rows["available_mwh"] - rows["metered_mwh"])
        self._made, self._had = self._sums(own, "metered_mwh", ["zone"]), own
        users = load[load["role"] == "user"]
        self._used = self._sums(users.assign(met=users["contracted_mwh"] + users["bought_mwh"]), "met", ["zone"])
        store = run.tables["storage"]
        self._stored = self._sums(store.assign(net=store["bought_mwh"] - store["sold_mwh"]), "net", ["zone"])
        self._sent = self._sums(flows, "sent_mwh", ["from", "to"])
        self._spilled = run.tables["reservoirs"]

    def _sums(self, rows: pd.DataFrame, column: str, by: list[str]) -> pd.DataFrame:
        """TWh by `by` (rows) and month (columns)."""
        month = rows["hour"].to_numpy() // HOURS_A_DAY
        energy = rows[column].to_numpy() * self._days[month] / MWH_PER_TWH
        frame = rows[by].assign(month=month + 1, energy=energy)
        return frame.pivot_table("energy", by, "month", "sum", 0.0).reindex(columns=MONTHS, fill_value=0.0)

    def export(self, zone: str) -> float:
        """What leaves a zone less what comes, planned and traded."""
        made, used, stored = (_total(each, zone) for each in (self._made, self._used, self._stored))
        return made - used - stored

    def lost_share(self, zone: str, error: str, months: Sequence[int]) -> float:
        """Percent of what plants with this kind of forecast error (`wind`, `solar`) could have given in a zone that nobody took."""
        technologies = [name for name, each in region().technologies.items() if each.error == error]
        rows = self._had[(self._had["zone"] == zone) & self._had["tech"].isin(technologies)]
        lost, there = (float(self._sums(rows, column, ["zone"])[list(months)].to_numpy().sum()) for column in ("lost", "available_mwh"))
        return 100 * lost / there

    def spilled(self, zone: str) -> float:
        """Water that no turbine used: of reservoirs, and of plants that run with the river."""
        wet = {tech for name, tech, _ in region().availability_months if name == zone}
        rivers = self._had[(self._had["zone"] == zone) & (self._had["supply"] == "profile") & self._had["tech"].isin(wet)]
        lakes = self._spilled[self._spilled["zone"] == zone]
        return float(self._sums(rivers, "lost", ["zone"]).to_numpy().sum() + self._sums(lakes, "spilled_mwh", ["zone"]).to_numpy().sum())

    def carried(self, source: str, target: str, months: Sequence[int] = MONTHS) -> float:
        """What a line carries from `source` to `target`, planned and traded, less what it carries back."""
        net = 0.0
        lines = {(line.source_zone, line.target_zone): line.line for line in region().lines}
        forward = (source, target) in lines
        name, sign = lines[(source, target) if forward else (target, source)], 1 if forward else -1
        for flow in region().planned_flows:
            if flow.line == name and flow.month in months:
                way = sign if flow.direction == "forward" else -sign
                net += way * flow.mw * HOURS_A_DAY * self._days[flow.month - 1] / MWH_PER_TWH
        for way, ends in ((1, (source, target)), (-1, (target, source))):
            net += way * _total(self._sent[list(months)], ends)
        return net


def _total(rows: pd.DataFrame, name: object) -> float:
    """The sum of a row; 0 where there is none."""
    return float(rows[rows.index == name].to_numpy().sum())


def by_line(year: Year) -> Mapping[str, float]:
    """TWh of the year by line, from its first zone to its second."""
    return {line.line: year.carried(line.source_zone, line.target_zone) for line in region().lines}
