"""Structures whose hour has no orders, against the worked example: to the tick, and to the kWh."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import shengdian
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.record.finished_run import Run
from tests.structures.worked import finished, write

MONOPOLY: Mapping[str, Any] = {"structure.preset": "china_monopoly"}
ALONE: Mapping[str, Any] = {"structure.preset": "japan", "structure.trade": "none"}
DUE: Mapping[str, Any] = {
    "monopoly": {
        "keys": MONOPOLY,
        "output": [{"A1": 200, "A2": 200, "B1": 110}, {"A1": 200, "A2": 200, "A3": 150, "B1": 200, "B2": 120}],
        "flow": [160, 250],
        "cost": 220_000,
        "paid": {"A": 292_000},
        "energy": {"A": 1380},
        "tariff": {"AL": 211.60, "BL": 211.60},  # 211.594 rounded up
    },
    "alone": {
        "keys": ALONE,
        "output": [{"A1": 200, "A2": 40, "B1": 200, "B2": 70}, {"A1": 200, "A2": 100, "B1": 200, "B2": 200, "B3": 170}],
        "flow": [0, 0],
        "cost": 262_700,
        "paid": {"A": 97_000, "B": 237_700},
        "energy": {"A": 540, "B": 840},
        "tariff": {"AL": 179.63, "BL": 282.98},  # 179.630 and 282.976 rounded up
    },
}
CHAINS = ("mirror", "revm", "eth-tester")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dispatch")


def run_of(out: Path, name: str, chain: str = "mirror") -> Run:
    """The run of a case, made once a module and chain."""
    folder = out / f"{name}-{chain}"
    if not folder.exists():
        try:
            open_chain(chain)
        except MissingExtra as missing:
            pytest.skip(str(missing))
        (folder / "region").mkdir(parents=True)
        finished(write(folder / "region"), folder / "runs", {**DUE[name]["keys"], "region.exchange": "none", "run.chain": chain})
    (run,) = (folder / "runs").iterdir()
    return shengdian.load(run)


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("name", DUE)
def test_output_flow_and_cost_are_those_worked_out(name: str, chain: str, out: Path) -> None:
    run, due = run_of(out, name, chain), DUE[name]
    table = run.tables["generation"].query("metered_mwh > 0")
    assert [dict(zip(rows["plant"], rows["metered_mwh"], strict=True)) for _, rows in table.groupby("hour")] == due["output"]
    flows = run.tables["flows"].query("`from` == 'A'")["sent_mwh"].tolist()
    assert (flows or [0, 0]) == due["flow"]
    assert run.summary["generation_cost"] == due["cost"]


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("name", DUE)
def test_users_pay_fuel_and_fixed_cost_and_the_company_keeps_less_than_a_tick_a_mwh(name: str, chain: str, out: Path) -> None:
    run, due = run_of(out, name, chain), DUE[name]
    assert {user: rate for user, rate in run.tables["bills"].set_index("user")["rate_per_mwh"].items() if user in due["tariff"]} == due["tariff"]
    money = run.tables["ledger"].groupby("trader")["money"].sum()
    paid = -run.tables["ledger"].query("role == 'user'").groupby(lambda row: run.tables["ledger"]["trader"][row][0])["money"].sum()
    companies = {"A": ["A", "B"]} if len(due["paid"]) == 1 else {zone: [zone] for zone in due["paid"]}
    for first, zones in companies.items():
        rest = money[f"{first}_supplier"]
        assert 0 <= rest < 0.01 * due["energy"][first]
        assert sum(paid[zone] for zone in zones) - rest == pytest.approx(due["paid"][first], abs=1e-6)
        assert sum(money[plant] for plant in money.index if plant[0] in zones and plant[1:].isdigit()) == pytest.approx(due["paid"][first])
    assert money.sum() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", DUE)
def test_a_utility_leaves_no_order_no_price_and_no_trade(name: str, out: Path) -> None:
    run = run_of(out, name)
    assert run.tables["orders"].empty
    assert run.tables["prices"]["price_per_mwh"].isna().all()
    assert set(run.tables["ledger"]["cause"]) == {"dispatch", "retail"}
    assert run.summary["transactions_by_phase"].keys().isdisjoint({"orders", "commits", "markups"})


@pytest.mark.parametrize("name", DUE)
def test_every_chain_leaves_the_same_digest_and_the_audit_finds_nothing_on_another(name: str, out: Path) -> None:
    runs = [run_of(out, name, chain) for chain in CHAINS]
    assert len({run.manifest["digest"] for run in runs}) == 1
    assert shengdian.audit(runs[0].directory, chain="eth-tester").clean
