"""(b) Share of net load under contract, delivered or settled: what it costs, and what it takes of learning plants' markup."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.learning import CONVERGED, against_cost, first_counted, learned
from evidence.questions.measures import outcome
from evidence.questions.question import Column, Question, gain, table
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines
from shengdian.sim.record.finished_run import Run

SHARE = Panel("contracts.share", "share of net load under contract", "%", 0.01)
PRICE = Panel("price", "mean price", "CNY/MWh")
FORM = "contracts.form"
MAIN = (
    Column(Panel("cost", "generation cost", "million CNY a day", 1e6), 1),
    Column(Panel("dearer", "... against nothing under contract", "million CNY a day", 1e6), 1),
    Column(Panel("unserved", "not served", "% of load", 0.01), 2),
    Column(Panel("worth", "welfare against nothing under contract", "million CNY a day", 1e6), 1),
)
"""the effect of the share itself, of plants that bid their cost"""
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
    """With what learning changed at the same form, share and seed, and what the share changed of cost and welfare against nothing under
    contract and plants that bid their cost. Results without a form are of physical contracts."""
    rows = rows.assign(form=rows.get(FORM, "physical"))
    columns = {"price": "markup", "welfare": "lost", "consumers": "gained", "producers": "earned_more"}
    found = against_cost(rows, columns, ["form", SHARE.column, "seed"])
    none = found[(found[SHARE.column] == 0) & (found["plants"] != "learn")]
    return found.assign(
        paid_more=-found["gained"],
        dearer=gain(found, "cost", none, ["form", "seed"]),
        worth=gain(found, "welfare", none, ["form", "seed"]),
        covered=[f"{share:.0%}" for share in rows[SHARE.column]],
        who=found["plants"] + ", " + found["form"],
    )


def figure(rows: pd.DataFrame) -> Figure:
    """Price, cost, markup, consumers' loss and welfare changes against the share under contract."""
    shown = [PRICE, *(each.panel for each in (MAIN[1], CHANGED[0], CHANGED[1], CHANGED[3], MAIN[3]))]
    return sweep_lines(derived(rows), SHARE, shown, by="who", columns=2)


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's tables, a row for every form and share: plants that offer at cost, and plants that learn."""
    found = derived(rows).sort_values("form", ascending=False, kind="stable")
    keys = {"form": "contracts are", "covered": "under contract"}
    return {
        "truthful": table(found[found["plants"] != "learn"], keys, [Column(PRICE, 1), *MAIN]),
        "learning": table(found[found["plants"] == "learn"], keys, [Column(PRICE, 1), *CHANGED, MAIN[3]]),
    }


QUESTION = Question("contract-share", measure, figure, blocks)
