"""Every province trades alone: the pilots of 2016, which stop at the provincial border."""

from __future__ import annotations

from shengdian.sim.base.types import Line
from shengdian.sim.scenario import Scenario


def lines(scenario: Scenario) -> tuple[Line, ...]:
    """None."""
    return ()


def two_stage(scenario: Scenario) -> None:
    """Everything clears at once."""
