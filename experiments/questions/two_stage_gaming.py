"""(g) Plants that learn what to ask at home and in the region: what they sell at home, buy back, and make on it, by design and reading."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shengdian.experiments.config.designs import READING
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.questions.learning import first_counted
from shengdian.experiments.questions.measures import outcome
from shengdian.experiments.questions.question import Column, Question, gain, table
from shengdian.experiments.results import palette
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines
from shengdian.experiments.results.metrics import final_prices
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.technology import technologies
from shengdian.sim.base.units import HOURS_A_DAY, cny, mwh
from shengdian.sim.record.finished_run import Run
from shengdian.sim.record.tables import COLUMNS, whole

LEARNER = "strategies.plants.name"
PLANTS = {"marginal_cost": "bid their cost", "roth_erev": "Roth and Erev", "q_learning": "Q-learning"}
FUELS = {"coal": "coal", "gas": "gas", "other": "wind, sun, water, nuclear"}
CHANGED = (
    Column(Panel("lost", "welfare change by learning", "million CNY a day", 1e6), 2),
    Column(Panel("consumers_more", "... of consumers", "million CNY a day", 1e6), 1),
    Column(Panel("producers_more", "... of plants", "million CNY a day", 1e6), 1),
)
BACK = (
    Column(Panel("back", "bought back", "GWh a day", 1e3), 1),
    Column(Panel("made", "made on it", "million CNY a day", 1e6), 2),
    Column(Panel("back_below", "sold below cost and bought back", "GWh a day", 1e3), 1),
    Column(Panel("made_below", "made on that", "million CNY a day", 1e6), 2),
)


def measure(run: Run) -> Mapping[str, float | None]:
    """Also what plants buy back in the region (MWh a day) and make on it: the price at home less the one they buy at (CNY a day).

    `..._below` is what they had sold at home below its cost; `made_<zone>_<fuel>` parts it by province and by what plants burn.
    """
    first = first_counted(run)
    days = (run.hours - first) / HOURS_A_DAY
    orders, prices = (run.tables.between(name, first, run.hours) for name in ("orders", "prices"))
    plants = {plant.id: plant for plant in build_scenario(load_config(run.directory / "config.toml"), run.design, run.seed).plants}
    back = orders[(orders["stage"] == "regional") & (orders["side"] == "buy") & (orders["role"] == "plant") & (orders["filled_mwh"] > 0)]
    home = final_prices(prices[prices["stage"] == "provincial"]).reindex(pd.MultiIndex.from_frame(back[["hour", "zone"]])).to_numpy()
    energy, paid = (whole(back[name], COLUMNS["orders"][name]) for name in ("filled_mwh", "paid_price_cny_mwh"))
    made, who = (home - paid).astype(np.int64) * energy, [plants[name] for name in back["trader"]]
    below = np.array([plant.thermal and price < plant.cost for plant, price in zip(who, home, strict=True)], np.bool_)
    fuels = [fuel if (fuel := technologies()[plant.tech].fuel) in FUELS else "other" for plant in who]
    parts = {"": below | True, "_below": below}
    found = {f"back{name}": mwh(int(energy[part].sum())) / days for name, part in parts.items()}
    for zone in run.config["region"]["provinces"]:
        here = (back["zone"] == zone).to_numpy()
        parts |= {f"_{zone}_{fuel}": here & np.array([each == fuel for each in fuels], np.bool_) for fuel in FUELS}
    return {**outcome(run, first), **found, **{f"made{name}": cny(int(made[part].sum())) / days for name, part in parts.items()}}


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With words for market and plants, and what learning changed in the same market under the same seed."""
    words = [
        palette.DESIGN_WORDS.get(", ".join(pair), palette.DESIGN_WORDS[pair[0]]) for pair in zip(rows["design"], rows[READING], strict=True)
    ]
    rows, old = rows.assign(market=words, plants=rows[LEARNER].map(PLANTS)), ("welfare", "consumers", "producers")
    learn, cost = rows[LEARNER] != "marginal_cost", rows[rows[LEARNER] == "marginal_cost"]
    new = [gain(rows, name, cost, ["market", "seed"]).where(learn) for name in old]
    return rows.assign(**{each.panel.column: values for each, values in zip(CHANGED, new, strict=True)})


def figure(rows: pd.DataFrame) -> Figure:
    """What learning changes in every market, and what is bought back there."""
    found = derived(rows)
    found["market"] = found["market"].str.replace(", ", "\n")
    return sweep_lines(found, Panel("market", "design", ""), [each.panel for each in (*CHANGED, *BACK[:2], BACK[3])], "plants")


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's tables: a row a market and kind of plants; the same where plants buy back; and that by province and fuel."""
    found, keys = derived(rows), {"market": "design", "plants": "plants"}
    two = found[found["back"] > 0]
    zones = [name.split("_")[1] for name in map(str, rows) if name.endswith("_coal")]
    apart = pd.concat([two.assign(zone=zone, **{fuel: two[f"made_{zone}_{fuel}"] for fuel in FUELS}) for zone in zones])
    columns = [Column(Panel(fuel, words, "million CNY a day", 1e6), 2) for fuel, words in FUELS.items()]
    return {
        "learning": table(found[found[LEARNER] != "marginal_cost"], keys, CHANGED),
        "back": table(two, keys, BACK),
        "zones": table(apart.sort_values(["market", "plants"], kind="stable"), {**keys, "zone": "province"}, columns),
    }


QUESTION = Question("two-stage-gaming", measure, figure, blocks)
