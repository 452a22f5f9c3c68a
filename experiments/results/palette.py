"""Colours and words that stay the same in every figure. Colour-blind safe (Okabe and Ito 2008); coal is grey, darker where cheaper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import cycle
from typing import Final

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
TECHNOLOGIES: Final = {
    "exchange": ("#FFFFFF", "import"),
    "nuclear": ("#CC79A7", "nuclear"),
    "coal_1000": ("#2B2B2B", "coal 1000 MW"),
    "coal_600": ("#525252", "coal 600 MW"),
    "coal_300": ("#7A7A7A", "coal 300 MW"),
    "coal_100": ("#A3A3A3", "coal 100 MW"),
    "coal_small": ("#CCCCCC", "coal, small"),
    "hydro_reservoir": ("#0072B2", "hydro, reservoir"),
    "hydro_run_of_river": ("#56B4E9", "hydro, run of river"),
    "pumped_hydro": ("#004466", "hydro, pumped"),
    "wind": ("#009E73", "wind"),
    "solar": ("#F0E442", "solar"),
    "gas_ccgt": ("#E69F00", "gas"),
}
"""colour and name, in the order in which they are stacked"""
UNKNOWN: Final = "#D55E00"
DESIGNS: Final = {
    "provincial": "#999999",
    "two_stage": "#56B4E9",
    "coupled": "#0072B2",
    "day_ahead": "#009E73",
    "corridor_matching": "#E69F00",
}
DESIGN_WORDS: Final = {
    "provincial": "provincial",
    "two_stage": "two-stage",
    "coupled": "coupled",
    "day_ahead": "day-ahead",
    "corridor_matching": "corridors",
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
    "clear": "#0072B2",
    "settle": "#009E73",
    "deviation": "#E69F00",
}
"""of an hour on the chain, in the order in which they are stacked"""


def design_colours(labels: Sequence[str]) -> dict[str, str]:
    """Colour by label; designs always have theirs, other variants take those that are left."""
    spare = cycle([*OTHERS, *PROVINCES.values()])
    return {label: DESIGNS.get(label) or next(spare) for label in labels}


def zone_colours(zones: Iterable[str]) -> dict[str, str]:
    """Colour by zone; the six provinces always have theirs."""
    spare = iter(OTHERS * 16)
    return {zone: PROVINCES.get(zone) or next(spare) for zone in zones}


def technology(tech: str) -> tuple[str, str]:
    """Colour and name of a technology."""
    return TECHNOLOGIES.get(tech, (UNKNOWN, tech))


def technologies(found: Iterable[str]) -> list[str]:
    """Technologies in stacking order, unknown ones last by name."""
    order = list(TECHNOLOGIES)
    return sorted(set(found), key=lambda tech: (order.index(tech) if tech in order else len(order), tech))
