"""The design with nodal prices: the shipped five buses as published, on every chain alike, audited; and what it does not take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import shengdian
from shengdian.audit import nodal as audit_nodal
from shengdian.audit.hour import StageAsCleared
from shengdian.audit.order_book import Row
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.runs.one_run import run_single
from shengdian.regions.region import Region
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import InputError, MissingExtra
from shengdian.sim.base.types import Network, Rules
from shengdian.sim.record.finished_run import Run, load
from tests.experiments.test_sweep import contents
from tests.faults.runs import stop_after

FOLDER = Region.load("pjm-five-bus").folder
PRICES = {"A": 16.97, "B": 26.38, "C": 30.0, "D": 39.94, "E": 10.0}
OUTPUT = {"Alta": 40.0, "Park City": 170.0, "Solitude": 323.495, "Sundance": 0.0, "Brighton": 466.505}


def written(folder: Path) -> Path:
    """The config of the region's README."""
    (text,) = re.findall(r"```toml\n(.*?)```", (FOLDER / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (folder / "five-buses.toml").write_text(text, encoding="utf-8")
    return folder / "five-buses.toml"


def finished(folder: Path, chain: str, **keys: Any) -> Run:
    try:
        open_chain(chain)
    except MissingExtra as missing:
        pytest.skip(str(missing))
    config = override(load_config(written(folder)), {"run.chain": chain, **keys})
    return load(run_config(config, folder / chain)[0])


def test_five_buses_have_their_published_dispatch_prices_and_rent(tmp_path: Path) -> None:
    run = finished(tmp_path, "mirror")
    prices, flows, plants = run.tables["prices"], run.tables["flows"], run.tables["generation"]
    assert dict(zip(prices["zone"], prices.filter(like="price").iloc[:, 0], strict=True)) == PRICES
    assert dict(zip(plants["plant"], plants["metered_mwh"], strict=True)) == OUTPUT
    shadow = flows.filter(like="shadow_price").iloc[:, 0]
    full = flows[shadow.notna()]
    assert full[["from", "to", "sent_mwh"]].to_numpy().tolist() == [["E", "D", 240.0]]
    assert shadow.dropna().tolist() == [62.32]
    sums = run.summary
    assert (sums["generation_cost"], sums["congestion_rent"], sums["energy_imbalance_mwh"]) == (17479.9, 14956.4, 0.0)
    assert sums["served_mwh"] == 1000.0


def test_three_chains_leave_one_digest_and_clean_audits(tmp_path: Path) -> None:
    runs = [finished(tmp_path, chain, **{"run.hours": 2}) for chain in ("mirror", "pyevm", "revm")]
    assert len({run.manifest["digest"] for run in runs}) == 1
    for run in runs:
        assert shengdian.audit(run.directory, rerun=run is runs[0]).differences == ()


def test_orders_on_steps_congest_the_network_through_a_day_that_audits_clean(tmp_path: Path) -> None:
    """Elastic industry and markups leave other prices than the published ones."""
    keys = {"strategies.industry": {"name": "elastic", "parameters": {}}, "run.hours": 3, "market.k": 0.25, "costs.heat_rate_spread": 0.03}
    run = finished(tmp_path, "mirror", **keys, **{"strategies.plants.parameters": {"unit_spread": 0.05}})
    assert run.tables["flows"].filter(like="shadow_price").iloc[:, 0].notna().any()
    assert run.summary["energy_imbalance_mwh"] == 0
    assert shengdian.audit(run.directory).differences == ()


# --- what the audit would find ----------------------------------------------------------------------------------------------------


def cleared() -> tuple[list[Row], StageAsCleared, Rules]:
    """The smallest book whose prices are no lattice, with its right prices 15, 30 and 45, and the rules."""
    orders = [(0, True, 10, 900), (0, True, 20, 100_000), (1, True, 30, 100_000), (2, False, 50, 2_700), (2, False, 40, 100_000)]
    book = [Row(number, 0, zone, sells, price, quantity, price, False) for number, (zone, sells, price, quantity) in enumerate(orders)]
    network = Network(((666_666_667, 333_333_333, 0),), (1_200,), (None,))
    stage = StageAsCleared("regional", (15, 30, 45), (), (), (0,) * 5, (900, 0, 1_800, 2_700, 0), 0, net=(900, 1_800, -2_700))
    return book, stage, Rules(3, (), 0, 100, 500_000, network)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"prices": (13, 30, 46)}, ["the price of node 0 is 13", "the price of node 2 is 46"]),
        ({"prices": (15, None, 45)}, ["a node has no price"]),
        ({"net": (900, 1_801, -2_701)}, ["net exports are announced"]),
        ({"after": (900, 0, 1_800, 2_699, 0)}, ["net exports are announced", "orders sell 1 kWh more"]),
        ({"after": (900, 5, 1_800, 2_700, 5), "net": (905, 1_800, -2_705)}, ["row 0 carries 1203"]),
    ],
)
def test_audit_names_what_a_clearing_would_break(change: Mapping[str, Any], said: list[str]) -> None:
    book, stage, rules = cleared()
    assert rules.network is not None
    found = audit_nodal.broken(book, replace(stage, **change), rules, rules.network)
    assert [sentence.startswith(start) for sentence, start in zip(found, said, strict=True)] == [True] * len(said)


