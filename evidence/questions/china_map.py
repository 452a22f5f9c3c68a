"""Two maps of a region side by side: what is planned over its lines, and what trade adds to it and brings by zone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shengdian.experiments.results import palette
from shengdian.experiments.results.figures.frame import describe, panels
from shengdian.regions.region import Region

OUTLINE = Path(__file__).with_name("china_outline.csv")
"""borders of provinces in pieces, degrees; Natural Earth's, of which nothing here is a statement"""
SHOWN = 0.5
"""TWh a year; lines that carry less are thin and grey"""
WIDEST = 7.0
"""points, of the line that carries most"""


def trade_map(region: Region, planned: Mapping[str, float], flows: Mapping[str, float], gains: Mapping[str, float]) -> Figure:
    """`planned` and `flows` are TWh a year by line, from its first zone to its second; `gains` million CNY a day by zone."""
    figure, axes = panels(2, 2, width=5.6, height=4.7)
    added = {line: flows[line] - energy for line, energy in planned.items()}
    nothing, outline = dict.fromkeys(gains, 0.0), [piece for _, piece in pd.read_csv(OUTLINE).groupby("piece")]
    for axis, energy, zones, title in (
        (axes[0], planned, nothing, "planned flows of 2016"),
        (axes[1], added, gains, "what one coupled auction adds"),
    ):
        for piece in outline:
            axis.plot(piece["x"], piece["y"], color="#CCCCCC", linewidth=0.5, zorder=0)
        places = palette.Looks(region).places(region.nodes) or {}
        widest = max(map(abs, energy.values()))
        for line in region.lines:
            _line(axis, places[line.source_zone], places[line.target_zone], energy[line.line], widest)
        for zone, gain in zones.items():
            _zone(axis, zone, places[zone], gain, max(map(abs, gains.values())))
        describe(axis, f"{title}; widest arrow {widest:,.0f} TWh a year", "longitude (°E)", "latitude (°N)")
        axis.margins(0.06)
    note = f"area: million CNY a day, at most {max(map(abs, gains.values())):,.1f}"
    for colour, word in ((palette.GAIN, "the province gains"), (palette.LOSS, "it loses")):
        axes[1].plot([], [], "o", color=colour, label=word)
    axes[1].legend(title=note, fontsize=8, title_fontsize=8, frameon=False, loc="lower left")
    return figure


def _line(axis: Axes, begin: tuple[float, float], end: tuple[float, float], energy: float, most: float) -> None:
    """An arrow where the energy goes, as wide as it is much."""
    if energy < 0:
        begin, end = end, begin
    if abs(energy) < SHOWN:
        axis.plot(*zip(begin, end, strict=True), color="#BBBBBB", linewidth=0.6, zorder=1)
        return
    width = 0.6 + (WIDEST - 0.6) * abs(energy) / most
    look = {
        "arrowstyle": "-|>",
        "color": "#4D4D4D",
        "linewidth": width,
        "alpha": 0.55,
        "mutation_scale": 8 + width,
        "shrinkB": 9,
        "shrinkA": 5,
    }
    axis.annotate("", xy=end, xytext=begin, arrowprops=look, zorder=2)


def _zone(axis: Axes, zone: str, place: tuple[float, float], gain: float, most: float) -> None:
    """A circle whose area is the gain or loss of the zone; without one, a small one."""
    colour = palette.WHOLE if gain == 0 else palette.GAIN if gain > 0 else palette.LOSS
    axis.plot(*place, "o", markersize=5 + 24 * math.sqrt(abs(gain) / most), color=colour, alpha=0.75, markeredgecolor="white", zorder=3)
    axis.annotate(zone, place, fontsize=7, weight="bold", ha="center", va="center", zorder=4)
