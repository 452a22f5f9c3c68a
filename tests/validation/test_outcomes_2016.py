"""Outcomes of 2016: rows would fail a wrong model, and what is committed is what the rows say of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evidence.validation import outcomes_2016
from evidence.validation.outcomes_2016 import DESIGNS, PAGE, PRIORITIES, figures, main, outcomes, page, results, surprises
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.exchange import imported
from shengdian.regions.region import Region

ROWS = outcomes()
ROOT = Path(__file__).parents[2]


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
    assert expected == -sum(imported(load_config("base"), Region.load(), code)) / 1e6


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
    reservoirs = [plant.id for plant in world.plants if plant.zone == "SC" and plant.tech == "hydro_reservoir"]
    spilled = [{"hour": hour + 23, "plant": name, "spilled_mwh": 1000.0} for hour in hours for name in reservoirs]
    got = figures(world, pd.DataFrame(given), pd.DataFrame(taken), pd.DataFrame(spilled))
    thermal = [plant for plant in world.plants if plant.zone == "SC" and plant.thermal]
    made = sum(sum(plant.available[hour : hour + 24]) / 2 * Region.load().days[hour // 24] for plant in thermal for hour in hours)
    assert got["SC-thermal"] == pytest.approx(made / sum(plant.capacity for plant in thermal))
    running = [plant for plant in world.plants if plant.zone == "SC" and plant.tech == "hydro_run_of_river"]
    passing = sum(sum(plant.available[hour : hour + 24]) / 2000 * Region.load().days[hour // 24] for plant in running for hour in hours)
    assert got["SC-spill"] == pytest.approx((passing + sum(Region.load().days) * 1000 * len(reservoirs)) / 1e6)
    assert got["SX-curtailed"] == got["SX-curtailed-heating"] == pytest.approx(50)
    everything = sum(sum(plant.available[48:72]) / 2 for plant in world.plants if plant.zone == "GD" and plant.role == "plant")
    assert got["GD-export-03"] == pytest.approx((everything - sum(world.load("GD", 48 + at) for at in range(24))) * 31 / 1e6)


def test_what_is_committed_has_every_run_and_a_reason_for_every_row_that_fails() -> None:
    found = results()
    runs = [(priority, design) for priority in PRIORITIES for design in DESIGNS]
    assert [(each.priority, each.design, each.id) for each in found] == [(*run, name) for run in runs for name in ROWS]
    assert surprises(found) == []
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(found, "mirror")


def test_a_row_that_fails_without_a_reason_and_a_reason_without_a_failure_are_told() -> None:
    found = results()
    bad = [replace(each, got=0.0) if each.id == "SX-hydro" else each for each in found]
    assert [sentence.split(":")[0] for sentence in surprises(bad)] == ["Shanxi"]
    good = [replace(each, got=ROWS[each.id].expected) for each in found]
    assert len(surprises(good)) == sum(bool(row.fails) for row in ROWS.values())


def test_the_guide_says_what_came_of_sichuan() -> None:
    """ "It is not 2016 either": far more coal and lost water with equal shares, far less with water first."""
    got = {(each.priority, each.id): each.got for each in results() if each.design == "provincial"}
    for name in ("SC-thermal", "SC-spill"):
        row = ROWS[name]
        assert got["equal", name] > row.expected + row.tolerance
        assert got["renewable_first", name] < row.expected - row.tolerance
    assert "It is not 2016 either" in (ROOT / "docs/guide/six-provinces.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_runs_come_to_what_is_committed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = results()
    for name in ("RESULTS", "PAGE"):
        monkeypatch.setattr(outcomes_2016, name, tmp_path / name)
    assert main([]) == 0
    assert outcomes_2016.results() == before
