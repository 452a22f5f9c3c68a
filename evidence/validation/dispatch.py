"""The six provinces' weekdays of July and January in one coupled auction, against a dispatch made from the region's tables alone.

The dispatch reads the region's CSV files and the config keys named in `KEYS`, and nothing of the simulator: no plant, user, line, order
or result of a run. Every hour is a linear program of its own (HiGHS, through scipy): plants of a technology in a province give up to what
they have at their true cost, fuel and variable; what they gave in the hour before and a ramp bound coal; a reservoir has its share of the
day's water by load; industry gives up a tenth of its demand in four steps; lines carry their residual share, less losses, at their
charges; unserved load costs the cap. The simulator runs the same days without contracts and exchange, so that whole plants and whole
loads trade: its plants and users order on the chain and learn what they gave. July has 30 % of the lines, January 75 %, so that lines are
full in the one and partly used in the other.

Prices: where a step of supply ends just where demand does, every price in an interval supports the dispatch. The two ends are what a MWh
less and a MWh more in the province would save and cost in the linear program; the auction's price has to lie between them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.units import FEN_PER_CNY, KWH_PER_MWH, MONEY_PER_CNY
from shengdian.sim.model import Model

Floats = NDArray[np.float64]
PROVINCES = ("GD", "SD", "SX", "AH", "SC", "JX")
MONTHS: Mapping[int, float] = {7: 0.30, 1: 0.75}
"""what lines have free, by month"""
CAP = 1500.0
"""CNY/MWh of unserved load"""
INDUSTRY, FLEXIBLE, PRICES = 0.71, 0.10, (400.0, 320.0, 240.0, 160.0)
"""industry's share of load, what of it gives way, and at which CNY/MWh, a quarter each"""
KEYS: Mapping[str, Any] = {
    "contracts.share": 0.0,
    "region.exchange": "none",
    "region.minimum_output": "technology",
    "water.carry_over": False,
    "costs.heat_rate_spread": 0.0,
    "strategies.plants": {"name": "marginal_cost", "parameters": {"unit_spread": 0.0}},
    "strategies.industry": {
        "name": "elastic",
        "parameters": {"flexible_share": FLEXIBLE, "highest_per_mwh": PRICES[0], "lowest_per_mwh": PRICES[-1]},
    },
    "users.load_share.industry": INDUSTRY,
    "market.price_cap_per_mwh": CAP,
    "market.k": 0.5,
    "time.calendar": "day",
    "time.day": "weekday",
}
"""of the config; the other keys are those of the base case"""


