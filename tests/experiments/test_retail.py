"""Captive users pay what their default supplier paid, a bill a day; and no rent of a line is negative on the July day."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from shengdian.audit import Difference, audit
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.runs.one_run import run_single
from shengdian.sim.base.errors import InputError
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.market.retail import Retail
from shengdian.sim.record.finished_run import load
from shengdian.sim.record.tables import COLUMNS, whole
from shengdian.sim.twins.tariffs import Tariffs
from tests.experiments.audited import CLOSES, ERRORS, SMALL, altered, retable

DAYS: dict[str, Any] = {**SMALL, "run.hours": 50}
"""two days and two hours"""
RULES: dict[str, dict[str, Any]] = {
    "two stages": {},
    "pay-as-bid": {"run.design": "coupled", "market.mechanism": "pay-as-bid"},
    "a day ahead": {"run.design": "day_ahead"},
    "corridors": {"run.design": "corridor_matching"},
    "nothing under contract": {"contracts.share": 0.0, "region.exchange": "none"},
    "deviations": ERRORS,
    "accounts closed every seven hours": {**CLOSES, "collateral.hours": 7, "collateral.factor": 1.0, "collateral.defaults": []},
    "everything": {**ERRORS, **CLOSES, "collateral.hours": 24, "market.bids": "sealed"},
}


@cache
def finished(rules: str) -> Path:
    """A run with these rules; made once in a process."""
    config = override(load_config("base"), {**DAYS, **RULES[rules]})
    return run_config(config, Path(mkdtemp()))[0]


def counts(frame: pd.DataFrame, table: str, column: str) -> pd.Series:
    """A column in kWh, fen/MWh or 1e-5 CNY."""
    return pd.Series(whole(frame[column], COLUMNS[table][column]), frame.index)


@pytest.mark.long
@pytest.mark.parametrize("rules", RULES)
def test_after_every_bill_a_supplier_has_less_than_a_tick_on_the_energy_and_no_debt(rules: str) -> None:
    tables = load(finished(rules)).tables
    ledger, bills = tables["ledger"], tables["bills"]
    ledger = ledger.assign(money=counts(ledger, "ledger", "money"))
    energy = bills.assign(kwh=counts(bills, "bills", "energy_mwh")).groupby(["hour", "supplier"])["kwh"].sum()
    assert {hour for hour, _ in energy.index} >= {23, 47, 49}
    for (hour, supplier), bought in energy.items():
        before_close = ~((ledger["cause"] == "collateral") & (ledger["hour"] == hour))
        kept = ledger[(ledger["trader"] == supplier) & (ledger["hour"] <= hour) & before_close]
        assert 0 <= kept["money"].sum() < bought, (hour, supplier)
    assert ledger.groupby("hour")["money"].sum().eq(0).all()


@pytest.mark.parametrize("rules", RULES)
def test_users_are_billed_what_was_bought_for_them_at_one_rate(rules: str) -> None:
    tables = load(finished(rules)).tables
    bills = tables["bills"]
    kwh, rate, paid = (counts(bills, "bills", name) for name in ("energy_mwh", "rate_per_mwh", "amount"))
    assert (paid == kwh * rate).all()
    assert (bills.groupby(["hour", "supplier"])["rate_per_mwh"].nunique() == 1).all()
    assert set(bills["role"]) == {"user"}
    ledger = tables["ledger"]
    retail = ledger[(ledger["cause"] == "retail") & (ledger["role"] == "user")]
    assert -counts(retail, "ledger", "money").sum() == paid.sum() > 0
    assert counts(retail, "ledger", "energy_mwh").sum() == kwh.sum()
    if "settlement.deviation" not in RULES[rules]:
        captive = tables["load"][tables["load"]["user"].isin(set(bills["user"]))]
        assert counts(captive, "load", "bought_mwh").sum() == kwh.sum()


def test_a_bill_is_made_at_the_end_of_a_day_of_the_run_and_before_accounts_are_closed() -> None:
    def hours(rules: str) -> list[tuple[int, int]]:
        bills = load(finished(rules)).tables["bills"]
        return sorted(set(zip(bills["from_hour"], bills["hour"], strict=True)))

    assert hours("two stages") == [(0, 23), (24, 47), (48, 49)]
    closed = [0, 7, 14, 21, 24, 28, 35, 42, 48, 49, 50]
    assert hours("accounts closed every seven hours") == [(first, last - 1) for first, last in pairwise(closed)]


def test_nobody_is_billed_without_the_rule_or_without_captive_users(tmp_path: Path) -> None:
    for keys in ({"settlement.retail": "none"}, {"users.captive": []}):
        run = load(run_config(override(load_config("base"), {**SMALL, **keys}), tmp_path / str(len(keys)))[0])
        assert run.tables["bills"].empty
        assert "Tariffs" not in run.manifest["deployments"]
        assert audit(run.directory).clean


def test_another_word_is_refused_in_a_sentence() -> None:
    with pytest.raises(InputError, match=r"settlement\.retail is 'average'; allowed: none, average_cost"):
        override(load_config("base"), {"settlement.retail": "average"})


def test_a_bill_changes_what_nobody_else_pays_and_no_welfare(tmp_path: Path) -> None:
    billed = load(finished("two stages"))
    config = override(load_config("base"), {**DAYS, "settlement.retail": "none"})
    free = load(run_config(config, tmp_path)[0])
    same = ("welfare", "consumer_payment", "producer_surplus", "congestion_rent", "mean_price_per_mwh")
    assert [billed.summary[key] for key in same] == [free.summary[key] for key in same]
    rows = [run.tables["ledger"].query("cause != 'retail'").drop(columns=["block", "transaction"]) for run in (billed, free)]
    assert rows[0].reset_index(drop=True).equals(rows[1].reset_index(drop=True))


@pytest.mark.long
@pytest.mark.parametrize("rules", ["two stages", "everything"])
def test_chains_agree_and_the_run_audits_clean(rules: str, tmp_path: Path) -> None:
    keys = {**SMALL, **RULES[rules], "region.zones": ["SX"], "collateral.defaults": []}
    runs = [run_config(override(load_config("base"), {**keys, "run.chain": chain}), tmp_path / chain)[0] for chain in ("pyevm", "mirror")]
    digests = [load(run).manifest["digest"] for run in runs]
    assert digests[0] == digests[1]
    assert [audit(run).differences for run in (*runs, finished(rules))] == [(), (), ()]


def test_a_run_that_was_stopped_after_a_bill_goes_on_with_the_next(tmp_path: Path) -> None:
    config = override(load_config("base"), DAYS)
    hours: list[int] = []

    def stop(more: int, before: bool) -> None:
        hours.append(more)
        if len(hours) == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_single(config, tmp_path, stop)
    run = load(run_single(config, tmp_path, resume=True))
    assert run.tables["bills"].to_dict("records") == load(finished("two stages")).tables["bills"].to_dict("records")


# --- who lies ---------------------------------------------------------------------------------------------------------------------


def first(out: Path, **keys: Any) -> Difference:
    """The first difference of a run of two hours, made as things are now."""
    config = override(load_config("base"), {**SMALL, **keys})
    return audit(run_config(config, out)[0]).differences[0]


def test_energy_that_was_not_bought_is_found_where_it_is_billed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Deployment.operator_call

    def lie(self: Deployment, contract: str, function: str, *args: Any) -> Any:
        if function == "bill":
            args = (args[0], [args[1][0] - 1000, *args[1][1:]])
        return honest(self, contract, function, *args)

    monkeypatch.setattr(Deployment, "operator_call", lie)
    found = first(tmp_path)
    assert "SX_residential_1 is billed " in found.sentence
    assert "its supplier bought" in found.sentence
    assert found.transaction is not None


def test_a_rate_that_is_not_what_the_account_lacks_is_found_where_it_is_billed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Tariffs.other

    def lie(self: Tariffs, address: bytes, function: str, *args: Any) -> Any:
        value = honest(self, address, function, *args)
        return value - 10**9 if function == "balance_of" else value

    monkeypatch.setattr(Tariffs, "other", lie)
    found = first(tmp_path)
    assert found.sentence.startswith("the users of SX_supplier are billed at ")
    assert found.transaction is not None


def test_a_bill_that_is_not_made_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Retail.due
    monkeypatch.setattr(
        Retail, "due", lambda self, hour, rows: honest(self, hour, rows) if hour != 23 else (honest(self, hour, rows), [])[1]
    )
    config = override(load_config("base"), {**SMALL, "run.hours": 25})
    sentences = [difference.sentence for difference in audit(run_config(config, tmp_path)[0]).differences]
    assert sentences[0] == "hour 23 is over without the bill that is due with it"


@pytest.mark.parametrize("column", ["rate_per_mwh", "energy_mwh", "amount", "supplier", "from_hour"])
def test_a_changed_bill_is_found_and_placed(column: str, tmp_path: Path) -> None:
    config = override(load_config("base"), SMALL)
    run = run_config(config, tmp_path)[0]
    retable(run, "bills", lambda rows: altered(rows, 1, column))
    (found,) = audit(run).differences
    assert (found.table, found.row) == ("bills", 1)
    assert column in found.sentence


def test_a_bill_that_is_taken_out_is_found_and_placed(tmp_path: Path) -> None:
    run = run_config(override(load_config("base"), SMALL), tmp_path)[0]
    retable(run, "bills", lambda rows: pa.concat_tables([rows.slice(0, 1), rows.slice(2)]))
    assert any((found.table, found.row) == ("bills", 1) for found in audit(run).differences)


# --- rent -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", ["coupled", "two_stage"])
def test_no_line_has_a_negative_rent_on_the_july_day_and_the_grid_bears_what_rounding_takes(design: str, tmp_path: Path) -> None:
    run = load(run_config(override(load_config("base"), {"run.chain": "mirror", "run.design": design}), tmp_path)[0])
    flows, ledger, prices = (run.tables[name] for name in ("flows", "ledger", "prices"))
    assert (flows["rent"] >= 0).all()
    rent = ledger[ledger["cause"] == "rent"]
    earned, borne = (counts(rent[rent["trader"] == who], "ledger", "money").sum() for who in ("rent", "grid"))
    assert earned == counts(flows, "flows", "rent").sum()
    assert -1_000 * 100_000 < borne < 0  # CNY of the day
    price = {(row.hour, row.zone): row.price_per_mwh for row in prices[prices["stage"] == "regional"].itertuples()}
    lacking = 0.0
    for row in flows[flows["sent_mwh"] > 0].itertuples():
        sent, received = row.sent_mwh, row.received_mwh
        lacking += min(0.0, price[row.hour, row.to] * received - price[row.hour, row[2]] * sent - row.wheeling)
    assert borne == round(lacking * 100_000)
