"""Outcomes of 2016: rows would fail a wrong model, and what is committed is what the rows say of it."""

from __future__ import annotations

import pandas as pd
import pytest

from evidence.validation.outcomes_2016 import DESIGNS, PRIORITIES, figures, outcomes
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.calendar import DAYS, MONTHS
from shengdian.experiments.world.exchange import imported

ROWS = outcomes()


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.wrong is not None])
def test_a_wrong_model_would_fail_the_row(name: str) -> None:
    row = ROWS[name]
    assert row.wrong is not None
    assert row.holds(row.expected)
    assert not row.holds(row.wrong)


def test_every_row_says_where_it_is_from_and_why_it_may_be_off_by_so_much() -> None:
    assert all(row.source and row.because and row.formula and row.tolerance > 0 for row in ROWS.values())


@pytest.mark.parametrize("code", ["GD", "SD", "SX", "AH", "SC", "JX"])
def test_months_that_are_expected_sum_to_the_exchange_of_the_region(code: str) -> None:
    expected = sum(row.expected for name, row in ROWS.items() if name.startswith(f"{code}-export-"))
    assert expected == -sum(imported(load_config("base"), code)) / 1e6


def test_figures_are_those_of_a_year_reckoned_by_hand() -> None:
    """Every plant gives half of what it can on every day and every user gets all: hours, losses and exports follow from the world alone."""
    config = load_config("six-provinces-months")
    world = build_scenario(config, "provincial", 1)
    hours = range(0, 288, 24)
    given = [
        {"hour": hour, "plant": plant.id, "role": plant.role, "metered_mwh": sum(plant.available[hour : hour + 24]) / 2000}
        for hour in hours
        for plant in world.plants
    ]
    taken = [
        {
            "hour": hour,
            "zone": zone,
            "role": "user",
            "contracted_mwh": 0.0,
            "bought_mwh": sum(world.load(zone, hour + at) for at in range(24)) / 1000,
        }
        for hour in hours
        for zone in world.zones
    ]
    got = figures(world, pd.DataFrame(given), pd.DataFrame(taken))
    thermal = [plant for plant in world.plants if plant.zone == "SC" and plant.thermal]
    made = sum(sum(plant.available[hour : hour + 24]) / 2 * DAYS[hour // 24] for plant in thermal for hour in hours)
    assert got["SC-thermal"] == pytest.approx(made / sum(plant.capacity for plant in thermal))
    assert got["SX-curtailed"] == got["SX-curtailed-heating"] == pytest.approx(50)
    everything = sum(sum(plant.available[48:72]) / 2 for plant in world.plants if plant.zone == "GD" and plant.role == "plant")
    assert got["GD-export-03"] == pytest.approx((everything - sum(world.load("GD", 48 + at) for at in range(24))) * 31 / 1e6)


def test_runs_are_of_every_design_and_priority() -> None:
    assert len(DESIGNS) * len(PRIORITIES) == 6
    assert MONTHS[-1] == 12
