"""One auction over all provinces and the real lines between them."""

from __future__ import annotations

from shengdian.sim.base.types import Line
from shengdian.sim.scenario import Scenario


def lines(scenario: Scenario) -> tuple[Line, ...]:
    """All of them."""
    return scenario.lines


def two_stage(scenario: Scenario) -> None:
    """Everything clears at once."""
