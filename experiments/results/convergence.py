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

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from shengdian.experiments.results.figures.frame import Drawn
from shengdian.experiments.results.learned import choices
from shengdian.sim.base.units import HOURS_A_DAY

BLOCK: Final = 5
"""days whose mean is taken"""
BLOCKS: Final = 3
"""least number of blocks that have to agree"""
WITHIN: Final = 0.01
"""of the mean price, and of the highest markup, that a block's mean may be off"""


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
    markup = choices(run).groupby("hour")["markup"].mean()
    markup.index = markup.index // HOURS_A_DAY
    orders = run.tables["orders"]
    bought = orders[(orders["side"] == "buy") & (orders["filled_mwh"] > 0)]
    paid = (bought["paid_price_cny_mwh"] * bought["filled_mwh"]).groupby(bought["hour"] // HOURS_A_DAY).sum()
    energy = bought["filled_mwh"].groupby(bought["hour"] // HOURS_A_DAY).sum()
    whole = range(run.hours // HOURS_A_DAY)
    return pd.DataFrame({"price": paid / energy, "markup": markup}).reindex(whole)


def converged(run: Drawn) -> int | None:
    """The day, from 1 on, on which the run's learners had converged; None where they had not, or nobody learns."""
    if not len(run.tables["learning"]):
        return None
    days = daily(run).dropna()
    if not len(days):
        return None
    price = settled(days["price"].tolist(), WITHIN * abs(float(days["price"].iloc[-1])))
    markup = settled(days["markup"].tolist(), 100 * WITHIN)
    return None if price is None or markup is None else max(price, markup) + 1


def said(day: int | None, hours: int) -> str:
    """What people read of it; `hours` are those of the run."""
    return f"converged on day {day}" if day else f"not converged in {hours // HOURS_A_DAY} days"
