"""(d) One price for all, everyone's own, or pairs that share the difference, with plants that learn their markup."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.learning import CONVERGED, against_cost, first_counted, learned
from evidence.questions.measures import outcome
from evidence.questions.question import Column, Question, table
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines
from shengdian.sim.record.finished_run import Run

MECHANISM = Panel("market.mechanism", "mechanism", "")
SHOWN = (
    Column(Panel("paid", "buyers pay", "CNY/MWh"), 1),
    Column(Panel("earned", "sellers get", "CNY/MWh"), 1),
    Column(Panel("offered", "mean offer", "CNY/MWh"), 1),
    Column(Panel("welfare_lost", "welfare change by learning", "million CNY a day", 1e6), 2),
)


def measure(run: Run) -> Mapping[str, float | None]:
    """Also whether learning has converged, and mean prices over energy: what buyers pay and sellers get, and what was offered."""
    first = first_counted(run)
    orders = run.tables.between("orders", first, run.hours)
    found: dict[str, float | None] = {**outcome(run, first), **learned(run)}
    for name, side, price, energy in (
        ("paid", "buy", "paid_price_per_mwh", "filled_mwh"),
        ("earned", "sell", "paid_price_per_mwh", "filled_mwh"),
        ("offered", "sell", "price_per_mwh", "quantity_mwh"),
    ):
        chosen = orders[(orders["side"] == side) & (orders[energy] > 0)]
        found[name] = float((chosen[price] * chosen[energy]).sum() / chosen[energy].sum()) if len(chosen) else None
    return found


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With what learning changed under the same mechanism and seed."""
    return against_cost(rows, {"welfare": "welfare_lost"}, [MECHANISM.column, "seed"])


def figure(rows: pd.DataFrame) -> Figure:
    """Every column of the table by mechanism, with plants that learn and plants that do not."""
    return sweep_lines(derived(rows), MECHANISM, [each.panel for each in SHOWN], by="plants", columns=2)


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's table, a row for every mechanism and kind of plants."""
    return {"table": table(derived(rows), {MECHANISM.column: "mechanism", "plants": "plants"}, (*SHOWN, *CONVERGED))}


QUESTION = Question("mechanisms", measure, figure, blocks)
