"""Capacity that agreements have reserved and what the region sends never exceed a leg together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import agents
from experiments.build import build_scenario
from experiments.config import load_config, override
from sim.model import Model

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


def test_reservations_hold_on_an_evm() -> None:
    run("two_stage", 1, "pyevm")


@pytest.mark.slow
@pytest.mark.parametrize("design", ["coupled", "corridor_matching"])
def test_no_leg_is_overloaded_in_a_year_of_typical_days(design: str) -> None:
    run(design, 288)