# --- what is not taken ------------------------------------------------------------------------------------------------------------


def region(folder: Path, **lines: str) -> Path:
    """The five buses with lines of lines.csv changed."""
    for path in FOLDER.iterdir():
        text = path.read_text(encoding="utf-8")
        for line, instead in lines.items() if path.name == "lines.csv" else ():
            text = re.sub(f"^{line[0]}-{line[1]},.*\n", instead, text, flags=re.MULTILINE)
        (folder / path.name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("D-E,D,E,240,240,\n", "lines.csv: line 8, D-E has no reactance_ohm, which design 'nodal' needs of every line"),
        ("D-E,D,E,240,0,0.0297\n", "lines.csv: line 8, D-E runs one way"),
        ("D-E,D,E,240,0.05,0.0297\n", "E-D D-E carries 0.05 MW; design 'nodal' needs 0.1 MW or more"),
    ],
)
def test_lines_that_are_no_branches_are_refused(line: str, sentence: str, tmp_path: Path) -> None:
    folder = region(tmp_path, DE=line)
    with pytest.raises(InputError, match=re.escape(sentence)):
        override(load_config(written(tmp_path)), {"region.path": str(folder)})


@pytest.mark.parametrize(("column", "what"), [("loss", "loss"), ("charge_per_mwh", "charge")])
def test_branches_with_loss_or_charge_are_refused(column: str, what: str, tmp_path: Path) -> None:
    folder = region(tmp_path)
    text = (folder / "lines.csv").read_text(encoding="utf-8")
    text = re.sub(r"^(line,.*)$", rf"\1,{column}", text, flags=re.MULTILINE)
    text = re.sub(r"^([A-E]-[A-E],.*)$", r"\1,0.01", text, flags=re.MULTILINE)
    (folder / "lines.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"line 3, A-B has a {what}; under design 'nodal' a branch of the power flow has none"):
        override(load_config(written(tmp_path)), {"region.path": str(folder)})


def test_nodes_that_no_branch_joins_are_refused(tmp_path: Path) -> None:
    folder = region(tmp_path, AE="", DE="")
    with pytest.raises(InputError, match=r"lines\.csv does not join all nodes that take part"):
        override(load_config(written(tmp_path)), {"region.path": str(folder)})


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"settlement.deviation": "pre_listed"}, "settlement.deviation is 'pre_listed', which design 'nodal' cannot use"),
        ({"contracts.form": "financial"}, "contracts.form is 'financial', which design 'nodal' cannot use"),
        ({"market.bids": "sealed"}, "market.bids is 'sealed', which design 'nodal' cannot use"),
        ({"market.mechanism": "pay-as-bid"}, "market.mechanism is 'pay-as-bid', which design 'nodal' cannot use"),
        ({"lines": [{"from": "A", "to": "C", "capacity_mw": 5.0, "charge_per_mwh": 0.0, "loss": 0.0}]}, "lines[0] has no reactance"),
    ],
)
def test_rules_that_nodal_prices_cannot_keep_are_refused(keys: Mapping[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        override(load_config(written(tmp_path)), keys)


def test_six_provinces_have_no_reactances() -> None:
    with pytest.raises(InputError, match="has no reactance_ohm"):
        override(load_config("base"), {"run.design": "nodal"})


def test_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    config = override(load_config(written(tmp_path)), {"run.chain": "mirror", "run.hours": 27})
    whole = run_single(config, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run_single(config, tmp_path / "stopped", stop_after(26))
    assert contents(run_single(config, tmp_path / "stopped", resume=True)) == contents(whole)
