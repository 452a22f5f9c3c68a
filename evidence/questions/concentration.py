"""(f) Few owners of a province's plants, or many: prices where owners learn one markup for all of their plants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.learning import CONVERGED, first_counted, learned
from evidence.questions.measures import figures
from evidence.questions.question import Column, Question, gain, table
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines
from shengdian.experiments.results.metrics import tally
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.record.finished_run import Run

OWNERS = "strategies.owners"
SHOWN = (
    Column(Panel("hhi", "concentration of owners (HHI)", "0 to 1"), 3),
    Column(Panel("price", "mean price", "CNY/MWh"), 1),
    Column(Panel("added", "... against separate plants", "CNY/MWh"), 1),
    Column(Panel("earned_more", "plants' gain", "million CNY a day", 1e6), 1),
    Column(Panel("paid_more", "consumers' loss", "million CNY a day", 1e6), 1),
    Column(Panel("lost", "welfare change", "million CNY a day", 1e6), 2),
)


def measure(run: Run) -> Mapping[str, float | None]:
    """Also whether learning has converged, and how concentrated generation is by owner: the sum of squared shares, a mean over provinces
    weighted by their energy."""
    first = first_counted(run)
    scenario = build_scenario(load_config(run.directory / "config.toml"), run.design, run.seed)
    owner = {plant.id: plant.owner or plant.id for plant in scenario.plants}
    running = tally(run.tables, run.hours, first)
    found = figures(running, run.hours - first)
    energy: dict[tuple[str, str], int] = defaultdict(int)
    for (zone, plant), generated in running.output.items():
        energy[zone, owner[plant]] += generated
    running.output = energy
    return {**found, **learned(run), "hhi": running.hhi()}


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With what owners change against plants that decide for themselves, same design and seed."""
    apart, on = rows[rows[OWNERS] == 0], ["design", "seed"]
    return rows.assign(
        owners=["each plant its own" if count == 0 else str(count) for count in rows[OWNERS]],
        added=gain(rows, "price", apart, on),
        earned_more=gain(rows, "producers", apart, on),
        paid_more=-gain(rows, "consumers", apart, on),
        lost=gain(rows, "welfare", apart, on),
    )


def figure(rows: pd.DataFrame) -> Figure:
    """Prices, profits and welfare against the number of owners."""
    found = derived(rows)
    x, panels = Panel("owners", "owners of a province's plants", ""), [each.panel for each in SHOWN if each.panel.column != "price"]
    found["owners"] = found["owners"].replace({"each plant its own": "each\nits own"})
    return sweep_lines(
        found, x, [replace(panel, title=panel.title.replace("... against", "price against")) for panel in panels], by="design"
    )


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's table, a row for every number of owners."""
    return {"table": table(derived(rows), {"owners": "owners in a province"}, (*SHOWN, *CONVERGED))}


QUESTION = Question("concentration", measure, figure, blocks)
