"""(a) Provincial against two-stage against coupled over twelve typical days, with and without the rest of the country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
from matplotlib.figure import Figure

from shengdian.experiments.questions.measures import outcome
from shengdian.experiments.questions.question import Column, Question, gain, table
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines

DESIGN = Panel("market", "design", "")
EXCHANGES = {"fixed": "fixed exchange", "monthly": "exchange of each month", "none": "closed"}
"""what `region.exchange` is called"""
SHOWN = (
    Column(Panel("gain", "welfare gain over provincial", "million CNY a day", 1e6), 2),
    Column(Panel("consumers_gain", "... of consumers", "million CNY a day", 1e6), 2),
    Column(Panel("producers_gain", "... of plants", "million CNY a day", 1e6), 2),
    Column(Panel("rent", "congestion rent", "million CNY a day", 1e6), 2),
    Column(Panel("traded", "energy between provinces", "% of load", 0.01), 2),
    Column(Panel("curtailed", "curtailed", "% of wind, solar, run of river", 0.01), 2),
    Column(Panel("unserved", "unserved", "% of load", 0.01), 3),
)


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With the market's word, which tells two stages apart, and the gain over the provincial market of the same exchange and seed."""
    both = list(zip(rows["design"], rows["market.surplus_deficit"], strict=True))
    words = [f"two-stage, {surplus}" if design == "two_stage" else design for design, surplus in both]
    alone, on = rows[rows["design"] == "provincial"], ["region.exchange", "seed"]
    gains = {"gain": "welfare", "consumers_gain": "consumers", "producers_gain": "producers"}
    exchange = [EXCHANGES[word] for word in rows["region.exchange"]]
    return rows.assign(market=words, exchange=exchange, **{new: gain(rows, old, alone, on) for new, old in gains.items()})


def figure(rows: pd.DataFrame) -> Figure:
    """Every column of the table by design, closed and with an exchange."""
    words = {"two-stage, physical": "two-stage\nphysical", "two-stage, economic": "two-stage\neconomic"}
    shown = derived(rows).replace({"market": words})
    titles = [replace(each.panel, title=each.panel.title.replace("...", "gain")) for each in SHOWN]
    return sweep_lines(shown, DESIGN, titles, "exchange", columns=4)


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's table, a row for every exchange and design."""
    return {"table": table(derived(rows), {"exchange": "rest of the country", "market": "design"}, SHOWN)}


QUESTION = Question("designs", outcome, figure, blocks)
