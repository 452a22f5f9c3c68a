"""One auction over all provinces and the real lines, with orders for the 24 hours of a day in one transaction the evening before."""

from __future__ import annotations

from shengdian.sim.base.types import Line
from shengdian.sim.scenario import Scenario

DAY_AHEAD = True


def lines(scenario: Scenario) -> tuple[Line, ...]:
    """All of them."""
    return scenario.lines


def two_stage(scenario: Scenario) -> None:
    """Everything clears at once, hour by hour."""
