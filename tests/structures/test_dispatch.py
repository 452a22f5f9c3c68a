"""Structures whose hour has no orders, against the worked example: to the tick, and to the kWh."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import shengdian
from shengdian.sim import model
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra
from shengdian.sim.record.finished_run import Run
from tests.structures.worked import CAPACITY, COST, finished, write

MONOPOLY: Mapping[str, Any] = {"structure.preset": "china_monopoly"}
ALONE: Mapping[str, Any] = {"structure.preset": "japan", "structure.trade": "none"}
JAPAN: Mapping[str, Any] = {"structure.preset": "japan"}
B3_OUT = {"outages": [{"plant": "B3", "from_hour": 1, "to_hour": 2, "available_share": 0.0}]}
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
    "japan": {
        "keys": JAPAN,
        "output": [{"A1": 200, "A2": 40, "B1": 200, "B2": 70}, {"A1": 200, "A2": 100, "B1": 200, "B2": 200, "B3": 170}],
        "flow": [0, 0],
        "cost": 262_700,
        "paid": {"A": 97_000, "B": 237_700},
        "energy": {"A": 540, "B": 840},
        "tariff": {"AL": 179.63, "BL": 282.98},  # 179.630 and 282.976 rounded up
    },
    "outage": {  # B buys 170 MWh at 220, what the last plant of A costs that gives for it
        "keys": {**JAPAN, **B3_OUT},
        "output": [{"A1": 200, "A2": 40, "B1": 200, "B2": 70}, {"A1": 200, "A2": 200, "A3": 70, "B1": 200, "B2": 200}],
        "flow": [0, 170],
        "cost": 233_600,
        "paid": {"A": 127_400 - 170 * 220, "B": 178_200 + 170 * 220},
        "energy": {"A": 540, "B": 840},
        "tariff": {"AL": 166.67, "BL": 256.67},
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
    rates = run.tables["bills"].set_index("user")["rate_per_mwh"]
    assert {user: rates[user] for user in due["tariff"]} == due["tariff"]
    money = run.tables["ledger"].groupby("trader")["money"].sum()
    paid = {zone: -money[f"{zone}L"] - money[f"{zone}H"] for zone in "AB"}
    companies = {"A": ["A", "B"]} if len(due["paid"]) == 1 else {zone: [zone] for zone in due["paid"]}
    for first, zones in companies.items():
        rest = money[f"{first}_supplier"]
        assert 0 <= rest < 0.01 * due["energy"][first]
        assert sum(paid[zone] for zone in zones) - rest == pytest.approx(due["paid"][first], abs=1e-6)
    plants = sum(money[plant] for plant in COST)  # fuel and fixed cost, whoever owns them
    assert plants == pytest.approx(due["cost"] + 30 * CAPACITY * len(COST) * 2, abs=1e-6) == pytest.approx(sum(due["paid"].values()))
    assert money.sum() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", DUE)
def test_a_utility_leaves_no_order_no_price_and_no_trade(name: str, out: Path) -> None:
    run = run_of(out, name)
    assert run.tables["orders"].empty
    assert run.tables["prices"]["price_per_mwh"].isna().all()
    assert set(run.tables["ledger"]["cause"]) == {"dispatch", "retail"}
    assert not {"orders", "commits", "markups"} & set(run.manifest["transactions_by_phase"])


@pytest.mark.parametrize("name", DUE)
def test_every_chain_leaves_the_same_digest_and_the_audit_finds_nothing_on_another(name: str, out: Path) -> None:
    runs = [run_of(out, name, chain) for chain in CHAINS]
    assert len({run.manifest["digest"] for run in runs}) == 1
    assert shengdian.audit(runs[0].directory, chain="eth-tester").clean


def test_a_forged_plan_is_found(out: Path, tmp_path: Path) -> None:
    """An output of the table is moved from the cheapest plant to a dearer one."""
    copied = tmp_path / "forged"
    shutil.copytree(run_of(out, "japan").directory, copied)
    table = pd.read_parquet(copied / "generation.parquet")
    schema = pq.read_schema(copied / "generation.parquet")
    table.loc[table["plant"] == "A1", ["scheduled_mwh", "metered_mwh"]] -= 1.0
    table.loc[table["plant"] == "A2", ["scheduled_mwh", "metered_mwh"]] += 1.0
    pq.write_table(pa.Table.from_pandas(table, schema=schema, preserve_index=False), copied / "generation.parquet")
    assert any(difference.table == "generation" for difference in shengdian.audit(copied).differences)


def test_a_plan_that_leaves_out_a_plant_is_found(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator plans honestly proven, but without the cheapest plant."""
    whole = model.planned
    monkeypatch.setattr(model, "planned", lambda scenario, rooms, needed: whole(scenario, [0, *rooms[1:]], needed))
    folder = out / "left-out"
    folder.mkdir()
    run = finished(write(folder), out / "left-out-runs", {**ALONE, "region.exchange": "none"})
    assert "the plan has 0 kWh of A1; it can give 200000" in str(shengdian.audit(run).differences[0])
