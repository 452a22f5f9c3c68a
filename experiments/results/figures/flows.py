"""Energy between provinces, on a map."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, cast

import matplotlib
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import MaxNLocator
from matplotlib.typing import ColorType

from shengdian.experiments.results import palette
from shengdian.experiments.results.figures.frame import Drawn, Picture, describe, design_of, panels, zones_of
from shengdian.experiments.results.figures.prices import final_prices
from shengdian.experiments.results.palette import Looks

FREE: Final = "#4D4D4D"
"""a line with room to spare"""

FULL: Final = "#D55E00"
"""a line that carries all it may"""

SHORT: Final = 6.0
"""length of an arrow on the map, degrees, that has no room for its figure"""

CIRCLE: Final = 2.0
"""across the circle on which zones without a place on the map stand"""


def _places(run: Drawn, zones: Sequence[str]) -> tuple[dict[str, tuple[float, float]], bool]:
    """Where zones stand, and whether that is on the map (else on a circle)."""
    if known := Looks.of(run).places(zones):
        return known, True
    angles = [2 * math.pi * place / len(zones) for place in range(len(zones))]
    return {zone: (math.cos(angle), math.sin(angle)) for zone, angle in zip(zones, angles, strict=True)}, False


def _hubs(run: Drawn) -> list[str]:
    """Nodes of the lines where nobody trades."""
    flows = run.tables["flows"]
    return sorted({*flows["from"], *flows["to"]} - set(zones_of(run)))


def _ink(ground: ColorType) -> str:
    """Black or white, whichever is read better on the ground."""
    red, green, blue = to_rgb(ground)
    return "black" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.6 else "white"


def flow_map(runs: Sequence[Drawn]) -> Figure:
    """Energy sent between provinces, GWh over the run, as arrows whose width grows with it; schematic, a panel a design."""
    figure, axes = panels(len(runs), 2, width=5.2, height=4.8)
    sums = [run.tables["flows"].groupby(["from", "to"])["sent_mwh"].sum() / 1000 for run in runs]
    most = max(float(each.max()) for each in sums)
    for run, sent, axis in zip(runs, sums, axes, strict=True):
        zones = zones_of(run)
        hubs = _hubs(run)
        places, real = _places(run, [*zones, *hubs])
        colours = Looks.of(run).zone_colours(zones) | dict.fromkeys(hubs, palette.HUB)
        for ends, energy in sent[sent > 0].items():
            source, target = cast("tuple[str, str]", ends)
            _arrow(axis, places[source], places[target], float(energy), float(energy) / most, colours[source])
        for zone, (x, y) in places.items():
            axis.plot([x], [y], marker="o", markersize=24, color=colours[zone], markeredgecolor="white", zorder=4)
            axis.annotate(zone, (x, y), color=_ink(colours[zone]), weight="bold", fontsize=9, ha="center", va="center", zorder=5)
        axis.margins(0.14)
        unit = ("longitude (°E)", "latitude (°N)") if real else ("schematic (no unit)", "schematic (no unit)")
        describe(axis, f"{design_of(run)}: energy sent in {run.hours} hours (GWh)", *unit)
    return figure


def price_map(
    run: Drawn,
    hour: int,
    capacity: Mapping[tuple[str, str], float] | None = None,
    limits: tuple[float, float] | None = None,
    most: float = 0.0,
) -> Figure:
    """One hour on a schematic map: final prices as colour, energy sent as width of arrows, lines that are full in orange.

    Parameters
    ----------
    capacity
        MWh an hour by sending and receiving zone; without it no line is marked as full
    limits
        lowest and highest price of the colours, CNY/MWh; None takes those of all hours of the run
    most
        MWh that the widest arrow stands for, at least
    """
    figure = Picture(figsize=(5.8, 4.8))  # axes stand where they stand: to find their places would take as long as all the rest
    axis, beside = figure.add_axes((0.1, 0.1, 0.74, 0.84)), figure.add_axes((0.86, 0.19, 0.03, 0.66), label="<colorbar>")
    axis.spines[["top", "right"]].set_visible(False)
    hubs = _hubs(run)
    size, words_size = (25, 6.5) if hubs else (42, 9.0)  # circles and words are smaller where there are more
    places, real = _places(run, [*zones_of(run), *hubs])
    every = final_prices(run)
    low, high = limits or (float(every.min().min()), float(every.max().max()))
    colours = ScalarMappable(Normalize(low, high if high > low else low + 1), matplotlib.colormaps["cividis"])
    table = run.tables["flows"]
    sent = table[table["hour"] == hour].groupby(["from", "to"])["sent_mwh"].sum()
    most = max([most, *sent])
    for ends, energy in sent[sent > 0].items():
        pair = cast("tuple[str, str]", ends)
        full = capacity is not None and energy >= capacity[pair] - 1e-6
        words = f"{energy / 1000:,.2f}" + (" full" if full else "")
        _arrow(
            axis,
            places[pair[0]],
            places[pair[1]],
            float(energy),
            float(energy) / most,
            FULL if full else FREE,
            words,
            size / 2 + 1,
            bool(hubs),
        )
    for hub in hubs:
        axis.plot(*places[hub], marker="o", markersize=14, color=palette.HUB, markeredgecolor="#333333", zorder=4)
        axis.annotate(hub, places[hub], fontsize=6, ha="center", va="center", zorder=5)
    for zone in zones_of(run):
        x, y = places[zone]
        price = float(every[zone].get(hour, math.nan)) if zone in every else math.nan
        face = colours.cmap((price - low) / ((high - low) or 1)) if price == price else (0.85, 0.85, 0.85, 1.0)
        axis.plot([x], [y], marker="o", markersize=size, color=face, markeredgecolor="#333333", zorder=4)
        words = f"{zone}\n{price:,.0f}" if price == price else f"{zone}\n-"
        axis.annotate(
            words, (x, y), color=_ink(face), weight="bold", fontsize=words_size, ha="center", va="center", zorder=5, linespacing=1.1
        )
    axis.margins(0.16)
    for each in (axis.xaxis, axis.yaxis):
        each.set_major_locator(MaxNLocator(5))
    bar = figure.colorbar(colours, cax=beside)
    bar.set_label(f"final price ({run.currency}/MWh)", fontsize=9)
    bar.ax.tick_params(labelsize=8)
    unit = ("longitude (°E)", "latitude (°N)") if real else ("schematic (no unit)", "schematic (no unit)")
    describe(axis, f"{design_of(run)}: hour {hour}, energy sent (GWh)", *unit)
    return figure


def _arrow(
    axis: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    energy: float,
    share: float,
    colour: str,
    words: str = "",
    shrink: float = 13,
    crowded: bool = False,
) -> None:
    bend, width = 0.14, 0.8 + 7 * share
    axis.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle=f"-|>,head_length={3 + 5 * share},head_width={2 + 3.5 * share}",
            linewidth=width,
            shrinkA=shrink,
            shrinkB=shrink,
            color=colour,
            alpha=0.75,
            zorder=2,
        )
    )
    # a point on the arc (quadratic Bezier whose control point stands `bend` of the length to the side)
    (x0, y0), (x1, y1), at = start, end, 0.42
    control = ((x0 + x1) / 2 + bend * (y1 - y0), (y0 + y1) / 2 - bend * (x1 - x0))
    x, y = ((1 - at) ** 2 * a + 2 * at * (1 - at) * b + at**2 * c for a, b, c in ((x0, control[0], x1), (y0, control[1], y1)))
    if CIRCLE < (length := math.hypot(x1 - x0, y1 - y0)) < SHORT:  # beside the arrow, of which it would hide the tip
        x, y = x - 1.1 * (y1 - y0) / length, y + 1.1 * (x1 - x0) / length
    box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": colour, "linewidth": 0.6}
    axis.annotate(words or f"{energy:,.1f}", (x, y), fontsize=5.5 if crowded else 7.5, ha="center", va="center", zorder=6, bbox=box)
