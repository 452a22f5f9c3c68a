"""The lines of a config: equivalents between provinces, or legs over hubs."""

from __future__ import annotations

from typing import Any

import pytest

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.network import lines, routes
from shengdian.regions.region import Region
from shengdian.regions.rows import Line
from shengdian.sim.base.errors import InputError
from shengdian.sim.model import Model
from shengdian.sim.scenario import Scenario
from shengdian.sim.solve.paths import SCALE, list_paths

CONFIG = load_config("six-provinces-day")
SIX = Region.load()


def world(design: str = "coupled", **changes: Any) -> Scenario:
    keys = {"region.network": "legs", "run.hours": 1} | {f"region.{key}": value for key, value in changes.items()}
    return build_scenario(override(CONFIG, keys | {"run.chain": "mirror"}), design, 1)


def test_legs_run_over_nine_hubs() -> None:
    legs = world()
    assert legs.hubs == ("HE", "HB", "JS", "SH", "ZJ", "SN", "NX", "CQ", "HN")
    assert len(legs.lines) == 40
    line = next(line for line in legs.lines if line.name == "SX-SD SX-SD-AC")
    assert (line.capacity, line.charge, line.tariff, line.loss) == (1_950_000, 1_054, 1_080, 24_200)


def test_equivalents_have_no_hubs() -> None:
    assert world(network="equivalent").hubs == ()


def test_a_province_outside_the_region_is_a_hub() -> None:
    assert "GD" in world(zones=["SC", "SX"]).hubs


@pytest.mark.parametrize("row", SIX.lines, ids=lambda row: row.line)
def test_every_equivalent_is_what_its_legs_come_to(row: Line) -> None:
    legs = world(residual_share=1.0)
    names = row.line.split("+")
    found = [
        path
        for path in list_paths(legs.lines, 6)
        if [legs.lines[leg].name.split()[1] for leg in path.legs] == names and legs.zones[path.source] == row.source_zone
    ]
    assert len(found) == 1
    (path,) = found
    assert min(legs.lines[leg].capacity for leg in path.legs) == row.capacity_mw * 1000
    assert round(1 - path.coe / SCALE, 4) == row.loss
    assert round(path.fee / path.coe / 100, 2) == pytest.approx(row.charge_per_mwh / (1 - row.loss), abs=0.011)


def test_energy_passes_hubs_and_no_leg_carries_more_than_it_can() -> None:
    scenario = world()
    model = Model(scenario, agents.build)
    (stage,) = model.step_hour().stages
    assert list(stage.prices) == list(scenario.zones)
    assert sum(flow.sent for flow in stage.flows) > 0
    assert all(flow.sent <= line.capacity for flow, line in zip(stage.flows, scenario.lines, strict=True))
    for hub in scenario.hubs:
        arrived = sum(flow.received for flow in stage.flows if flow.target == hub)
        assert arrived == sum(flow.sent for flow in stage.flows if flow.source == hub)


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(InputError, match=r"region\.network is 'leg'; allowed: equivalent, legs"):
        override(CONFIG, {"region.network": "leg"})


def test_corridor_matching_takes_no_sealed_bids() -> None:
    with pytest.raises(InputError, match=r"market\.bids is 'sealed', which design 'corridor_matching' cannot use"):
        override(CONFIG, {"run.compare": ["corridor_matching"], "market.bids": "sealed"})


def test_a_line_of_the_config_may_join_a_hub() -> None:
    own = {"from": "GD", "to": "HN", "capacity_mw": 10, "charge_per_mwh": 9, "loss": 0.1}
    legs = build_scenario(override(CONFIG, {"region.network": "legs", "run.hours": 1, "lines": [own]}), "coupled", 1)
    line = legs.lines[-1]
    assert ((*legs.zones, *legs.hubs)[line.target], line.charge, line.tariff) == ("HN", 900, 1_000)


def test_the_spot_rule_gains_no_more_than_the_optimum_and_balances() -> None:
    """Up to the whole kWh to which every match is rounded on every leg."""
    gains = {}
    for design in ("two_stage", "corridor_matching"):
        scenario = world(design)
        result = Model(scenario, agents.build).step_hour()
        assert sum(entry.money for entry in result.ledger) == 0
        cost = sum(plant.cost for plant in result.generation)
        value = sum(user.value for user in result.consumption)
        flows = result.stages[-1].flows
        gains[design] = value - cost - sum(line.charge * flow.sent for line, flow in zip(scenario.lines, flows, strict=True))
        for hub in scenario.hubs:
            arrived = sum(flow.received for flow in flows if flow.target == hub)
            assert arrived == sum(flow.sent for flow in flows if flow.source == hub)
    assert -1_000_000 <= gains["two_stage"] - gains["corridor_matching"] <= 10**9  # 1e-5 CNY: 10 CNY more to 10,000 CNY less


def test_agreements_run_over_equivalents_along_their_legs_and_over_own_lines_between_provinces() -> None:
    own = [{"from": "GD", "to": code, "capacity_mw": 10, "charge_per_mwh": 9, "loss": 0.1} for code in ("HN", "SC")]
    legs, plain = (override(CONFIG, {"region.network": name, "lines": own[at:]}) for name, at in (("legs", 0), ("equivalent", 1)))
    network = lines(legs, SIX)
    found = {line.name: [network[leg].name for leg in along] for line, along in routes(legs, SIX)}
    assert list(found) == [line.name for line in lines(plain, SIX)]
    assert found["SC-GD SC-CQ-AC+CQ-HB-AC+HB-GD-JC"] == ["SC-CQ SC-CQ-AC", "CQ-HB CQ-HB-AC", "HB-GD HB-GD-JC"]
    assert found["JX-SX SX-HB-CNJ+HB-JX-AC"] == ["JX-HB HB-JX-AC", "HB-SX SX-HB-CNJ"]
    assert found["GD-SC"] == ["GD-SC"]
    assert [line.name for line, _ in routes(override(legs, {"region.zones": ["SX", "SD"], "lines": []}), SIX)] == [
        "SX-SD SX-SD-AC",
        "SD-SX SX-SD-AC",
    ]
    assert [along for _, along in routes(plain, SIX)] == [(at,) for at in range(len(lines(plain, SIX)))]


def test_equivalents_use_shared_legs_twice() -> None:
    """What the network of legs is for: full equivalents would load Chongqing-Hubei and others above their capacity."""
    legs = {row.line: row.capacity_mw for row in SIX.legs}
    load = dict.fromkeys(legs, 0.0)
    for row in SIX.lines:
        for leg in row.line.split("+"):
            load[leg] += row.capacity_mw
    assert sorted(leg for leg in legs if load[leg] > legs[leg]) == ["AH-JS-AC", "CQ-HB-AC", "HB-GD-JC", "HB-JX-AC", "SX-HB-CNJ"]
