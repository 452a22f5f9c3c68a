"""The rule that says when learning has converged, on made-up series and on what a run leaves."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from evidence.questions.__main__ import DOCS
from evidence.questions.learning import ACTIONS, COUNTED, learned
from shengdian.agents.strategies import parameters
from shengdian.agents.strategies.roth_erev import Strategy
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.results.convergence import BLOCK, BLOCKS, WITHIN, converged, daily, said, settled
from shengdian.experiments.results.figures.learning import learning
from shengdian.experiments.runs.sweep import runs_of
from shengdian.sim.base.units import HOURS_A_DAY

LEARNING = ("contract-share", "mechanisms", "concentration")
"""questions whose plants learn"""
FALLING = [300 + 60 * math.exp(-day / 6) for day in range(40)]
"""CNY/MWh that come down to 300"""


class Learners:
    """A run of one plant that prefers `markup` % of its highest, whose energy is bought at `price` CNY/MWh; by day."""

    label, directory = "coupled", Path()
    config: ClassVar = {"strategies": {"plants": {"parameters": {}}}}

    def __init__(self, price: Sequence[float], markup: Sequence[float] | None = None) -> None:
        markup = markup or [50.0] * len(price)
        self.hours = HOURS_A_DAY * len(price)
        ends = [HOURS_A_DAY * day + HOURS_A_DAY - 1 for day in range(len(price))]
        rows = [(hour, "A", "best_response", "preferred/0", share) for hour, share in zip(ends, markup, strict=True)]
        orders = [(hour, "buy", 2.0, paid) for hour, paid in zip(ends, price, strict=True)]
        orders += [(hour, "sell", 2.0, 0.0) for hour in ends] + [(hour, "buy", 0.0, math.nan) for hour in ends]
        self.tables = {
            "learning": pd.DataFrame(rows, columns=["hour", "agent", "strategy", "key", "value"]),
            "orders": pd.DataFrame(orders, columns=["hour", "side", "filled_mwh", "paid_price_per_mwh"]),
            "generation": pd.DataFrame({"plant": ["A"], "tech": ["coal_600"]}),
        }


def test_a_series_that_comes_to_rest_has_converged_from_there_on() -> None:
    assert settled(FALLING, WITHIN * 300) == 15  # days 10 to 14 are 5.9 above the mean from there on, days 15 to 19 are 2.4
    assert settled([300.0] * 40, 0.0) == 0


def test_a_series_that_drifts_has_not() -> None:
    assert settled([300 - 0.7 * day for day in range(40)], WITHIN * 300) is None  # 10.5 in fifteen days


def test_a_series_that_goes_round_in_circles_has_not() -> None:
    assert settled([300 + 10 * math.sin(2 * math.pi * day / 20) for day in range(60)], WITHIN * 300) is None


def test_draws_from_day_to_day_even_out() -> None:
    noise = np.random.default_rng(1).normal(0, 2, 40)
    assert max(abs(noise)) > 3  # more than the rule lets a block differ by
    assert settled(300 + noise, WITHIN * 300) == 0


def test_a_series_that_moves_once_more_at_its_end_has_not() -> None:
    assert settled([300.0] * 35 + [320.0] * 5, WITHIN * 300) is None


def test_fifteen_days_are_the_least_that_can_have_converged() -> None:
    assert settled([300.0] * (BLOCK * BLOCKS - 1), 1) is None
    assert settled([300.0] * BLOCK * BLOCKS, 1) == 0


def test_days_before_the_first_whole_block_are_left_out() -> None:
    assert settled([900.0, 900.0] + [300.0] * 15, 1) == 2


def test_price_and_markup_of_a_day_are_those_of_the_tables() -> None:
    days = daily(Learners([310.0, 300.0], [40.0, 60.0]))  # type: ignore[arg-type]
    assert days.to_dict("list") == {"price": [310.0, 300.0], "markup": [40.0, 60.0]}


def test_a_run_has_converged_where_both_price_and_markup_have() -> None:
    steady, moving = [50.0] * 40, [80.0 - day for day in range(40)]
    late = [80.0] * 22 + [50.0] * 18
    assert converged(Learners(FALLING, steady)) == 16  # type: ignore[arg-type]
    assert converged(Learners(FALLING, late)) == 26  # type: ignore[arg-type]
    assert converged(Learners(FALLING, moving)) is None  # type: ignore[arg-type]


def test_the_figure_says_when_learning_has_converged() -> None:
    (axis,) = learning([Learners(FALLING)]).axes  # type: ignore[list-item]
    assert axis.get_title(loc="left") == "coupled: converged on day 16"
    assert [line.get_xdata() for line in axis.lines if line.get_linestyle() == "--"] == [[16, 16]]


def test_the_figure_says_where_it_has_not() -> None:
    (axis,) = learning([Learners(FALLING[:5])]).axes  # type: ignore[list-item]
    assert axis.get_title(loc="left") == "coupled: not converged in 5 days"
    assert not [line for line in axis.lines if line.get_linestyle() == "--"]
    assert said(None, 5) == "not converged in 5 days"


def test_a_question_says_of_every_run_with_learners_whether_it_has_converged() -> None:
    assert learned(Learners(FALLING)) == {"converged": 1.0, "day": 16}  # type: ignore[arg-type]
    assert learned(Learners(FALLING[:9])) == {"converged": 0.0, "day": None}  # type: ignore[arg-type]


def test_a_question_says_nothing_of_plants_with_one_markup() -> None:
    alone = Learners(FALLING)
    alone.config = {"strategies": {"plants": {"parameters": {"actions": 1}}}}  # type: ignore[misc]
    assert learned(alone) == {"converged": None, "day": None}  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LEARNING)
def test_learners_of_questions_are_those_that_were_validated(name: str) -> None:
    """The duopolies of the validation run the strategy's defaults. Learners have ten days before those that count, or the page says that
    none of them has converged."""
    page = (DOCS / "questions" / f"{name}.md").read_text(encoding="utf-8")
    short = re.search(r"none\s+of\s+the(se|ir)\s+runs\s+has\s+converged", page, re.IGNORECASE) is not None
    default = {key: known.default for key, known in Strategy.known.items()}
    learners = [run for run in runs_of(load_config(name)) if run.strategies.plants.parameters.get("actions") != 1]
    for run in learners:
        assert run.strategies.plants.name == "roth_erev"
        assert parameters("roth_erev", run.strategies.plants.parameters) == default
        assert short or run.run.hours - COUNTED >= 2 * BLOCK * HOURS_A_DAY
        assert not run.water.carry_over
    others = [run for run in runs_of(load_config(name)) if run not in learners]
    assert {run.strategies.plants.parameters["actions"] for run in others} <= {1}
    assert ACTIONS.endswith("parameters.actions")


@pytest.mark.parametrize("name", LEARNING)
def test_questions_with_learners_have_ten_seeds(name: str) -> None:
    assert len(load_config(name).run.seeds) >= 10
