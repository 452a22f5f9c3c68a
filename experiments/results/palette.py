"""Colours and words that stay the same in every figure, colour-blind safe (Okabe and Ito 2008). `technologies.csv` has its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import cycle
from typing import Final

from shengdian.experiments.world import technology as technology_table
from shengdian.sim.base.types import READINGS
from shengdian.sim.designs import ranked
from shengdian.sim.scenario import EXCHANGE

PROVINCES: Final = {"GD": "#D55E00", "SD": "#0072B2", "SX": "#000000", "AH": "#CC79A7", "SC": "#009E73", "JX": "#E69F00"}
OTHERS: Final = ("#56B4E9", "#F0E442", "#999999", "#882255", "#44AA99", "#117733")
"""for zones beyond the six, in order"""
PLACES: Final = {
    "GD": (113.3, 23.1),
    "SD": (117.0, 36.7),
    "SX": (112.5, 37.9),
    "AH": (117.3, 31.9),
    "SC": (104.1, 30.7),
    "JX": (115.9, 28.7),
    "HE": (114.5, 38.0),
    "HB": (114.3, 30.6),
    "HN": (113.0, 28.2),
    "JS": (118.8, 32.1),
    "SH": (121.5, 31.2),
    "ZJ": (120.2, 30.3),
    "CQ": (106.5, 29.6),
    "SN": (108.9, 34.3),
    "NX": (106.3, 38.5),
}
"""degrees east and north of the capitals of the provinces and hubs"""
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


def design_colours(labels: Sequence[str]) -> dict[str, str]:
    """Colour by label; designs always have theirs, other variants take those that are left."""
    taken = {DESIGNS.get(label) for label in labels}
    spare = cycle([colour for colour in (*OTHERS, *PROVINCES.values()) if colour not in taken])
    return {label: DESIGNS.get(label) or next(spare) for label in labels}


def zone_colours(zones: Iterable[str]) -> dict[str, str]:
    """Colour by zone; the six provinces always have theirs."""
    spare = iter(OTHERS * 16)
    return {zone: PROVINCES.get(zone) or next(spare) for zone in zones}


def technology(tech: str) -> tuple[str, str]:
    """Colour and name of a technology."""
    return _technologies().get(tech, (UNKNOWN, tech))


def technologies(found: Iterable[str]) -> list[str]:
    """Technologies in stacking order, unknown ones last by name."""
    order = list(_technologies())
    return sorted(set(found), key=lambda tech: (order.index(tech) if tech in order else len(order), tech))


def _technologies() -> dict[str, tuple[str, str]]:
    """Colour and name, in the order in which they are stacked."""
    stacked = sorted(technology_table.technologies().values(), key=lambda each: each.stack)
    return {EXCHANGE: IMPORT, **{each.name: (each.colour, each.label) for each in stacked}}
