"""(g) Plants that learn what to ask at home and in the region: what they sell at home, buy back, and make on it, by design and reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from evidence.questions.learning import first_counted
from evidence.questions.measures import outcome
from evidence.questions.question import Column, Question, gain, table
from shengdian.experiments.config.designs import market_of
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.results import palette
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines
from shengdian.experiments.results.metrics import final_prices
from shengdian.experiments.scenario import build_scenario
from shengdian.regions.region import region_of
from shengdian.sim.base.units import HOURS_A_DAY, currency, mwh
from shengdian.sim.record.finished_run import Run
from shengdian.sim.record.tables import COLUMNS, whole

LEARNER = "strategies.plants.name"
PLANTS = {"marginal_cost": "bid their cost", "roth_erev": "Roth and Erev", "q_learning": "Q-learning"}
FUELS = {"coal": "coal", "gas": "gas", "other": "wind, sun, water, nuclear"}
CNY, GWH = ("million CNY a day", 1e6), ("GWh a day", 1e3)
GAINERS = {"welfare": "welfare change by learning", "consumers": "... of consumers", "producers": "... of plants"}
CHANGED = [Column(Panel(f"{part}_more", words, *CNY), 2) for part, words in GAINERS.items()]
BACK = [Column(Panel("back", "bought back", *GWH), 1), Column(Panel("made", "made on it", *CNY), 2)]
BELOW = [Column(Panel("back_below", "sold below cost and bought back", *GWH), 1), Column(Panel("made_below", "made on that", *CNY), 2)]


def measure(run: Run) -> Mapping[str, Any]:
    """Also what plants buy back in the region (MWh a day) and make on it: the price at home less the one they buy at (CNY a day).

    `..._below` is what they had sold at home below its cost; `made_<zone>_<fuel>` parts it by province and by what plants burn.
    """
    config, first = load_config(run.directory / "config.toml"), first_counted(run)
    days = (run.hours - first) / HOURS_A_DAY
    orders, prices = (run.tables.between(name, first, run.hours) for name in ("orders", "prices"))
    plants = {plant.id: plant for plant in build_scenario(config, run.design, run.seed).plants}
    back = orders[(orders["stage"] == "regional") & (orders["side"] == "buy") & (orders["role"] == "plant") & (orders["filled_mwh"] > 0)]
    home = final_prices(prices[prices["stage"] == "provincial"]).reindex(pd.MultiIndex.from_frame(back[["hour", "zone"]])).to_numpy()
    energy, paid = (whole(back[name], COLUMNS["orders"][name]) for name in ("filled_mwh", "paid_price_per_mwh"))
    made, who = (home - paid).astype(np.int64) * energy, [plants[name] for name in back["trader"]]
    below = np.array([plant.thermal and price < plant.cost for plant, price in zip(who, home, strict=True)], np.bool_)
    technologies = region_of(config).technologies
    fuels = [fuel if (fuel := technologies[plant.tech].fuel) in FUELS else "other" for plant in who]
    parts = {"": np.ones_like(below), "_below": below}
    found = {f"back{name}": mwh(int(energy[part].sum())) / days for name, part in parts.items()}
    for zone in run.config["region"]["zones"]:
        here = (back["zone"] == zone).to_numpy()
        parts |= {f"_{zone}_{fuel}": here & np.array([each == fuel for each in fuels], np.bool_) for fuel in FUELS}
    found |= {f"made{name}": currency(int(made[part].sum())) / days for name, part in parts.items()}
    return {"market": palette.DESIGN_WORDS[market_of(config)], **outcome(run, first), **found}


def derived(rows: pd.DataFrame) -> pd.DataFrame:
    """With words for plants, and what learning changed in the same market under the same seed."""
    learn, rows = rows[LEARNER] != "marginal_cost", rows.assign(plants=rows[LEARNER].map(PLANTS))
    return rows.assign(**{f"{part}_more": gain(rows, part, rows[~learn], ["market", "seed"]).where(learn) for part in GAINERS})


def figure(rows: pd.DataFrame) -> Figure:
    """What learning changes in every market, and what is bought back there."""
    found = derived(rows.assign(market=rows["market"].str.replace(", ", "\n")))
    return sweep_lines(found, Panel("market", "design", ""), [each.panel for each in (*CHANGED, *BACK, BELOW[1])], "plants")


def blocks(rows: pd.DataFrame) -> Mapping[str, str]:
    """The page's tables: a row a market and kind of plants; the same where plants buy back; and that by province and fuel."""
    found, keys = derived(rows), {"market": "design", "plants": "plants"}
    two = found[found["back"] > 0]
    zones = [name.split("_")[1] for name in map(str, rows) if name.endswith("_coal")]
    apart = pd.concat([two.assign(zone=zone, **{fuel: two[f"made_{zone}_{fuel}"] for fuel in FUELS}) for zone in zones])
    columns = [Column(Panel(fuel, words, *CNY), 2) for fuel, words in FUELS.items()]
    return {
        "seeds": f"Seeds in the tables: {', '.join(str(seed) for seed in sorted(set(rows['seed'])))}.",
        "learning": table(found[found[LEARNER] != "marginal_cost"], keys, CHANGED),
        "back": table(two, keys, BACK + BELOW),
        "zones": table(apart.sort_values(["market", "plants"], kind="stable"), {**keys, "zone": "province"}, columns),
    }


QUESTION = Question("two-stage-gaming", measure, figure, blocks)
