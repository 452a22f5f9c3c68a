"""The day-ahead design from end to end: orders of a day in one transaction a trader, cleared hour by hour."""

from __future__ import annotations

from pathlib import Path

import pytest

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.results.balance import balance
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.record.finished_run import Run, load

SMALL = {
    "run.hours": 26,
    "run.chain": "mirror",
    "run.compare": ["coupled", "day_ahead"],
    "region.zones": ["SX", "SD"],
    "users.count": {"industry": 1, "commerce": 1, "residential": 1},
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    config = override(load_config("six-provinces-day"), SMALL)
    return [load(path) for path in run_config(config, tmp_path_factory.mktemp("runs"))]


def test_a_trader_sends_one_transaction_a_day(runs: list[Run]) -> None:
    hourly, day_ahead = (run.manifest["transactions_by_phase"]["orders"] for run in runs)
    orders = runs[1].tables["orders"]
    assert day_ahead == sum(orders[orders["hour"] // 24 == day]["trader"].nunique() for day in (0, 1))
    assert hourly > 10 * day_ahead


def test_energy_and_money_balance(runs: list[Run]) -> None:
    for run in runs:
        assert balance(run.tables, run.hours) == []


def test_without_ramps_in_the_way_prices_are_those_of_hourly_orders(runs: list[Run]) -> None:
    coupled, day_ahead = (run.tables["prices"].set_index(["hour", "zone"])["price_per_mwh"] for run in runs)
    same = (coupled == day_ahead) | (coupled.isna() & day_ahead.isna())
    assert same.mean() > 0.9


def test_logs_are_the_same_on_the_evm(tmp_path: Path) -> None:
    small = {**SMALL, "run.hours": 2, "run.compare": ["day_ahead"]}
    configs = [override(load_config("six-provinces-day"), {**small, "run.chain": chain}) for chain in ("mirror", "pyevm")]
    mirror, evm = (load(run_config(config, tmp_path / config.run.chain)[0]) for config in configs)
    assert mirror.manifest["digest"] == evm.manifest["digest"]
