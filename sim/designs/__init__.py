"""Market designs, one a file: which lines the auction has, and whether provinces clear before the region. A design is a config key.

A file with `DAY_AHEAD = True` takes orders a day at a time; one with `REGIONAL = "corridor_matching"` clears its second stage by the
inter-provincial spot rule, where others are proven to be at the optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Literal, Protocol

from shengdian.sim.base.types import Line
from shengdian.sim.scenario import Scenario


class Design(Protocol):
    """What a file in this folder provides."""

    def lines(self, scenario: Scenario) -> Sequence[Line]:
        """The lines that the auction may use."""

    def two_stage(self, scenario: Scenario) -> Literal["economic", "physical"] | None:
        """What provinces offer to the region after clearing alone; None where everything clears at once."""


def design_names() -> list[str]:
    """Every design there is."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")


def design_named(name: str) -> Design:
    """A design by its name in the config; KeyError for an unknown one (the config is checked before)."""
    if name not in design_names():
        raise KeyError(name)
    design: Design = import_module(f"{__name__}.{name}")
    return design
