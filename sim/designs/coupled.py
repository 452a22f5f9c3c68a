"""One auction over all provinces and the real lines between them."""

from __future__ import annotations

from sim.scenario import Scenario
from sim.types import Line


def lines(scenario: Scenario) -> tuple[Line, ...]:
    """All of them."""
    return scenario.lines


def two_stage(scenario: Scenario) -> None:
    """Everything clears at once."""
