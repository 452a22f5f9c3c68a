"""The paper's design: each province balances itself first, then surplus and deficit trade in the region over the real lines."""

from __future__ import annotations

from typing import Literal

from shengdian.sim.base.types import Line
from shengdian.sim.scenario import Scenario


def lines(scenario: Scenario) -> tuple[Line, ...]:
    """All of them, in the second stage."""
    return scenario.lines


def two_stage(scenario: Scenario) -> Literal["economic", "physical"]:
    """As the scenario says."""
    return scenario.surplus_deficit
