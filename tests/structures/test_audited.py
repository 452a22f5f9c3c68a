"""A plant whose offers are audited asks no more than its cost and the margin, whatever its strategy; one that tries is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import shengdian
from shengdian import agents
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.errors import InputError
from shengdian.sim.market import creation, participants
from shengdian.sim.market.offer_caps import offer_cap
from shengdian.sim.model import Model
from tests.structures.worked import COST, config_of, finished, write

POOL: Mapping[str, Any] = {
    "structure.preset": "commonwealth_gross",
    "structure.contracts.kind": "none",
    "region.exchange": "none",
}
AUDITED: Mapping[str, Any] = {**POOL, "structure.offers": "audited", "structure.audit_margin": 0.15}
ASKS_259 = {"strategies.own": [{"plant": "A3", "name": "markup", "parameters": {"markup": 39 / 220, "unit_spread": 0.0}}]}
"""A3 costs 220, and may ask 253 where offers are audited with a margin of 15 %"""


@pytest.fixture
def region(tmp_path: Path) -> Path:
    (tmp_path / "region").mkdir()
    return write(tmp_path / "region")


def orders(result: Any, plant: str) -> list[tuple[int, str]]:
    """fen/MWh and error of what a plant asked."""
    return [(row.price, row.error) for stage in result.stages for row in stage.orders if row.trader == plant]


def test_a_markup_ends_at_the_cap_and_so_does_the_price(region: Path, tmp_path: Path) -> None:
    paid = {}
    for name, keys in (("free", POOL), ("audited", AUDITED)):
        run = finished(region, tmp_path / name, {**keys, **ASKS_259})
        table = run.tables["prices"].query("zone == 'A'").sort_values("hour")
        paid[name] = table["price_per_mwh"].tolist()[-1]
        assert shengdian.audit(run).clean
    assert paid == {"free": 259.0, "audited": 253.0}


@pytest.mark.parametrize("strategy", ["roth_erev", "q_learning", "best_response", "zero_intelligence", "start_cost", "front_runner"])
def test_no_strategy_asks_more_than_cost_where_the_margin_is_0(strategy: str, region: Path) -> None:
    keys = {"structure.audit_margin": 0.0, "strategies.plants": {"name": strategy, "parameters": {}}}
    config = config_of(region, {key: value for key, value in {**AUDITED, **keys}.items() if key != "strategies.plants.parameters"})
    model = Model(build_scenario(config, "coupled", 1), agents.build)
    for _ in range(2):
        result = model.step_hour()
        asked = {row.trader: row.price for stage in result.stages for row in stage.orders if row.trader in COST}
        assert asked == {plant: 100 * COST[plant] for plant in asked}
        assert not any(row.error for stage in result.stages for row in stage.orders)


def test_a_plant_that_pays_no_heed_to_its_cap_is_refused(region: Path) -> None:
    model = Model(build_scenario(config_of(region, {**AUDITED, **ASKS_259}), "coupled", 1), agents.build)
    model.by_id["A3"].me = replace(model.by_id["A3"].me, audited=None)
    assert orders(model.step_hour(), "A3") == [(25_900, "OfferAboveAudited")]


def test_a_cap_that_is_not_the_configs_and_an_order_above_it_are_found(
    region: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def favoured(scenario: Any, plant: Any) -> int | None:
        return 30_000 if plant.id == "A3" else offer_cap(scenario, plant)

    with monkeypatch.context() as lie:
        lie.setattr(participants, "offer_cap", favoured)
        lie.setattr("shengdian.sim.market.offer_caps.offer_cap", favoured)
        run = finished(region, tmp_path / "runs", {**AUDITED, **ASKS_259})
    sentences = [each.sentence for each in shengdian.audit(run).differences]
    assert "AuditedUniformAuction was deployed with other audited offers than the config has" in sentences
    assert sentences.count("A3 asks 25900 fen/MWh; audited cost lets it ask 25300") == 2


def test_a_market_without_its_caps_is_found(region: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as lie:
        lie.setattr(creation, "_audits", lambda *_: [])
        run = finished(region, tmp_path / "runs", AUDITED)
    sentences = [each.sentence for each in shengdian.audit(run).differences]
    assert "AuditedUniformAuction was deployed with other audited offers than the config has" in sentences


def test_audited_cost_has_the_asked_charge_and_the_water_of_an_empty_reservoir_in_it(region: Path) -> None:
    scenario = build_scenario(config_of(region, AUDITED), "coupled", 1)
    plant = replace(scenario.plants[0], energy_budget=(1,), volume=10, water_value=5_000)
    assert offer_cap(scenario, scenario.plants[0]) == 11_500
    assert offer_cap(scenario, plant) == 17_250
    assert scenario.charges is not None
    assert offer_cap(replace(scenario, charges=replace(scenario.charges, asked=True)), plant) == 17_250 + 750
    assert offer_cap(replace(scenario, cap=12_000), plant) == 12_000
    assert offer_cap(scenario, replace(plant, role="exchange")) is None
    assert offer_cap(replace(scenario, audit_margin=None), plant) is None


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"market.bids": "sealed"}, "market.audit_margin needs market.bids 'open'; it is 'sealed'"),
        ({"market.mechanism": "pay-as-bid"}, "market.audit_margin needs market.mechanism 'uniform'; it is 'pay-as-bid'"),
        ({"run.design": "two_stage"}, "market.audit_margin needs a design of one stage in the hour"),
        ({"run.design": "day_ahead"}, "market.audit_margin needs a design of one stage in the hour"),
        ({"run.compare": ["corridor_matching"]}, "market.audit_margin needs a design of one stage in the hour"),
        ({"market.audit_margin": -0.1}, "market.audit_margin is -0.1"),
    ],
)
def test_what_cannot_be_audited_is_refused(keys: Mapping[str, Any], sentence: str, region: Path) -> None:
    with pytest.raises(InputError, match=sentence):
        config_of(region, {"region.exchange": "none", "run.design": "coupled", "market.audit_margin": 0.1, **keys})
