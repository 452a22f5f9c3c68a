"""What is paid for wires and for capacity, a bill a day: by whom, for how much, and that no price moves with it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shengdian
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.experiments.runs.one_run import run_single
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.units import fen
from shengdian.sim.market.deployment import Deployment
from shengdian.sim.record.finished_run import load
from shengdian.sim.twins import tariffs
from tests.experiments.audited import CLOSES, ERRORS, SMALL

CHARGES = {"charges.load_per_mwh": 30.0, "charges.generation_per_mwh": 5.5, "charges.capacity_per_mw_h": 20.0}


def island(**keys: Any) -> shengdian.Scenario:
    """Two zones and a line, a captive user and one that buys itself, two hours."""
    return shengdian.Scenario(
        "island",
        zones=["A", "B"],
        plants=[shengdian.Plant("cheap", "A", 100, 50), shengdian.Plant("dear", "B", 80, 90)],
        users=[shengdian.User("mill", "B", demand_mw=[60, 90.5]), shengdian.User("home", "A", demand_mw=[10, 20], captive=True)],
        lines=[shengdian.Line("A", "B", 50)],
        hours=2,
        **{"design": "coupled", **keys},
    )


def hours(scenario: shengdian.Scenario, chain: str = "mirror") -> list[HourResult]:
    model = shengdian.Model(scenario, chain=chain)
    return [model.step_hour() for _ in range(2)]


def paid(results: list[HourResult], cause: str) -> dict[str, int]:
    """1e-5 CNY by account, of what it gets."""
    found: dict[str, int] = defaultdict(int)
    for result in results:
        for entry in result.ledger:
            if entry.cause == cause:
                found[entry.trader] += entry.money
    return dict(found)


@pytest.mark.parametrize("chain", ["mirror", "pyevm"])
def test_charges_are_those_reckoned_by_hand(chain: str) -> None:
    """60 and 90.5 MWh in B, 10 and 20 in A: 50 come over the line in both hours, so the dear plant gives 10 and 40.5."""
    results = hours(island(**CHARGES), chain)
    due = {"mill": -30 * 150.5, "home": -30 * 30, "cheap": -5.5 * 130, "dear": -5.5 * 50.5}
    assert paid(results, "network") == {
        **{who: round(each * 100_000) for who, each in due.items()},
        "grid": -round(sum(due.values()) * 100_000),
    }
    rate = -(-20_00 * 360_000 // 180_500)  # 360 MWh could be given, 180.5 were taken
    assert paid(results, "capacity") == {
        "cheap": 20_00 * 200_000,
        "dear": 20_00 * 160_000,
        "mill": -rate * 150_500,
        "home": -rate * 30_000,
        "grid": rate * 180_500 - 20_00 * 360_000,
    }
    assert 0 <= paid(results, "capacity")["grid"] < 180_500


def test_without_charges_there_is_no_such_payment_and_no_contract() -> None:
    results = hours(island(**{"settlement.retail": "none"}))
    assert not paid(results, "network")
    assert "Tariffs" not in shengdian.Model(island(**{"settlement.retail": "none"}), chain="mirror").deployments
    assert "Tariffs" in shengdian.Model(island(**{"settlement.retail": "none"}, **CHARGES), chain="mirror").deployments


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    costs=st.tuples(st.integers(0, 40_000), st.integers(0, 40_000)),
    demand=st.tuples(st.integers(1, 90_000), st.integers(1, 70_000)),
    stamp=st.integers(1, 100_000),
    capacity=st.integers(0, 10_000),
    share=st.integers(0, 10),
)
def test_a_stamp_on_load_that_does_not_bend_moves_no_price_and_no_energy_and_sums_to_nothing(
    costs: tuple[int, int], demand: tuple[int, int], stamp: int, capacity: int, share: int
) -> None:
    def scenario(**keys: Any) -> shengdian.Scenario:
        return shengdian.Scenario(
            "any",
            zones=["A", "B"],
            plants=[shengdian.Plant(f"p{zone}", zone, 100, cost / 100) for zone, cost in zip("AB", costs, strict=True)],
            users=[shengdian.User(f"u{zone}", zone, each / 1000) for zone, each in zip("AB", demand, strict=True)],
            lines=[shengdian.Line("A", "B", 30), shengdian.Line("B", "A", 30)],
            hours=2,
            **{"design": "coupled", "contracts.share": share / 10, **keys},
        )

    rates = {"charges.load_per_mwh": stamp / 100, "charges.capacity_per_mw_h": capacity / 100}
    plain, charged = hours(scenario()), hours(scenario(**rates))
    for before, after in zip(plain, charged, strict=True):
        assert [stage.prices for stage in before.stages] == [stage.prices for stage in after.stages]
        assert [row.metered for row in before.generation] == [row.metered for row in after.generation]
        assert [row.bought for row in before.consumption] == [row.bought for row in after.consumption]
        others = [entry for entry in after.ledger if entry.cause not in ("network", "capacity")]
        assert [(entry.trader, entry.money) for entry in before.ledger] == [(entry.trader, entry.money) for entry in others]
    served = sum(row.contracted + row.bought for result in charged for row in result.consumption)
    assert paid(charged, "network")["grid"] == fen(stamp / 100) * served
    assert sum(paid(charged, "network").values()) == sum(paid(charged, "capacity").values()) == 0
    assert capacity == 0 or 0 <= paid(charged, "capacity").get("grid", 0) < served


@pytest.mark.parametrize("keys", [{}, {"settlement.deviation": "pre_listed"}], ids=["plain", "deviations"])
def test_chains_agree_and_the_run_audits_clean(keys: dict[str, Any], tmp_path: Path) -> None:
    digests = []
    for chain in ("mirror", "pyevm"):
        run = shengdian.run_scenario(island(**CHARGES, **keys), tmp_path / chain, chain=chain)
        digests.append(run.manifest["digest"])
        assert shengdian.audit(run).clean
    assert digests[0] == digests[1]


def test_welfare_does_not_change_and_its_parts_do(tmp_path: Path) -> None:
    runs = [shengdian.run_scenario(island(**keys), tmp_path / name, chain="mirror") for name, keys in (("no", {}), ("yes", CHARGES))]
    assert runs[0].summary["welfare"] == runs[1].summary["welfare"]
    more = runs[1].summary["consumer_payment"] - runs[0].summary["consumer_payment"]
    assert more == pytest.approx(30 * 180.5 + 20 * 360, abs=180.5 * 0.01)


def lied(monkeypatch: pytest.MonkeyPatch, out: Path, place: int) -> str:
    """The first difference of a run whose operator adds 1 MWh at a place of the bill."""
    honest = Deployment.operator_call

    def lie(self: Deployment, contract: str, function: str, *args: Any) -> Any:
        if function == "bill":
            energy = list(args[1])
            energy[place] += 1000
            args = (args[0], energy)
        return honest(self, contract, function, *args)

    monkeypatch.setattr(Deployment, "operator_call", lie)
    config = override(load_config("base"), {**SMALL, **CHARGES, "settlement.retail": "none"})
    return shengdian.audit(run_config(config, out)[0]).differences[0].sentence


def test_load_that_was_not_taken_is_found_where_it_is_charged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "kWh of load; it had" in lied(monkeypatch, tmp_path, 0)


def test_capacity_that_was_not_there_is_found_where_it_is_paid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users = sum(load_config("base").users.count.model_dump().values()) * len(SMALL["region.zones"])
    assert "kWh of capacity; it had" in lied(monkeypatch, tmp_path, -users - 1)


def test_a_rate_that_recovers_too_much_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = tariffs.collected
    monkeypatch.setattr(tariffs, "collected", lambda rate, total, owed: honest(rate, total, owed + 10**9 * (rate > 10**9)))
    config = override(load_config("base"), {**SMALL, **CHARGES})
    found = shengdian.audit(run_config(config, tmp_path)[0]).differences[0].sentence
    assert found.startswith("the charge on load for capacity is ")


def test_charges_that_the_config_does_not_have_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Deployment.operator_call

    def lie(self: Deployment, contract: str, function: str, *args: Any) -> Any:
        return honest(self, contract, function, *((args[0] + 1, args[1]) if function == "setCharge" and args[0] == 3000 else args))

    monkeypatch.setattr(Deployment, "operator_call", lie)
    run = run_config(override(load_config("base"), {**SMALL, **CHARGES}), tmp_path)[0]
    sentences = [found.sentence for found in shengdian.audit(run).differences]
    assert any("was deployed with other charges than the config has" in sentence for sentence in sentences)


def test_plants_ask_a_charge_that_is_known_before_and_only_then_prices_move() -> None:
    points = {"A": {"load_per_mwh": 1.0, "generation_per_mwh": 7.0}}
    after, asked = (hours(island(**{"charges.points": points, "charges.asked": known})) for known in (False, True))
    assert [stage.prices for result in after for stage in result.stages] == [{"A": 50_00, "B": 90_00}] * 2
    assert [stage.prices for result in asked for stage in result.stages] == [{"A": 57_00, "B": 90_00}] * 2
    due = {"home": -100 * 30_000, "cheap": -700 * 130_000, "grid": 100 * 30_000 + 700 * 130_000}
    assert paid(after, "network") == paid(asked, "network") == due


def test_a_plant_that_is_called_asks_its_cost_without_the_charge(tmp_path: Path) -> None:
    keys = {"charges.generation_per_mwh": 7.0, "charges.asked": True, "settlement.deviation": "pre_listed"}
    assert shengdian.audit(shengdian.run_scenario(island(**keys), tmp_path, chain="mirror")).clean


def test_a_point_that_there_is_not_is_refused() -> None:
    points = {"C": {"load_per_mwh": 1.0, "generation_per_mwh": 7.0}}
    with pytest.raises(InputError, match=r"a key of charges\.points is 'C'; allowed: A, B"):
        hours(island(**{"charges.points": points}))


RULES: dict[str, dict[str, Any]] = {
    "two stages": {},
    "pay-as-bid": {"run.design": "coupled", "market.mechanism": "pay-as-bid"},
    "a day ahead": {"run.design": "day_ahead"},
    "corridors": {"run.design": "corridor_matching"},
    "financial contracts": {"contracts.form": "financial"},
    "deviations, accounts closed, sealed": {**ERRORS, **CLOSES, "market.bids": "sealed"},
}


@pytest.mark.parametrize("rules", RULES)
def test_under_all_rules_the_grid_is_paid_for_every_mwh_as_cleared_and_the_audit_finds_nothing(rules: str, tmp_path: Path) -> None:
    config = override(load_config("base"), {**SMALL, **RULES[rules], "charges.load_per_mwh": 30.0, "collateral.defaults": []})
    run = load(run_config(config, tmp_path)[0])
    paid = run.tables["ledger"].query("cause == 'network' and trader == 'grid'")["money"].sum()
    if config.settlement.deviation == "none":  # else the table has what was metered
        users = run.tables["load"].query("role == 'user'")
        assert paid == pytest.approx(30 * (users["contracted_mwh"] + users["bought_mwh"]).sum(), rel=1e-12)
    assert paid > 0
    assert shengdian.audit(run).clean


def test_a_run_that_was_stopped_after_a_bill_goes_on_with_the_next(tmp_path: Path) -> None:
    config = override(load_config("base"), {**SMALL, **CHARGES, "run.hours": 26})
    whole = load(run_config(config, tmp_path / "whole")[0])
    hours: list[int] = []

    def stop(more: int, before: bool) -> None:
        hours.append(more)
        if len(hours) == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_single(config, tmp_path, stop)
    again = load(run_single(config, tmp_path, resume=True))
    assert again.manifest["digest"] == whole.manifest["digest"]
    columns = ["hour", "trader", "cause", "money"]
    assert again.tables["ledger"][columns].to_dict("records") == whole.tables["ledger"][columns].to_dict("records")
