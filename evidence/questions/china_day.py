"""(h) A July and a January weekday of 31 provinces under every design, planned flows between them as in 2016."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.china import grids, price, surpluses, word_of
from evidence.questions.measures import figures
from evidence.questions.question import Column, Question, gain, table
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines
from shengdian.experiments.results.metrics import tally
from shengdian.sim.base.units import HOURS_A_DAY
from shengdian.sim.record.finished_run import Run

DESIGN = Panel("market", "design", "")
MONTHS = {7: "July", 1: "January"}
MONEY = (
    Column(Panel("gain", "welfare gain over provincial", "million CNY", 1e6), 1),
    Column(Panel("gain_before_charges", "... and line charges as a transfer", "million CNY", 1e6), 1),
    Column(Panel("consumers_gain", "consumers' gain", "million CNY", 1e6), 1),
    Column(Panel("producers_gain", "plants' gain", "million CNY", 1e6), 1),
    Column(Panel("rent", "congestion rent", "million CNY", 1e6), 1),
)
ENERGY = (
    Column(Panel("traded", "traded between provinces", "% of load", 0.01), 2),
    Column(Panel("sent_out", "... and sent by plan", "% of load", 0.01), 2),
    Column(Panel("lost", "lost", "% of wind, sun and water", 0.01), 2),
    Column(Panel("unserved", "unserved", "% of load", 0.01), 2),
    Column(Panel("price", "mean price", "CNY/MWh"), 1),
)


def measure(run: Run) -> Mapping[str, float | int | None]:
    """The figures of most questions, and surplus and price by grid."""
    found = tally(run.tables, run.hours)
    each, by_grid = surpluses(found, run.hours / HOURS_A_DAY), grids()
    return {
        **figures(found, run.hours),
        **{f"surplus_{grid}": sum(each[zone] for zone in zones) for grid, zones in by_grid.items()},
        **{f"price_{grid}": price(found, zones) for grid, zones in by_grid.items()},
    }


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With the market's word, and gains over the provincial market of the same month and seed."""
    words = [word_of(design, reading) for design, reading in zip(rows["design"], rows["market.surplus_deficit"], strict=True)]
    rows = rows.assign(market=words, month=rows["time.month"].map(MONTHS), before_charges=rows["welfare"] + rows["charges"])
    alone, on = rows[rows["design"] == "provincial"], ["month", "seed"]
    gains = {"gain": "welfare", "gain_before_charges": "before_charges", "consumers_gain": "consumers", "producers_gain": "producers"}
    gains |= {f"gain_{grid}": f"surplus_{grid}" for grid in grids()}
    return rows.assign(**{new: gain(rows, old, alone, on) for new, old in gains.items()})


def figure(rows: pd.DataFrame) -> Figure:
    """What the tables show, by design and month."""
    shown = derived(rows)
    shown["market"] = [word.replace(", ", "\n") for word in shown["market"]]
    return sweep_lines(shown, DESIGN, [each.panel for each in (*MONEY[:1], *MONEY[2:], *ENERGY)], "month")


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's tables, a row for every month and design."""
    found, keys = derived(rows), {"month": "day", "market": "design"}
    by_grid = [Column(Panel(f"gain_{grid}", grid, "million CNY", 1e3), 1) for grid in grids()]
    prices = [Column(Panel(f"price_{grid}", grid, "CNY/MWh"), 0) for grid in grids()]
    ends = found[found["market"].isin(["provincial", "coupled"])]
    return {
        "money": table(found, keys, MONEY),
        "energy": table(found, keys, ENERGY),
        "grids": table(found[found["market"] != "provincial"], keys, by_grid),
        "prices": table(ends, keys, prices),
    }


QUESTION = Question("china-day", measure, figure, blocks)
