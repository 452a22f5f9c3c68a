"""Market designs, one a file: which lines the auction has, and whether provinces clear before the region. A design is a config key."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Literal, Protocol

from sim.scenario import Scenario
from sim.types import Line, Regional


class Design(Protocol):
    """What a file in this folder provides."""

    def lines(self, scenario: Scenario) -> Sequence[Line]:
        """The lines that the auction may use."""

    def two_stage(self, scenario: Scenario) -> Literal["economic", "physical"] | None:
        """What provinces offer to the region after clearing alone; None where everything clears at once."""

    def regional(self, scenario: Scenario) -> Regional:
        """How the region clears."""


def design_names() -> list[str]:
    """Every design there is."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")


def design_named(name: str) -> Design:
    """A design by its name in the config; KeyError for an unknown one (the config is checked before)."""
    if name not in design_names():
        raise KeyError(name)
    design: Design = import_module(f"sim.designs.{name}")
    return design
