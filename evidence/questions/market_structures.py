"""(j) Market structures of the paper side by side: cost, what users pay, and who gains, with plants that bid their cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.question import Column, Question, gain, table
from shengdian.experiments.results import palette
from shengdian.experiments.results.figures.frame import panels
from shengdian.experiments.results.figures.sweep import Panel
from shengdian.experiments.results.metrics import tally
from shengdian.sim.base.units import HOURS_A_DAY, currency, mwh, tonnes
from shengdian.sim.record.finished_run import Run

BASE: Final = "china_pilot"
"""what gains are against"""
SHOWN: Final = (
    Column(Panel("cost", "cost of generation", "million CNY a day", 1e6), 1),
    Column(Panel("users_pay_mwh", "users pay", "CNY/MWh"), 1),
    Column(Panel("plants", "plants earn above cost", "million CNY a day", 1e6), 1),
    Column(Panel("retailers", "retailers keep", "million CNY a day", 1e6), 1),
    Column(Panel("lines", "agreements over lines keep", "million CNY a day", 1e6), 1),
    Column(Panel("grid", "grid gets", "million CNY a day", 1e6), 1),
    Column(Panel("rent", "congestion rent", "million CNY a day", 1e6), 1),
    Column(Panel("unserved", "unserved", "MWh a day"), 0),
    Column(Panel("lost", "wind, sun and water lost", "%", 0.01), 2),
    Column(Panel("co2", "CO2", "kt a day", 1e3), 0),
    Column(Panel("transactions", "transactions", "a day"), 0),
    Column(Panel("gas", "gas", "million a day", 1e6), 0),
)
GAINS: Final = (
    Column(Panel("users_gain", "users", "million CNY a day", 1e6), 1),
    Column(Panel("plants_gain", "plants", "million CNY a day", 1e6), 1),
    Column(Panel("retailers_gain", "retailers", "million CNY a day", 1e6), 1),
    Column(Panel("grid_gain", "grid", "million CNY a day", 1e6), 1),
    Column(Panel("rent_gain", "congestion rent", "million CNY a day", 1e6), 1),
    Column(Panel("saved", "all: cost saved", "million CNY a day", 1e6), 1),
)


def measure(run: Run) -> Mapping[str, str | float | None]:
    """The structure, and a day: cost of plants, what users pay, what plants earn above cost, what retailers
    and agreements over lines keep, grid, rent (CNY); unserved
    (MWh); lost (share of wind, sun and water); co2 (t); transactions and gas."""
    found, days = tally(run.tables, run.hours), run.hours / HOURS_A_DAY
    parts = found.surpluses()
    users = found.sums["value.value"] - found.sums["value.exported"] - parts["consumers"]
    served = found.sums["load.contracted_mwh"] + found.sums["load.bought_mwh"]
    return {
        "structure": run.config["structure"]["preset"],
        "cost": currency(sum(found.plants.values())) / days,
        "users_pay": currency(users) / days,
        "users_pay_mwh": currency(users) / mwh(served),
        "plants": currency(parts["producers"]) / days,
        "retailers": currency(parts.get("retailers", 0)) / days,
        "lines": currency(parts["exchanges"] - sum(found.exchanges.values())) / days,
        "grid": currency(found.money.get("grid", 0)) / days,
        "rent": currency(found.money.get("rent", 0)) / days,
        "unserved": mwh(found.sums["load.unserved_mwh"]) / days,
        "lost": found.lost.summary()["lost_share"],
        "co2": tonnes(found.sums["generation.co2_t"]) / days,
        "transactions": run.summary["transactions"] / days,
        "gas": run.summary["gas"] / days,
    }


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With gains over the base with the same seed."""
    base = rows[rows["structure"] == BASE]
    gains = {f"{part}_gain": gain(rows, part, base, ["seed"]) for part in ("plants", "retailers", "grid", "rent")}
    return rows.assign(users_gain=-gain(rows, "users_pay", base, ["seed"]), saved=-gain(rows, "cost", base, ["seed"]), **gains)


def figure(rows: pd.DataFrame) -> Figure:
    """Left, a map of structures by what generation costs and what users pay; right, who gains."""
    drawn, (where, who) = panels(2, 2, width=5.2, height=4.2, share=False)
    means = rows.groupby("structure", sort=False)[["cost", "users_pay_mwh"]].mean()
    where.plot(means["cost"] / 1e6, means["users_pay_mwh"], "o", color=palette.GAIN)
    for place, (name, (cost, pay)) in enumerate(means.sort_values("users_pay_mwh").iterrows()):
        right, side = (5, "left") if place % 2 else (-5, "right")
        where.annotate(str(name), (cost / 1e6, pay), xytext=(right, -3), textcoords="offset points", fontsize=7, ha=side)
    where.set(xlabel="cost of generation (million CNY a day)", ylabel="users pay (CNY/MWh)", title="Cost, and what users pay")
    where.margins(x=0.25)
    gains = derived(rows).groupby("structure", sort=False)[[each.panel.column for each in GAINS]].mean().drop(index=BASE) / 1e6
    for place, each in enumerate(GAINS):
        at = [spot + 0.14 * (place - 2.5) for spot in range(len(gains))]
        who.barh(at, gains[each.panel.column], height=0.14, label=each.panel.title, color=palette.SPARE[place])
    who.set_yticks(range(len(gains)), list(gains.index), fontsize=7)
    who.invert_yaxis()
    who.axvline(0, color="black", linewidth=0.8)
    who.set(xlabel="million CNY a day", title=f"Who gains against {BASE}")
    who.legend(fontsize=7, loc="lower right")
    return drawn


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The tables of the page."""
    found, key = derived(rows), {"structure": "structure"}
    return {"table": table(found, key, SHOWN), "gains": table(found[found["structure"] != BASE], key, GAINS)}


QUESTION = Question("market-structures", measure, figure, blocks)
