"""When a run's learners have converged: a rule that anybody can check, from the tables `learning` and `orders` of a finished run.

Days are taken in blocks of five, so that the draws of learners that never stop exploring even out. A run has converged on the first day of
the earliest block from which on, over three blocks or more and to the end of the run, no block's mean is off their common mean by more than
1 % of the price that buyers pay, and by more than 1 % of the highest markup (or of the room held back) that plants prefer (`choices`).
What comes before is left out of results, as the warm-up of any simulation (batch means: Robinson, European Journal of Operational Research
176, 2007); that nothing moves any more until the end is asked for in the way of Calvano, Calzolari, Denicolo and Pastorello (American
Economic Review 110, 2020). So a series that drifts, jumps or goes round in circles of some ten days or longer has not converged; neither
has one of less than 15 days. The rule is about the market's means: two plants that change places do not move them. It needs days
that are alike (calendar `day`, no water kept), because it cannot tell another world from another bid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from shengdian.experiments.results.figures.frame import Drawn
from shengdian.sim.base.units import HOURS_A_DAY
from shengdian.sim.record.finished_run import parts_of

BLOCK: Final = 5
"""days whose mean is taken"""
BLOCKS: Final = 3
"""least number of blocks that have to agree"""
WITHIN: Final = 0.01
"""of the mean price, and of the highest markup, that a block's mean may be off"""
WEIGHED: Final = {"roth_erev": "propensity/", "q_learning": "value/"}
"""strategies that weigh equal steps of markup, and how the keys of their weights begin; `.../<step>` ends them"""
KNOWN: Final = {"best_response": "preferred/"}
"""strategies that say what they prefer, %, and how the keys of that begin; the part of the day ends them"""


def choices(run: Drawn) -> pd.DataFrame:
    """The markup that each plant has come to prefer, % of its highest; columns hour, agent, markup.

    By `roth_erev` the mean markup, weighed by propensities; by `q_learning` the markup of greatest value; by `best_response` the best
    reply, of those who withhold what they hold back (% of their room). Mean over parts of the day and states. Empty where nobody learns.
    """
    said = _begun(run.tables["learning"], KNOWN)
    said = said[said["value"] >= 0].rename(columns={"value": "markup"})[["hour", "agent", "markup"]]  # less where no reply was found yet
    table = _begun(run.tables["learning"], WEIGHED)
    keys = [key.rpartition("/") for key in table["key"]]
    table = table.assign(state=[state for state, _, _ in keys], step=[int(step) for _, _, step in keys])
    found = []
    for (hour, agent, strategy, _), rows in table.groupby(["hour", "agent", "strategy", "state"], observed=True, sort=True):
        value, step = rows["value"].to_numpy(dtype=float), rows["step"].to_numpy(dtype=float)
        if strategy == "roth_erev":
            chosen = float((value * step).sum() / value.sum()) if value.sum() else float(step.mean())
        else:
            chosen = float(step[value.argmax()])
        found.append((hour, agent, 100 * chosen / max(1.0, float(step.max()))))
    every = pd.concat([pd.DataFrame(found, columns=["hour", "agent", "markup"]), said]) if found else said
    return every.groupby(["hour", "agent"], observed=True)[["markup"]].mean().reset_index()


def _begun(table: pd.DataFrame, begins: Mapping[str, str]) -> pd.DataFrame:
    """Rows of the strategies in `begins` whose keys begin as it says."""
    said = [strategy in begins and key.startswith(begins[strategy]) for strategy, key in zip(table["strategy"], table["key"], strict=True)]
    return table.loc[np.array(said, dtype=bool)]


def settled(series: Sequence[float], within: float) -> int | None:
    """The place of the first day from which on a daily series stays as it is, to `within` in its unit; None where it does not."""
    count = len(series) // BLOCK
    skipped = len(series) - count * BLOCK  # at the start, where nothing is settled anyway
    blocks = np.asarray(series, dtype=float)[skipped:].reshape(count, BLOCK).mean(axis=1)
    for first in range(count - BLOCKS + 1):
        rest = blocks[first:]
        if np.abs(rest - rest.mean()).max() <= within:
            return skipped + first * BLOCK
    return None


def daily(run: Drawn) -> pd.DataFrame:
    """A row a whole day, by its number from 0: price (CNY/MWh that buyers pay on average), markup (mean of `choices`, %)."""
    length = HOURS_A_DAY * parts_of(run.config)
    markup = choices(run).groupby("hour")["markup"].mean()
    markup.index = markup.index // length
    orders = run.tables["orders"]
    bought = orders[(orders["side"] == "buy") & (orders["filled_mwh"] > 0)]
    day = bought["hour"] // length
    paid = (bought["paid_price_per_mwh"] * bought["filled_mwh"]).groupby(day).sum() / bought["filled_mwh"].groupby(day).sum()
    return pd.DataFrame({"price": paid, "markup": markup}).reindex(range(run.hours // length))


def converged(run: Drawn) -> int | None:
    """The day, from 1 on, on which the run's learners had converged; None where they had not, or nobody learns."""
    days = daily(run).dropna()
    price = settled(days["price"].tolist(), WITHIN * abs(float(days["price"].tail(BLOCK).mean())))
    markup = settled(days["markup"].tolist(), 100 * WITHIN)
    return None if price is None or markup is None else max(price, markup) + 1


def said(day: int | None, days: int) -> str:
    """What people read of it; `days` are the whole ones of the run."""
    return f"converged on day {day}" if day else f"not converged in {days} days"
