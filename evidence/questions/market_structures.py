"""(j) Market structures of the paper side by side: cost, what users pay, and who gains, with plants that bid their cost and that learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.learning import first_counted
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
    Column(Panel("grid_gain", "grid", "million CNY a day", 1e6), 1),
    Column(Panel("rent_gain", "congestion rent", "million CNY a day", 1e6), 1),
    Column(Panel("saved", "all: cost saved", "million CNY a day", 1e6), 1),
)


def measure(run: Run) -> Mapping[str, str | float | None]:
    """The structure, and of the hours that count, a day: cost, what users pay, what plants earn above cost, grid, rent (CNY); unserved
    (MWh); lost (share of wind, sun and water); co2 (t); and of the whole run, a day, transactions and gas."""
    first = 0 if _bids_cost(run) else first_counted(run)
    found, days, all_days = tally(run.tables, run.hours, first), (run.hours - first) / HOURS_A_DAY, run.hours / HOURS_A_DAY
    parts = found.surpluses()
    users = found.sums["value.value"] - found.sums["value.exported"] - parts["consumers"]
    served = found.sums["load.contracted_mwh"] + found.sums["load.bought_mwh"]
    return {
        "structure": run.config["structure"]["preset"],
        "cost": currency(found.sums["generation.cost"]) / days,
        "users_pay": currency(users) / days,
        "users_pay_mwh": currency(users) / mwh(served),
        "plants": currency(parts["producers"]) / days,
        "grid": currency(found.money.get("grid", 0)) / days,
        "rent": currency(found.money.get("rent", 0)) / days,
        "unserved": mwh(found.sums["load.unserved_mwh"]) / days,
        "lost": found.lost.summary()["lost_share"],
        "co2": tonnes(found.sums["generation.co2_t"]) / days,
        "transactions": run.summary["transactions"] / all_days,
        "gas": run.summary["gas"] / all_days,
    }


def _bids_cost(run: Run) -> bool:
    return bool(run.config["strategies"]["plants"]["name"] == "marginal_cost")


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With a word for who bids how, and gains over the base with the same bidding and seed."""
    bid = ["bid their cost" if name == "marginal_cost" else "learn" for name in rows["strategies.plants.name"]]
    found = rows.assign(bidding=bid)
    base, on = found[found["structure"] == BASE], ["bidding", "seed"]
    gains = {f"{part}_gain": gain(found, part, base, on) for part in ("plants", "grid", "rent")}
    return found.assign(users_gain=-gain(found, "users_pay", base, on), saved=-gain(found, "cost", base, on), **gains)


def figure(rows: pd.DataFrame) -> Figure:
    """Left, a map of structures by what generation costs and what users pay; right, who gains where plants bid their cost."""
    found = derived(rows)
    drawn, (where, who) = panels(2, 2, width=5.2, height=4.2, share=False)
    for marker, (bidding, group) in zip("os", found.groupby("bidding", sort=False), strict=False):
        means = group.groupby("structure", sort=False)[["cost", "users_pay_mwh"]].mean()
        where.plot(means["cost"] / 1e6, means["users_pay_mwh"], marker, label=f"plants {bidding}", color=palette.LINES["os".index(marker)])
        if marker == "o":
            for name, (cost, pay) in means.iterrows():
                where.annotate(str(name), (cost / 1e6, pay), xytext=(4, 3), textcoords="offset points", fontsize=7)
    where.set(xlabel="cost of generation (million CNY a day)", ylabel="users pay (CNY/MWh)", title="Cost, and what users pay")
    where.legend(fontsize=8)
    truthful = (
        found[found["bidding"] == "bid their cost"].groupby("structure", sort=False)[[each.panel.column for each in GAINS]].mean() / 1e6
    )
    places = range(len(truthful))
    for place, each in enumerate(GAINS):
        at = [spot + 0.16 * (place - 2) for spot in places]
        who.barh(at, truthful[each.panel.column], height=0.16, label=each.panel.title, color=palette.SPARE[place])
    who.set_yticks(list(places), list(truthful.index), fontsize=7)
    who.invert_yaxis()
    who.axvline(0, color="black", linewidth=0.8)
    who.set(xlabel="million CNY a day", title=f"Who gains against {BASE}")
    who.legend(fontsize=7)
    return drawn


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The tables of the page."""
    found = derived(rows)
    keys = {"structure": "structure", "bidding": "plants"}
    return {"table": table(found, keys, SHOWN), "gains": table(found[found["structure"] != BASE], keys, GAINS)}


QUESTION = Question("market-structures", measure, figure, blocks)
