"""Metrics of the tiny run of tests/tiny.py (one hour), every figure reckoned by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from shengdian.experiments.results.balance import Imbalance, balance
from shengdian.experiments.results.metrics import final_prices, summarise, tally
from shengdian.sim.record.run_writer import RunWriter
from tests.tiny import CONFIG, fill, hour_result, write

EXPECTED = {
    "load_mwh": 1.5 + 3.5 + 0.2,
    "served_mwh": 1.5 + 3.3 + 0.2,
    "unserved_mwh": 0.2,
    "generation_cost": 3.5 * 80 + 1.7 * 180,
    "carbon_payments": 0,
    "co2_t": 3.5 * 0.9 + 1.7 * 0.4,
    "curtailed_mwh": 0.5,
    "curtailed_share": 1.0,
    "lost_mwh": 0.5 + 0.4,
    "lost_share": 0.9 / 2.5,
    "lost_lake_mwh": 0.4,
    "lost_lake_share": 0.2,
    "lost_wind_mwh": 0.5,
    "lost_wind_share": 1.0,
    "stored_change_mwh": 0.6,
    "stored_worth": 90.0,
    "mean_price_per_mwh": (1.0 * 100 + 2.8 * 200) / 3.8,
    "price_spread_per_mwh": 100.0,
    "consumer_payment": 100 + 560 + 2 * 75,
    "producer_surplus": (300 + 75 - 280) + (200 + 75 + 18 - 306),
    "consumer_surplus": 1.5 * 600 + 3.3 * 1000 - 810,
    "storage_surplus": 0,
    "storage_bought_mwh": 0,
    "storage_sold_mwh": 0,
    "congestion_rent": 1.8 * 200 - 2 * 100 - 2 * 30,
    "wheeling": 2 * 30,
    "welfare": 1.5 * 600 + 3.3 * 1000 + 0.2 * 90 - 586 - 60,
    "welfare_and_water": 1.5 * 600 + 3.3 * 1000 + 0.2 * 90 - 586 - 60 + 90,
    "interprovincial_mwh": 2.0,
    "interprovincial_share": 2 / 5.2,
    "sent_out_share": (2.0 + 0.2) / 5.2,
    "hhi": 1.0,
    "transactions": 6,
    "blocks": 3,
    "gas": 3 * 71_000,
    "gas_per_order": 28_000,
    "gas_per_mwh": 3 * 71_000 / 5,
    "money_sum": 0,
    "energy_imbalance_mwh": 0,
}


def test_summary_has_exactly_the_keys_of_the_interface(tmp_path: Path) -> None:
    assert list(write(tmp_path).summary) == list(EXPECTED)


@pytest.mark.parametrize("key", EXPECTED)
def test_metric_is_as_reckoned_by_hand(key: str, tmp_path: Path) -> None:
    assert write(tmp_path, hours=1).summary[key] == pytest.approx(EXPECTED[key], rel=1e-12)


def test_surpluses_sum_to_the_welfare(tmp_path: Path) -> None:
    totals = tally(write(tmp_path).tables, 2)
    parts = totals.surpluses()
    assert sum(parts.values()) == totals.welfare() == 2 * 357_200_000
    assert parts["grid"] == 0
    assert parts["exchanges"] == 0


def test_windows_add_up_to_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = write(tmp_path, hours=30)
    monkeypatch.setattr("shengdian.experiments.results.windows.HOURS_A_WINDOW", 7)
    assert summarise(run.tables, 30, run.manifest) == run.summary


def test_sound_run_balances(tmp_path: Path) -> None:
    assert balance(write(tmp_path).tables, 2) == []


def test_missing_energy_and_made_money_are_named_with_hour_and_zone(tmp_path: Path) -> None:
    result = hour_result(0)
    short = replace(result.generation[1], metered=1699)
    generous = replace(result.ledger[0], money=result.ledger[0].money + 3)
    with RunWriter(tmp_path, "wrong", CONFIG) as writer:
        writer.table_writer.hour(replace(result, generation=(result.generation[0], short), ledger=(generous, *result.ledger[1:])))
        found = balance(writer.tables(), 1)
    assert found == [Imbalance(0, "S", -1), Imbalance(0, "", 3)]


def test_final_price_is_the_regional_one_and_else_the_provincial() -> None:
    prices = pd.DataFrame(
        [(0, "regional", "N", 120.0), (0, "provincial", "N", 100.0), (0, "provincial", "S", 200.0), (0, "regional", "S", None)],
        columns=["hour", "stage", "zone", "price_per_mwh"],
    )
    assert final_prices(prices).to_dict() == {(0, "N"): 12000, (0, "S"): 20000}


def test_run_without_any_trade_has_no_price_and_no_ratio(tmp_path: Path) -> None:
    result = replace(
        hour_result(0),
        **dict.fromkeys(("stages", "generation", "consumption", "agreements", "allocation", "ledger", "reservoirs"), ()),
        transactions={},
        gas={},
    )
    with RunWriter(tmp_path, "empty", CONFIG) as writer:
        writer.table_writer.hour(result)
        summary = summarise(writer.tables(), 1, writer.facts())
    assert {key for key, value in summary.items() if value is None} == {
        "curtailed_share",
        "lost_share",
        "mean_price_per_mwh",
        "price_spread_per_mwh",
        "interprovincial_share",
        "sent_out_share",
        "hhi",
        "gas_per_order",
        "gas_per_mwh",
    }


def test_two_equal_plants_of_a_zone_have_half_the_concentration(tmp_path: Path) -> None:
    result = hour_result(0)
    halves = [replace(result.generation[0], plant=f"N_{name}", metered=1750, scheduled=1750) for name in ("a", "b")]
    with RunWriter(tmp_path, "halves", CONFIG) as writer:
        writer.table_writer.hour(replace(result, generation=(*halves, result.generation[1])))
        assert tally(writer.tables(), 1).hhi() == pytest.approx((3500 * 0.5 + 1700 * 1.0) / 5200)


def test_filling_writes_what_the_other_tests_count_on(tmp_path: Path) -> None:
    with RunWriter(tmp_path, "rows", CONFIG) as writer:
        fill(writer, 1)
        writer.tables()
        assert writer.table_writer.rows == {
            "orders": 5,
            "prices": 2,
            "flows": 1,
            "agreements": 3,
            "allocation": 2,
            "generation": 3,
            "load": 3,
            "ledger": 12,
            "value": 3,
            "defaults": 0,
            "learning": 0,
            "reservoirs": 1,
            "storage": 0,
            "bills": 0,
            "differences": 0,
        }
