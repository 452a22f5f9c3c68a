"""(a) Provincial against two-stage against coupled over twelve typical days, with and without the rest of the country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.measures import figures
from evidence.questions.question import Column, Question, gain, table
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines
from shengdian.experiments.results.metrics import tally
from shengdian.experiments.results.palette import DESIGN_WORDS
from shengdian.sim.record.finished_run import Run

DESIGN = Panel("market", "design", "")
EXCHANGES = {"fixed": "flat exchange", "monthly": "exchange of each month", "none": "closed"}
"""what `region.exchange` is called"""
CHEAPEST = "SC"
"""the province whose price is far below the others'"""
MONEY, OTHERS = (
    (
        Column(Panel("gain", "welfare gain over provincial", "million CNY a day", 1e6), 2),
        Column(Panel("gain_and_water", "... with what reservoirs keep", "million CNY a day", 1e6), 2),
        Column(Panel("gain_before_charges", "... and line charges as a transfer", "million CNY a day", 1e6), 2),
        Column(Panel("consumers_gain", "consumers' gain", "million CNY a day", 1e6), 2),
        Column(Panel("producers_gain", "plants' gain", "million CNY a day", 1e6), 2),
        Column(Panel("rent", "congestion rent", "million CNY a day", 1e6), 2),
    ),
    (
        Column(Panel("traded", "traded between provinces", "% of load", 0.01), 2),
        Column(Panel("sent_out", "... and sent by plan", "% of load", 0.01), 2),
        Column(Panel("lost", "lost", "% of wind, sun and water", 0.01), 2),
        Column(Panel("unserved", "unserved", "% of load", 0.01), 3),
        Column(Panel("price", "mean price", "CNY/MWh"), 1),
        Column(Panel("price_outside", "... outside Sichuan", "CNY/MWh"), 1),
    ),
)
"""columns of the page's two tables"""
DRAWN = ("gain", "gain_and_water", "consumers_gain", "producers_gain", "rent", "traded", "lost", "price_outside")


def measure(run: Run) -> Mapping[str, float | None]:
    """Also the mean price outside the cheapest province."""
    found = tally(run.tables, run.hours)
    return {**figures(found, run.hours), "price_outside": found.mean_price(without=CHEAPEST)}


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With the market's word, which tells two stages apart, and the gain over the provincial market of the same exchange and seed."""
    both = list(zip(rows["design"], rows["market.surplus_deficit"], strict=True))
    words = [DESIGN_WORDS.get(f"{design}, {surplus}", DESIGN_WORDS[design]) for design, surplus in both]
    kept = rows["welfare"] + rows["water"]
    exchange = [EXCHANGES[word] for word in rows["region.exchange"]]
    rows = rows.assign(market=words, exchange=exchange, and_water=kept, before_charges=kept + rows["charges"])
    alone, on = rows[rows["design"] == "provincial"], ["region.exchange", "seed"]
    gains = {
        "gain": "welfare",
        "gain_and_water": "and_water",
        "gain_before_charges": "before_charges",
        "consumers_gain": "consumers",
        "producers_gain": "producers",
    }
    return rows.assign(**{new: gain(rows, old, alone, on) for new, old in gains.items()})


def figure(rows: pd.DataFrame) -> Figure:
    """What the tables show most of by design, closed and with an exchange."""
    shown = derived(rows)
    shown["market"] = [word.replace(", ", "\n") for word in shown["market"]]
    panels = {each.panel.column: each.panel for each in (*MONEY, *OTHERS)}
    before = {"gain_and_water": "gain", "price_outside": "mean price"}
    titles = [replace(panels[name], title=panels[name].title.replace("...", before.get(name, ""))) for name in DRAWN]
    return sweep_lines(shown, DESIGN, titles, "exchange", columns=4)


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's tables, a row for every exchange and design: who gains, and what becomes of energy and prices."""
    found, keys = derived(rows), {"exchange": "rest of the country", "market": "design"}
    return {"money": table(found, keys, MONEY), "energy": table(found, keys, OTHERS)}


QUESTION = Question("designs", measure, figure, blocks)
