"""A carbon price by hand: plants pay it and ask for it, the state gets it, and welfare changes only where other plants run."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.audit import audit
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.metrics import tally
from shengdian.experiments.results.welfare import parts_of
from shengdian.sim.base.units import fen
from shengdian.sim.record.finished_run import Run
from shengdian.sim.scenario import carbon_cost
from tests.experiments import one_zone

PRICE = "costs.carbon_per_t"
BASE, PEAK = 320, 100
"""MWh of each plant in the four hours, while the first is the cheaper one"""


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return one_zone.write(tmp_path_factory.mktemp("zone"))


def priced(zone: Path, out: Path, price: float | None) -> Run:
    return one_zone.finished(zone, out, {} if price is None else {PRICE: price})


def test_plants_ask_for_what_their_emission_costs_and_pay_it(zone: Path, tmp_path: Path) -> None:
    run = priced(zone, tmp_path, 50.0)
    assert list(run.tables["prices"]["price_per_mwh"]) == [140.0, 140.0, 320.0, 320.0]
    rows = run.tables["generation"].groupby("plant")[["metered_mwh", "cost", "carbon_payment"]].sum()
    assert rows.loc["A_base"].tolist() == [BASE, 140.0 * BASE, 40.0 * BASE]
    assert rows.loc["A_peak"].tolist() == [PEAK, 320.0 * PEAK, 20.0 * PEAK]
    assert run.summary["carbon_payments"] == 50.0 * run.summary["co2_t"] == 40.0 * BASE + 20.0 * PEAK


def test_a_price_that_changes_no_plant_s_turn_changes_who_has_the_money_and_no_welfare(zone: Path, tmp_path: Path) -> None:
    free, run = (tally(priced(zone, tmp_path, price).tables, 4) for price in (None, 50.0))
    assert run.welfare() == free.welfare()
    assert sum(run.surpluses().values()) == run.welfare()
    parts = parts_of(run, 0, Fraction(0))
    assert parts["carbon", ""] == (40 * BASE + 20 * PEAK) * 100_000
    assert run.surpluses()["consumers"] == free.surpluses()["consumers"] - (40 * 120 + 20 * 300) * 100_000


def test_a_price_that_turns_the_order_of_plants_saves_emission_and_costs_welfare(zone: Path, tmp_path: Path) -> None:
    free, dear = (priced(zone, tmp_path, price) for price in (None, 1000.0))
    assert dear.summary["co2_t"] == 0.4 * BASE + 0.8 * PEAK < free.summary["co2_t"]
    assert dear.summary["welfare"] == free.summary["welfare"] - (BASE - PEAK) * 200


def test_audit_is_clean_and_decides_the_same_again(zone: Path, tmp_path: Path) -> None:
    run = priced(zone, tmp_path, 50.0)
    assert audit(run, rerun=True).differences == ()


def test_without_a_price_the_config_and_its_hash_are_as_before() -> None:
    assert "carbon_per_t" not in load_config("base").resolved()["costs"]


def test_a_sweep_may_vary_it() -> None:
    config = override(load_config("base"), {"sweep.grid": {PRICE: [0.0, 50.0]}})
    assert config.sweep.grid == {PRICE: (0.0, 50.0)}


@given(price=st.floats(0, 100_000), emission=st.integers(0, 100_000))
def test_what_emission_costs_is_price_times_emission_to_the_tick(price: float, emission: int) -> None:
    exact = Fraction(fen(price)) * emission / 1000
    assert 0 <= exact - carbon_cost(fen(price), emission) < 1