@cache
def table(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the region, without comments."""
    text = (files("shengdian.experiments") / "regions" / "six-provinces" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


@cache
def typical(name: str, month: int, hour: int, column: str, value: str) -> dict[str, float]:
    """The month's typical hour by province, of the rows with a value in a column."""
    return {row["zone"]: float(row[f"h{hour:02d}"]) for row in table(name) if int(row["month"]) == month and row[column] == value}


def load(month: int, hour: int) -> dict[str, float]:
    """MW of a weekday's hour, by province."""
    return typical("load", month, hour, "day", "weekday")


@cache
def water(month: int) -> dict[tuple[str, str], float]:
    """The mean output of hydro over its capacity, by province and technology."""
    return {(row["zone"], row["technology"]): float(row["share"]) for row in table("availability_monthly") if int(row["month"]) == month}


@dataclass(slots=True)
class Plants:
    """The plants of a technology in a province."""

    province: str
    technology: Mapping[str, str]
    capacity: float
    """MW"""
    cost: float
    """CNY/MWh"""
    output: float = float("inf")
    """MWh of the hour before; no limit before the first"""

    def most(self, month: int, hour: int) -> float:
        """MWh that they can give in the hour."""
        kind, monthly = self.technology, water(month)
        name = kind["technology"]
        if kind["supply"] == "profile":
            monthly_share = monthly.get((self.province, name))
            hourly = typical("availability", month, hour, "technology", name)
            most = self.capacity * (hourly[self.province] if monthly_share is None else monthly_share)
        elif kind["supply"] == "budget":
            loads = [load(month, at)[self.province] for at in range(24)]
            most = min(self.capacity, 24 * self.capacity * monthly[self.province, name] * loads[hour] / sum(loads))
        else:
            most = self.capacity * (1 - float(kind["forced_outage"]))
        ramp = self.capacity * float(kind["ramp_share_per_hour"])
        return min(most, self.output + ramp)


def fleet() -> list[Plants]:
    """All of the region, storage left out."""
    kinds = {row["technology"]: row for row in table("technologies")}
    fuel = {(row["zone"], row["technology"]): float(row["cost_per_mwh"]) for row in table("fuel_costs")}
    found: dict[tuple[str, str], Plants] = {}
    for row in table("plants"):
        code, name = row["zone"], row["technology"]
        cost = fuel.get((code, name), 0.0) + float(kinds[name]["variable_cost_per_mwh"])
        found.setdefault((code, name), Plants(code, kinds[name], 0.0, cost)).capacity += float(row["capacity_mw"])
    return list(found.values())


@dataclass(slots=True)
class Columns:
    """The variables of an hour's linear program: cost, most, and what one unit adds to each province."""

    cost: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    gives: list[dict[str, float]] = field(default_factory=list)

    def add(self, cost: float, most: float, gives: dict[str, float]) -> None:
        self.cost.append(cost)
        self.most.append(most)
        self.gives.append(gives)


@dataclass(frozen=True, slots=True)
class Hour:
    """What a linear program of an hour found."""

    cost: float
    """CNY of plants, lines and what users went without"""
    sent: Floats
    """MWh by line"""
    intervals: Floats
    """CNY/MWh, lowest and highest supporting price; shape (province, 2)"""


def _solve(columns: Columns, load: Floats) -> tuple[float, Floats]:
    """Least cost and the variables of it; RuntimeError where there is none."""
    matrix = np.array([[gives.get(code, 0.0) for gives in columns.gives] for code in PROVINCES])
    result = linprog(columns.cost, A_eq=matrix, b_eq=load, bounds=[(0, most) for most in columns.most], method="highs")
    if result.fun is None:
        raise RuntimeError(f"no dispatch: {result.message}")
    return float(result.fun), np.asarray(result.x, np.float64)


def dispatch(plants: Sequence[Plants], month: int, hour: int) -> Hour:
    """The hour's dispatch of least cost; `plants` remember what they gave."""
    loads, columns = load(month, hour), Columns()
    for plant in plants:
        columns.add(plant.cost, plant.most(month, hour), {plant.province: 1.0})
    for code in PROVINCES:
        flexible = FLEXIBLE * INDUSTRY * loads[code]
        for price in PRICES:
            columns.add(price, flexible / len(PRICES), {code: 1.0})
        columns.add(CAP, loads[code] - flexible, {code: 1.0})
    lines = len(columns.cost)
    for row in table("lines"):
        loss, charge = float(row["loss"]), float(row["charge_per_mwh"])
        for source, target, capacity in (
            (row["from"], row["to"], float(row["capacity_mw"])),
            (row["to"], row["from"], float(row["capacity_back_mw"])),
        ):
            if capacity:
                columns.add(charge, capacity * MONTHS[month], {source: -1.0, target: 1 - loss})
    due = np.array([loads[code] for code in PROVINCES])
    cost, found = _solve(columns, due)
    moved = np.eye(len(PROVINCES))
    intervals = [[cost - _solve(columns, due - one)[0], _solve(columns, due + one)[0] - cost] for one in moved]
    for plant, output in zip(plants, found, strict=False):
        plant.output = float(output)
    return Hour(cost, found[lines:], np.array(intervals))


def simulate(chain: str, month: int, hours: int, other: Mapping[str, Any]) -> list[HourResult]:
    """The first hours of the day on the chain, every plant at its cost."""
    own = {"run.chain": chain, "run.hours": 24, "run.compare": [], "region.residual_share": MONTHS[month], "time.month": month}
    config = override(load_config("six-provinces-day"), {**KEYS, **own, **other})
    model = Model(build_scenario(config, "coupled", 1), agents.build)
    return [model.step_hour() for _ in range(hours)]


def _simulated(result: HourResult) -> tuple[float, Floats, Floats]:
    """CNY of plants, lines and what users went without, MWh sent by line, and CNY/MWh by province."""
    stage = result.stages[-1]
    money = sum(row.price * (row.filled if row.side == "sell" else row.quantity - row.filled) for row in stage.orders)
    money += sum(flow.wheeling for flow in stage.flows)
    sent = np.array([flow.sent for flow in stage.flows]) / KWH_PER_MWH
    return money / MONEY_PER_CNY, sent, np.array([stage.prices[code] or 0 for code in PROVINCES]) / FEN_PER_CNY


def compare(chain: str, month: int, hours: int, other: Mapping[str, Any] | None = None) -> dict[str, float]:
    """Largest differences of any hour, in percent, and how many prices lie in their interval, to a fen, in percent.

    `other` keys of the config make a day that the dispatch knows nothing of.
    """
    plants = fleet()
    costs, sent, inside = [], [], []
    for hour, result in enumerate(simulate(chain, month, hours, other or {})):
        own, (money, moved, prices) = dispatch(plants, month, hour), _simulated(result)
        costs.append(100 * abs(money / own.cost - 1))
        sent.append(100 * float(np.abs(moved - own.sent).sum() / own.sent.sum()))
        inside += ((prices >= own.intervals[:, 0] - 0.01) & (prices <= own.intervals[:, 1] + 0.01)).tolist()
    name = f"dispatch-{month}"
    return {f"{name}-cost": max(costs), f"{name}-sent": max(sent), f"{name}-prices": 100 * float(np.mean(inside))}


def quick(chain: str) -> dict[str, float]:
    """The first two hours of January."""
    return compare(chain, 1, 2)


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    return {name: value for month in MONTHS for name, value in compare(chain, month, 24).items()}
