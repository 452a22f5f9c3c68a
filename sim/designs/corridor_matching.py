"""Each province balances itself first; then, by the inter-provincial spot rule, surplus meets demand over paths of lines."""

from __future__ import annotations

from typing import Literal

from shengdian.sim.base.types import Line, Regional
from shengdian.sim.scenario import Scenario

REGIONAL: Regional = "corridor_matching"


def lines(scenario: Scenario) -> tuple[Line, ...]:
    """All of them, in the second stage."""
    return scenario.lines


def two_stage(scenario: Scenario) -> Literal["economic", "physical"]:
    """As the scenario says."""
    return scenario.surplus_deficit
