"""What a market design is: which lines its auction has, how many stages, who clears the region, when orders come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shengdian.sim.base.types import Bids, Line, Regional, SurplusDeficit
from shengdian.sim.mechanisms import Mechanism
from shengdian.sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Design:
    """A market design; its name is a value of the config key `run.design`, the docstring of its file says what it is."""

    name: str
    """as in the config"""
    uses_lines: bool
    """whether energy may go from province to province"""
    stages: int = 1
    """2: every province clears alone, then the region takes over what that left"""
    regional: Regional = "coupled"
    """how the region clears: by proof of the optimum over lines or over a network, or by the inter-provincial spot rule"""
    day_ahead: bool = False
    """whether a trader's orders for the 24 hours of a day come in one transaction the evening before"""
    bids: Sequence[Bids] = ("open", "sealed")
    """how orders may come in"""
    rank: int = 0
    """place where designs stand side by side: the lowest is what others are compared with"""
    label: str = ""
    """in figures and tables; empty: the name. A run keeps no label and no colour of a design of one's own, which goes by its name"""
    colour: str = ""
    """in figures, #rrggbb; empty: one that no other line has"""

    def __post_init__(self) -> None:
        """Raises ValueError for what no market contract can do."""
        if self.stages not in (1, 2):
            raise ValueError(f"stages is {self.stages}; it should be 1 or 2")
        if self.regional == "corridor_matching" and self.stages != 2:
            raise ValueError("regional is 'corridor_matching', which is a second stage; stages should be 2")
        if self.regional == "nodal" and (self.stages != 1 or self.day_ahead or not self.uses_lines):
            raise ValueError("regional is 'nodal', which is one stage by the hour; stages should be 1, day_ahead False and uses_lines True")
        if self.day_ahead and self.stages != 1:
            raise ValueError("day_ahead is True, for which stages should be 1")
        if (self.day_ahead or self.regional in ("corridor_matching", "nodal")) and "sealed" in self.bids:
            raise ValueError("bids should be ('open',): orders a day ahead, corridor matching and nodal prices have no sealed ones")

    def takes(self, mechanism: Mechanism) -> bool:
        """Whether such an auction can carry it out: alone, by the hour and with the lines used; or one that prices every design."""
        fits = not mechanism.own_first if not self.uses_lines else mechanism.uses_lines
        plain = self.stages == 1 and not self.day_ahead and self.regional == "coupled" and fits
        return plain or mechanism.every_design

    def lines(self, scenario: Scenario) -> tuple[Line, ...]:
        """The lines that the auction may use."""
        return scenario.lines if self.uses_lines else ()

    def two_stage(self, scenario: Scenario) -> SurplusDeficit | None:
        """What provinces offer to the region after clearing alone; None where everything clears at once."""
        return scenario.surplus_deficit if self.stages == 2 else None
