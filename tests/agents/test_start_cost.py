"""The strategy `start_cost`: a start is paid over the hours that a plant expects to run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shengdian.agents.strategies import parameters
from shengdian.agents.strategies.start_cost import Strategy
from shengdian.agents.strategy import Me
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Offer, Segment
from tests.agents.markets import VIEW, me

CHOSEN = {"region.path": "two-zones", "strategies.plants.name": "start_cost"}


def offer(own: Me, room: int) -> Offer | None:
    return Strategy().propose(own, VIEW, stream(1, "test"), room)


def test_a_start_of_300_over_ten_hours_adds_30_to_every_step() -> None:
    own = me("start_cost", {"start_cost_per_mw": 300, "hours": 10}, 20_000, "capacity")
    assert offer(own, 100) == Offer("P", (Segment(23_000, 34), Segment(23_200, 33), Segment(23_400, 33)))


def test_what_is_not_switched_on_asks_for_no_start() -> None:
    own = me("start_cost", {"start_cost_per_mw": 300, "hours": 10}, 20_000, "profile")
    assert offer(own, 100) == Offer("P", (Segment(20_000, 100),))
    assert offer(replace(own, parameters=parameters("start_cost", {})), 0) is None


@pytest.mark.parametrize(("given", "coal"), [({}, 300), ({"start_cost_per_mw": 40.0}, 40)])
def test_start_cost_is_that_of_the_technology_unless_the_config_says_another(given: dict[str, float], coal: float) -> None:
    scenario = build_scenario(override(load_config("base"), {**CHOSEN, "strategies.plants.parameters": given}), "coupled", 1)
    costs = {plant.tech: plant.parameters["start_cost_per_mw"] for plant in scenario.plants if plant.role == "plant"}
    assert costs["coal"] == coal
    assert costs["gas"] == given.get("start_cost_per_mw", 150)
