"""Retailers: the example reckoned by hand, choices, and what an audit finds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import shengdian
from shengdian import agents
from shengdian.agents.retailer import Retailer
from shengdian.agents.user import User
from shengdian.ahead.year import trade_year
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import InputError, MissingExtra
from shengdian.sim.market.customers import Customers
from shengdian.sim.model import Model
from shengdian.sim.record.finished_run import Run
from tests.structures.worked import LOAD, config_of, finished, write

HOURS = 24
"""of a day: the example's two hours, twelve times"""
TIMES = HOURS // 2
WHOLESALE = {"BL": 232.766, "BH": 236.216, "both": 234.2857}
"""CNY/MWh at prices of 180 and 260"""
RATES = {"B_retailer_1": 246.0, "B_retailer_2": 238.9714}
"""CNY/MWh at margins of 5 and 2 %"""
EARNED = {"B_retailer_2": 3936.0, "B_retailer_1": 9840.0}
"""CNY in two hours by the one who serves both users of B"""
ENERGY = 840.0
"""MWh of B in two hours"""
TICK = 0.01
LOADS = "time,A,B\n" + "".join(
    f"2016-07-{1 + day:02} {hour:02}:00,{LOAD['A'][hour % 2]},{LOAD['B'][hour % 2]}\n" for day in range(2) for hour in range(HOURS)
)
YEAR = LOADS
KEYS: Mapping[str, Any] = {
    "structure.preset": "commonwealth_gross",
    "structure.contracts.kind": "none",
    "structure.retailers": 2,
    "retailers.margins": [0.05, 0.02],
    "region.exchange": "none",
    "run.hours": 2 * HOURS,
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("retailers")


@cache
def made(out: Path, inertia: float, chain: str = "mirror") -> Run:
    """Two days of the example."""
    try:
        open_chain(chain)
    except MissingExtra as missing:
        pytest.skip(str(missing))
    folder = out / f"{inertia}-{chain}"
    folder.mkdir()
    return finished(
        write(folder, load_hourly=LOADS), out / f"runs-{inertia}-{chain}", {**KEYS, "retailers.inertia": inertia, "run.chain": chain}
    )


def bills(run: Run) -> Any:
    """Of the second day in B."""
    return run.tables["bills"].query("day == 1 and zone == 'B'")


@pytest.mark.parametrize(("inertia", "seller"), [(0.0, "B_retailer_2"), (1.0, "B_retailer_1")])
def test_who_may_choose_goes_to_the_lowest_tariff_and_who_stays_pays_more(inertia: float, seller: str, out: Path) -> None:
    found = bills(made(out, inertia))
    assert set(found["supplier"]) == {seller}
    assert set(found["user"]) == {"BL", "BH"}
    assert found["energy_mwh"].sum() == TIMES * ENERGY
    assert 0 <= found["rate_per_mwh"].iloc[0] - RATES[seller] < TICK + 1e-4
    earned = run_money(made(out, inertia), seller)
    assert abs(earned - TIMES * EARNED[seller]) <= TICK * TIMES * ENERGY


def run_money(run: Run, seller: str) -> float:
    """What the seller's account got on the second day."""
    return float(run.tables["ledger"].query("trader == @seller and hour >= 24")["money"].sum())


def test_a_part_of_a_sector_may_choose_and_load_stays_the_same_to_the_kwh(tmp_path: Path) -> None:
    """Of 0.6 of industry: 0.6 of each hour's load of AL and BL, rounded down, and the rest for their captive accounts."""
    choice = {"industry": 0.6, "commerce": 0.0, "residential": 0.0}
    keys = {"structure.preset": "american", "structure.choice": choice, "structure.contracts.kind": "none", "region.exchange": "none"}
    scenario = build_scenario(config_of(write(tmp_path), keys), "coupled", 1)
    demand = {user.id: user.demand for user in scenario.users}
    whole = {user.id: user.demand for user in build_scenario(config_of(tmp_path, {}), "coupled", 1).users}
    for user in ("AL", "BL"):
        assert demand[user] == tuple(6 * energy // 10 for energy in whole[user])
        assert tuple(map(sum, zip(demand[user], demand[f"{user}_captive"], strict=True))) == whole[user]
    assert {user.id for user in scenario.users if not user.captive} == {"AL", "BL"}
    assert demand["AH"] == whole["AH"]


def test_a_sector_is_not_captive_and_free_in_part_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"users\.choice has 'residential', of which users\.captive says that nobody may choose"):
        config_of(write(tmp_path), {"users.choice": {"residential": 0.5}})


def test_retailers_and_collateral_are_refused_together(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"collateral\.required is true, which knows no retailers"):
        config_of(write(tmp_path), {"retailers": {"per_zone": 1}, "collateral.required": True})


def test_load_is_served_and_money_sums_to_nothing(out: Path) -> None:
    run = made(out, 0.0)
    assert run.summary["served_mwh"] == run.summary["load_mwh"] == 2 * TIMES * 1380
    assert run.summary["money_sum"] == 0
    retail = run.tables["ledger"].query("cause == 'retail'")
    assert retail["money"].sum() == pytest.approx(0, abs=1e-6)
    assert retail["energy_mwh"].sum() == pytest.approx(0, abs=1e-6)


def test_on_the_first_day_rates_are_the_benchmark_and_the_margin(out: Path) -> None:
    found = made(out, 0.0).tables["bills"].query("day == 0")
    assert dict(zip(found["zone"], found["rate_per_mwh"], strict=True)) == {"A": 1.02 * 225, "B": 1.02 * 310}


def test_a_run_goes_on_where_it_stopped_with_the_same_choices(out: Path, tmp_path: Path) -> None:
    config = config_of(write(tmp_path, load_hourly=LOADS), {**KEYS, "retailers.inertia": 0.5})
    scenario = build_scenario(config, config.run.design, 1)
    whole = Model(scenario, agents.build)
    for _ in range(HOURS):
        whole.step_hour()
    state, chain = json.loads(json.dumps(whole.state())), dict(whole.chain.state())  # type: ignore[attr-defined]
    later = Model(scenario, agents.build)
    later.restore(state, chain, ())
    ends = [[model.step_hour() for _ in range(HOURS)][-1].bills for model in (whole, later)]
    assert ends[0] == ends[1] != ()


@pytest.mark.parametrize(
    ("preset", "contracts", "buyers", "cause"),
    [
        ("american", {"kind": "bilateral", "share": 0.5, "form": "financial"}, {"AL", "BL"}, "difference"),
        ("nordic", {"kind": "bilateral", "share": 0.5, "form": "physical"}, {"AL", "BL"}, "agreement"),
        ("china_pilot", {"kind": "bilateral", "share": 0.5, "form": "physical"}, {"A_supplier", "B_supplier"}, "agreement"),
    ],
)
def test_pairs_agree_inside_their_zone_as_who_buys_and_whether_it_is_delivered(
    preset: str, contracts: Mapping[str, Any], buyers: set[str], cause: str, tmp_path: Path
) -> None:
    (tmp_path / "region").mkdir()
    keys = {
        "structure.preset": preset,
        "structure.contracts": contracts,
        "medium_term.technologies": ["unit"],
        "medium_term.keeps": [0.0, 0.0],
        "medium_term.line_technologies": ["unit"],
    }
    folder = write(tmp_path / "region", load_hourly=YEAR)
    year = trade_year(config_of(folder, {**keys, "region.exchange": "none"}), 1, "mirror")
    assert {deal.buyer for deal in year.deals} <= buyers
    assert year.deals
    assert all(deal.line is None and deal.seller_zone == deal.buyer_zone for deal in year.deals)
    run = finished(folder, tmp_path / "runs", {**keys, "region.exchange": "none"})
    assert set(run.tables["ledger"]["cause"]) >= {cause}
    assert run.summary["served_mwh"] == 1380
    assert shengdian.audit(run).clean


def _dearer(patch: pytest.MonkeyPatch) -> None:
    right = Retailer.asks
    patch.setattr(Retailer, "asks", lambda self, hour: right(self, hour) + 100)


def _kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(User, "chooses", lambda self, day, own, rates, inertia: own)


def _moved(patch: pytest.MonkeyPatch) -> None:
    right = Customers.take

    def take(self: Customers, consumption: Any) -> None:
        right(self, consumption)
        self._energy[0], self._energy[1] = self._energy[0] - 1000, self._energy[1] + 1000

    patch.setattr(Customers, "take", take)


@pytest.mark.parametrize(
    ("attack", "sentence"),
    [
        (_dearer, "A_retailer_1 asks 23725 fen/MWh on day 0; its forecast makes it 23625"),
        (_kept, "AL is with A_retailer_1 on day 0; its draw makes it A_retailer_2"),
        (_moved, "AL is billed 268000 kWh; its retailer bought 270000 for it"),
    ],
)
def test_audit_finds_a_rate_a_choice_and_a_bill_that_are_not_due(
    attack: Callable[[pytest.MonkeyPatch], None], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "region").mkdir()
    attack(monkeypatch)
    run = finished(write(tmp_path / "region"), tmp_path / "runs", {**KEYS, "run.hours": 2, "retailers.inertia": 0.0})
    verdict = shengdian.audit(run)
    assert not verdict.clean
    assert sentence in [each.sentence for each in verdict.differences]


def test_every_chain_leaves_the_same_digest_and_the_audit_finds_nothing(out: Path) -> None:
    runs = [made(out, 0.5, chain) for chain in ("mirror", "revm")]
    assert runs[0].manifest["digest"] == runs[1].manifest["digest"]
    for run in runs:
        verdict = shengdian.audit(run)
        assert verdict.clean, verdict
