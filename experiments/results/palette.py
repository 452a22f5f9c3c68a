"""Colours and words that stay the same in every figure, colour-blind safe (Okabe and Ito 2008)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Final, Protocol

from shengdian.regions.region import Region, region_of_run
from shengdian.sim.base.types import READINGS
from shengdian.sim.designs import ranked
from shengdian.sim.scenario import EXCHANGE

OTHERS: Final = ("#56B4E9", "#F0E442", "#999999", "#882255", "#44AA99", "#117733")
"""for what has no colour of its own, in order"""
SPARE: Final = (*OTHERS, "#D55E00", "#0072B2", "#000000", "#CC79A7", "#009E73", "#E69F00")
"""for variants that are no designs, in order"""
HUB: Final = "#999999"
IMPORT: Final = ("#FFFFFF", "import")
"""colour and name of what comes from outside a province"""
UNKNOWN: Final = "#D55E00"
DESIGNS: Final = {design.name: design.colour for design in ranked() if design.colour} | dict(
    zip((f"two_stage, {reading}" for reading in READINGS), ("#CC79A7", "#56B4E9", "#D55E00"), strict=True)
)
"""by what a variant is called: a design, or one of two stages with its reading"""
DESIGN_WORDS: Final = {design.name: design.label or design.name for design in ranked()} | {
    f"{design.name}, {reading}": f"{design.label}, {reading}" for design in ranked() if design.stages == 2 for reading in READINGS
}
LINES: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")
"""of a sweep that are no designs, in order"""
GAIN: Final = "#0072B2"
LOSS: Final = "#D55E00"
WHOLE: Final = "#999999"
PHASES: Final = {
    "deploy": "#000000",
    "enrol": "#999999",
    "allocate": "#CC79A7",
    "commits": "#F0E442",
    "orders": "#56B4E9",
    "markups": "#D55E00",
    "clear": "#0072B2",
    "settle": "#009E73",
    "deviation": "#E69F00",
}
"""of an hour on the chain, in the order in which they are stacked"""


class Configured(Protocol):
    """A run, as far as its config goes."""

    @property
    def config(self) -> Mapping[str, Any]:
        """Resolved."""

    @property
    def directory(self) -> Path:
        """Where its region is looked for."""


def design_colours(labels: Sequence[str]) -> dict[str, str]:
    """Colour by label; designs always have theirs, other variants take those that are left."""
    taken = {DESIGNS.get(label) for label in labels}
    spare = cycle([colour for colour in SPARE if colour not in taken])
    return {label: DESIGNS.get(label) or next(spare) for label in labels}


@dataclass(frozen=True, slots=True)
class Looks:
    """How the zones and technologies of a region look; without one, all of them take colours in turn."""

    region: Region | None

    @staticmethod
    def of(run: Configured) -> Looks:
        """Those of a run."""
        return Looks(region_of_run(run.config, run.directory))

    def places(self, zones: Iterable[str]) -> dict[str, tuple[float, float]] | None:
        """Degrees east and north; None where one of the zones has no place."""
        rows = [(zone, self.region.nodes.get(zone)) for zone in zones] if self.region else []
        found = {zone: (row.x, row.y) for zone, row in rows if row is not None and row.x is not None and row.y is not None}
        return found if rows and len(found) == len(rows) else None

    def zone_colours(self, zones: Iterable[str]) -> dict[str, str]:
        """Colour by zone: those that the region gives, the others in turn."""
        known = {zone: row.colour for zone, row in self.region.nodes.items()} if self.region else {}
        spare = iter(OTHERS * 64)
        return {zone: known.get(zone) or next(spare) for zone in zones}

    def technology(self, tech: str) -> tuple[str, str]:
        """Colour and name of a technology."""
        return self._technologies().get(tech, (UNKNOWN, tech))

    def technologies(self, found: Iterable[str]) -> list[str]:
        """Technologies in stacking order, unknown ones last by name."""
        order = list(self._technologies())
        return sorted(set(found), key=lambda tech: (order.index(tech) if tech in order else len(order), tech))

    def _technologies(self) -> dict[str, tuple[str, str]]:
        """Colour and name, in the order in which they are stacked."""
        spare = cycle(SPARE)
        known = self.region.technologies if self.region else {}
        return {EXCHANGE: IMPORT, **{name: (each.colour or next(spare), each.label or name) for name, each in known.items()}}
