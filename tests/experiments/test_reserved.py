"""Capacity that agreements have reserved and what the region sends never exceed a leg together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shengdian import agents
from shengdian.ahead.year import trade_year
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.network import lines
from shengdian.experiments.world.profiles import profiles
from shengdian.regions.region import region_of
from shengdian.sim.base.units import PPM
from shengdian.sim.model import Model

MONTHS = load_config("six-provinces-months")


def run(design: str, hours: int, chain: str = "mirror") -> None:
    """Every hour of typical days, on every line nothing, a part or nearly all of it reserved by others."""
    keys = {"region.network": "legs", "run.hours": hours, "run.chain": chain}
    scenario = build_scenario(override(MONTHS, keys), design, 1)
    draw = np.random.default_rng(7)
    share = draw.choice([0.0, 0.5, 1.0], (len(scenario.lines), hours)) * draw.uniform(0.5, 1.0, (len(scenario.lines), hours))
    reserved = tuple(tuple(int(line.capacity * part) for part in parts) for line, parts in zip(scenario.lines, share.tolist(), strict=True))
    model = Model(replace(scenario, reserved=reserved), agents.build)
    sent = 0
    for hour in range(hours):
        flows = model.step_hour().stages[-1].flows
        for line, taken, flow in zip(scenario.lines, reserved, flows, strict=True):
            assert taken[hour] + flow.sent <= line.capacity
            sent += flow.sent
    assert sent > 0


@pytest.mark.parametrize("design", ["two_stage", "coupled", "day_ahead", "corridor_matching"])
def test_no_leg_is_overloaded(design: str) -> None:
    run(design, 24 if design == "day_ahead" else 3)


def agreed_and_traded(design: str, hours: int, chain: str = "mirror") -> float:
    """Hours of the 12 x 24 year over the legs after a year of agreements at all horizons, as wanted as can be: no leg carries more than it
    can, and what agreements reserve stays within what the horizon opens. Gives the largest share of a leg that both use together."""
    config = override(load_config("reserved-lines"), {"run.hours": hours, "run.chain": chain})
    legs, year = lines(config, region_of(config)), trade_year(config, 1, chain)
    scenario = build_scenario(config, design, 1, year)
    month, model, most = profiles(config, region_of(config)).month, Model(scenario, agents.build), 0.0
    traded = 0
    for hour in range(hours):
        flows = model.step_hour().stages[-1].flows
        for least, leg, reserved, flow in zip(legs, lines(config, region_of(config), (month[hour],)), year.reserved, flows, strict=True):
            taken = reserved[month[hour] - 1]
            assert taken <= least.capacity * 950_000 // PPM
            assert taken + flow.sent <= leg.capacity
            most, traded = max(most, (taken + flow.sent) / leg.capacity), traded + bool(taken and flow.sent)
    assert traded, "some leg carries both"
    assert {deal.stage for deal in year.deals if deal.line is not None} == {"annual", "monthly", "within_month"}
    assert scenario.reserved, "some agreements are of a month"
    return most


@pytest.mark.parametrize("design", ["two_stage", "coupled", "corridor_matching"])
def test_agreements_and_the_region_share_every_leg(design: str) -> None:
    assert agreed_and_traded(design, 2) > 0.99


def test_reservations_hold_on_an_evm() -> None:
    run("two_stage", 1, "pyevm")


@pytest.mark.slow
@pytest.mark.parametrize("design", ["coupled", "corridor_matching"])
def test_no_leg_is_overloaded_in_a_year_of_typical_days(design: str) -> None:
    run(design, 288)


@pytest.mark.slow
@pytest.mark.parametrize("design", ["two_stage", "coupled", "corridor_matching"])
def test_agreements_and_the_region_share_every_leg_in_a_year_of_typical_days(design: str) -> None:
    assert 0.99 < agreed_and_traded(design, 288) <= 1
