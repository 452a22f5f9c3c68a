"""(b) Share of net load under contract against price, markup and welfare, with plants that learn their markup."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.learning import CONVERGED, against_cost, first_counted, learned
from evidence.questions.measures import outcome
from evidence.questions.question import Column, Question, table
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines
from shengdian.sim.record.finished_run import Run

SHARE = Panel("contracts.share", "share of net load under contract", "%", 0.01)
PRICE = Panel("price", "mean price", "CNY/MWh")
CHANGED = (
    Column(Panel("markup", "what learning adds to the price", "CNY/MWh"), 1),
    Column(Panel("paid_more", "what it costs consumers", "million CNY a day", 1e6), 1),
    Column(Panel("earned_more", "what plants gain", "million CNY a day", 1e6), 1),
    Column(Panel("lost", "welfare change", "million CNY a day", 1e6), 2),
    *CONVERGED,
)


def measure(run: Run) -> Mapping[str, float | None]:
    """Prices, money and energy of the hours that count, after learning, and whether it has converged."""
    return {**outcome(run, first_counted(run)), **learned(run)}


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With what learning changed at the same share and seed, and the share as people read it."""
    columns = {"price": "markup", "welfare": "lost", "consumers": "gained", "producers": "earned_more"}
    found = against_cost(rows, columns, [SHARE.column, "seed"])
    return found.assign(paid_more=-found["gained"], covered=[f"{share:.0%}" for share in rows[SHARE.column]])


def figure(rows: pd.DataFrame) -> Figure:
    """Price, markup, consumers' loss and welfare change against the share under contract."""
    return sweep_lines(derived(rows), SHARE, [PRICE, CHANGED[0].panel, CHANGED[1].panel, CHANGED[3].panel], by="plants", columns=2)


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's tables, a row for every share: plants that offer at cost, and plants that learn."""
    found = derived(rows)
    keys = {"covered": "under contract"}
    return {
        "truthful": table(found[found["plants"] != "learn"], keys, [Column(PRICE, 1)]),
        "learning": table(found[found["plants"] == "learn"], keys, [Column(PRICE, 1), *CHANGED]),
    }


QUESTION = Question("contract-share", measure, figure, blocks)
