"""Figures of runs, finished or live. Every function gives a Figure of its own; nothing global is drawn on or changed."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Final, Literal, Protocol, cast

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import MaxNLocator

from experiments import palette
from experiments.compare import SHOWN, comparison
from experiments.variants import by_variant
from sim.errors import InputError
from sim.results import Run

WIDTH: Final = 3.6
"""inches of a panel"""
HEIGHT: Final = 3.2
FREE: Final = "#4D4D4D"
"""a line with room to spare"""
FULL: Final = "#D55E00"
"""a line that carries all it may"""
BARS: Final = (
    "welfare_cny",
    "generation_cost_cny",
    "consumer_payment_cny",
    "producer_surplus_cny",
    "mean_price_cny_mwh",
    "price_spread_cny_mwh",
    "co2_t",
    "curtailed_share",
)
"""metrics of the comparison, a panel each"""


class Tables(Protocol):
    """Tables by name, with the columns of `sim.tables`."""

    def __getitem__(self, name: str, /) -> pd.DataFrame:
        """The whole table."""


class Drawn(Protocol):
    """What a figure is drawn from: a finished run, or a live one so far."""

    @property
    def label(self) -> str:
        """What tells it from the others; the design where they differ in nothing else."""

    @property
    def hours(self) -> int:
        """How many were simulated."""

    @property
    def tables(self) -> Tables:
        """Of those hours."""


def figures(runs: Sequence[Run], zone: str | None = None, hour: int | None = None) -> dict[str, Figure]:
    """Every figure by name, of each design's first seed (the comparison takes in all).

    `zone` and `hour` choose the supply stack and the allocation; None is the zone and hour with most load. Raises InputError for
    runs that are not comparable, a zone or an hour that they do not have.
    """
    first = [next(iter(seeds.values())) for seeds in by_variant(runs).values()]
    zone, hour = _chosen(first[0], zone, hour)
    drawn = {
        "comparison": comparison_bars(runs),
        "prices": prices(first),
        "generation-mix": generation_mix(first),
        "supply-stack": supply_stack(first, zone, hour),
        "allocation": allocation(first[0], zone, hour // 24),
    }
    trading = [run for run in first if run.tables["flows"]["sent_mwh"].sum() > 0]
    return drawn | ({"flows": flow_map(trading)} if trading else {})


def image(figure: Figure, kind: Literal["png", "svg"]) -> bytes:
    """The figure as a file's content; the same figure gives the same bytes."""
    out = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "shengdian"}):
        figure.savefig(out, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return out.getvalue()


def zones_of(run: Drawn) -> list[str]:
    """In the order of their numbers on the chain."""
    return list(dict.fromkeys(run.tables["prices"]["zone"]))


def _chosen(run: Run, zone: str | None, hour: int | None) -> tuple[str, int]:
    load = run.tables["load"]
    zones = sorted(set(load["zone"]))
    if zone is None:
        zone = str(load.groupby("zone")["demand_mwh"].sum().idxmax())
    elif zone not in zones:
        raise InputError(f"--zone is {zone!r}; the runs have {', '.join(zones)}")
    if hour is None:
        hour = int(load[load["zone"] == zone].groupby("hour")["demand_mwh"].sum().to_numpy().argmax())
    elif hour >= run.hours:
        raise InputError(f"--hour is {hour}; the runs have hours 0 to {run.hours - 1}")
    return zone, hour


def _panels(count: int, columns: int, width: float = WIDTH, height: float = HEIGHT, share: bool = True) -> tuple[Figure, list[Axes]]:
    columns = min(count, columns)
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(width * columns + 0.6, height * rows + 0.4), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=share, sharey=share, squeeze=False)
    axes = [axis for row in grid for axis in row]
    for axis in axes[count:]:
        axis.set_visible(False)
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes[:count]


def _label(axis: Axes, title: str, x: str, y: str) -> None:
    axis.set_title(title, fontsize=10, loc="left")
    axis.set_xlabel(x, fontsize=9)
    axis.set_ylabel(y, fontsize=9)
    axis.tick_params(labelsize=8)


def _hours(axis: Axes, last: int) -> None:
    axis.set_xlim(0, last)
    axis.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 3, 4, 6, 10]))


def _design(run: Drawn) -> str:
    return palette.DESIGN_WORDS.get(run.label, run.label)


def final_prices(run: Drawn) -> pd.DataFrame:
    """Price of every hour (rows) and province (columns) in the last stage that has one, CNY/MWh."""
    table = run.tables["prices"].sort_values("stage", kind="stable").dropna(subset=["price_cny_mwh"])
    return table.drop_duplicates(["hour", "zone"], keep="last").pivot_table(index="hour", columns="zone", values="price_cny_mwh")


def prices(runs: Sequence[Drawn]) -> Figure:
    """Price of every province and hour in the last stage that has one, CNY/MWh; a panel a design."""
    figure, axes = _panels(len(runs), 3)
    for run, axis in zip(runs, axes, strict=True):
        last = final_prices(run)
        for zone, colour in palette.zone_colours(zones_of(run)).items():
            if zone in last:
                series = last[zone].reindex(range(run.hours)).to_numpy(dtype=float)
                axis.stairs(series, np.arange(run.hours + 1), baseline=None, color=colour, linewidth=1.6, label=zone)
        _label(axis, _design(run), "hour", "final price (CNY/MWh)")
        _hours(axis, run.hours)
        axis.set_ylim(bottom=min(0, axis.get_ylim()[0]))
    if axes[-1].get_legend_handles_labels()[0]:  # pairs have prices, zones have none
        axes[-1].legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def _stack(axis: Axes, table: pd.DataFrame, column: str, hours: range) -> None:
    """Energy by technology in GWh an hour, stacked."""
    below = np.zeros(len(hours))
    for tech in palette.technologies(table["tech"]):
        colour, name = palette.technology(tech)
        energy = table[table["tech"] == tech].groupby("hour")[column].sum().reindex(hours, fill_value=0).to_numpy(dtype=float) / 1000
        if energy.any():
            edges = np.arange(hours.start, hours.stop + 1)
            edge = "#555555" if tech == "exchange" else "white"
            hatch = "///" if tech == "exchange" else None
            axis.stairs(below + energy, edges, baseline=below, fill=True, facecolor=colour, edgecolor=edge, lw=0.3, hatch=hatch, label=name)
            below = below + energy


def _outside_legend(axis: Axes) -> None:
    handles, labels = axis.get_legend_handles_labels()
    axis.legend(handles[::-1], labels[::-1], fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))


def generation_mix(runs: Sequence[Drawn]) -> Figure:
    """Metered energy of all provinces by hour and technology, GWh/h, with what users and exports ask for; a panel a design."""
    figure, axes = _panels(len(runs), 3)
    for run, axis in zip(runs, axes, strict=True):
        _stack(axis, run.tables["generation"], "metered_mwh", range(run.hours))
        demand = run.tables["load"].groupby("hour")["demand_mwh"].sum().to_numpy(dtype=float) / 1000
        axis.stairs(demand, np.arange(run.hours + 1), baseline=None, color="#D55E00", linewidth=1.4, label="demand and export")
        _label(axis, _design(run), "hour", "energy (GWh/h)")
        _hours(axis, run.hours)
    _outside_legend(axes[-1])
    return figure


def supply_stack(runs: Sequence[Drawn], zone: str, hour: int) -> Figure:
    """Offers by price and technology, bids, and where the hour cleared in one province; GWh and CNY/MWh; a panel a design.

    Offers are those of the first stage. The two points are what the province's sellers sold and its buyers bought in that stage, at
    its price; where they differ, the rest went over the lines. Bids above the axis are left out of sight, not out of the sum.
    """
    figure, axes = _panels(len(runs), 3)
    for run, axis in zip(runs, axes, strict=True):
        orders = run.tables["orders"]
        orders = orders[(orders["hour"] == hour) & (orders["zone"] == zone) & (orders["status"] != "reverted")]
        stage = "provincial" if (orders["stage"] == "provincial").any() else "regional"
        orders = orders[orders["stage"] == stage]
        offers = orders[orders["side"] == "sell"].sort_values("price_cny_mwh", kind="stable")
        bids = orders[orders["side"] == "buy"].sort_values("price_cny_mwh", ascending=False, kind="stable")
        techs = run.tables["generation"].drop_duplicates("plant").set_index("plant")["tech"]
        ends = np.concatenate([[0.0], offers["quantity_mwh"].cumsum().to_numpy(dtype=float)]) / 1000
        seen: set[str] = set()
        for place, (trader, price) in enumerate(zip(offers["trader"], offers["price_cny_mwh"], strict=True)):
            colour, name = palette.technology(str(techs.get(trader, "other")))
            label = None if name in seen else name
            seen.add(name)
            axis.stairs([price], ends[place : place + 2], fill=True, facecolor=colour, edgecolor=colour, alpha=0.9, label=label)
        axis.stairs(offers["price_cny_mwh"].to_numpy(dtype=float), ends, baseline=None, color="black", linewidth=1, label="offers")
        wanted = np.concatenate([[0.0], bids["quantity_mwh"].cumsum().to_numpy(dtype=float)]) / 1000
        bid_prices = bids["price_cny_mwh"].to_numpy(dtype=float)
        axis.stairs(bid_prices, wanted, baseline=None, color="#D55E00", linewidth=1.6, label="bids")
        axis.vlines(wanted[-1], 0, bid_prices[-1] if len(bid_prices) else 0, color="#D55E00", linewidth=1.6)
        table = run.tables["prices"]
        cleared = table[(table["hour"] == hour) & (table["zone"] == zone) & (table["stage"] == stage)]["price_cny_mwh"].dropna()
        if len(cleared):
            price = float(cleared.iloc[0])
            sold, bought = float(offers["filled_mwh"].sum()) / 1000, float(bids["filled_mwh"].sum()) / 1000
            axis.axhline(price, color="black", linewidth=0.8, linestyle="--")
            axis.plot([bought], [price], marker="o", color="#D55E00", markeredgecolor="white", linestyle="none", label="bought")
            axis.plot([sold], [price], marker="^", color="black", markeredgecolor="white", linestyle="none", label="sold")
            axis.annotate(f"{price:,.2f}", (0.98, price), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=8)
        top = max([1.0, *offers["price_cny_mwh"], *cleared])
        axis.set_ylim(min(0.0, *offers["price_cny_mwh"], 0.0), top * 1.25)
        axis.set_xlim(left=0)
        _label(axis, f"{_design(run)}: {zone}, hour {hour}", "cumulative quantity (GWh)", "price (CNY/MWh)")
    axes[-1].legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def allocation(run: Drawn, zone: str, day: int) -> Figure:
    """The paper's Fig. 2 made visible: what contracts cover of a province's day by technology, and what is left to bidding, GWh/h."""
    figure, (axis,) = _panels(1, 1, width=6.4, height=3.8)
    hours = range(day * 24, min(day * 24 + 24, run.hours))
    plants = run.tables["generation"].drop_duplicates("plant").set_index("plant")["tech"]
    rows = run.tables["allocation"]
    rows = rows[(rows["zone"] == zone) & rows["hour"].isin(hours)]
    planned = rows.assign(tech=rows["plant"].map(plants))[["hour", "tech", "contract_mwh"]]
    made = run.tables["generation"]
    made = made[(made["zone"] == zone) & (made["tech"] == "exchange") & made["hour"].isin(hours)]
    _stack(axis, pd.concat([planned, made.rename(columns={"metered_mwh": "contract_mwh"})]), "contract_mwh", hours)
    load = run.tables["load"]
    load = load[(load["zone"] == zone) & load["hour"].isin(hours)].groupby("hour")[["demand_mwh", "contracted_mwh"]].sum() / 1000
    edges = np.arange(hours.start, hours.stop + 1)
    demand, covered = (load[key].reindex(hours, fill_value=0).to_numpy(dtype=float) for key in ("demand_mwh", "contracted_mwh"))
    axis.stairs(demand, edges, baseline=covered, fill=True, facecolor="#D55E00", alpha=0.15, label="left to bidding")
    axis.stairs(demand, edges, baseline=None, color="#D55E00", linewidth=1.4, label="demand and export")
    _label(axis, f"contract allocation: {zone}, day {day}", "hour", "energy (GWh/h)")
    axis.set_xlim(hours.start, hours.stop)
    axis.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 3, 4, 6, 10]))
    _outside_legend(axis)
    return figure


def comparison_bars(runs: Sequence[Run]) -> Figure:
    """Metrics by design, a panel a metric; welfare as the gain over the first design. Bars are means over seeds, whiskers 95 % intervals
    of the paired difference from the first design."""
    compared = comparison(runs)
    designs, base = list(compared["seeds"]), compared["base"]
    figure, axes = _panels(len(BARS), 4, width=2.6, height=2.3, share=False)
    for key, axis in zip(BARS, axes, strict=True):
        shown, values = SHOWN[key], compared["metrics"][key]
        gain = key == "welfare_cny" and len(designs) > 1
        heights = [(values[design]["difference"] or 0) if gain else (values[design]["mean"] or 0) for design in designs]
        words = [palette.DESIGN_WORDS.get(design, design) for design in designs]
        colours = [palette.DESIGNS.get(design, palette.UNKNOWN) for design in designs]
        bars = axis.bar(words, [height / shown.scale for height in heights], color=colours)
        for word, height, design in zip(words, heights, designs, strict=True):
            if ends := values[design]["interval"]:
                middle = values[design]["difference"]
                whiskers = [[(middle - ends[0]) / shown.scale], [(ends[1] - middle) / shown.scale]]
                axis.errorbar([word], [height / shown.scale], yerr=whiskers, fmt="none", ecolor="black", capsize=3)
        axis.bar_label(bars, fmt=lambda value: f"{value:,.4g}", fontsize=7, padding=1)
        axis.margins(y=0.15)
        title = f"welfare gain over {palette.DESIGN_WORDS.get(base, base)}" if gain else shown.label
        _label(axis, title, "design", shown.unit)
    return figure


def _places(zones: Sequence[str]) -> tuple[dict[str, tuple[float, float]], bool]:
    """Where zones stand, and whether that is on the map (else on a circle)."""
    if all(zone in palette.PLACES for zone in zones):
        return {zone: palette.PLACES[zone] for zone in zones}, True
    angles = [2 * math.pi * place / len(zones) for place in range(len(zones))]
    return {zone: (math.cos(angle), math.sin(angle)) for zone, angle in zip(zones, angles, strict=True)}, False


def flow_map(runs: Sequence[Drawn]) -> Figure:
    """Energy sent between provinces, GWh over the run, as arrows whose width grows with it; schematic, a panel a design."""
    figure, axes = _panels(len(runs), 2, width=5.2, height=4.8)
    sums = [run.tables["flows"].groupby(["from", "to"])["sent_mwh"].sum() / 1000 for run in runs]
    most = max(float(each.max()) for each in sums)
    for run, sent, axis in zip(runs, sums, axes, strict=True):
        zones = zones_of(run)
        hubs = [str(code) for code in sorted({end for ends in sent.index for end in ends} - set(zones))]
        places, real = _places([*zones, *hubs])
        colours = palette.zone_colours(zones) | dict.fromkeys(hubs, palette.HUB)
        for ends, energy in sent[sent > 0].items():
            source, target = cast("tuple[str, str]", ends)
            _arrow(axis, places[source], places[target], float(energy), float(energy) / most, colours[source])
        for zone, (x, y) in places.items():
            axis.plot([x], [y], marker="o", markersize=24, color=colours[zone], markeredgecolor="white", zorder=4)
            axis.annotate(zone, (x, y), color="white", weight="bold", fontsize=9, ha="center", va="center", zorder=5)
        axis.margins(0.14)
        unit = ("longitude (°E)", "latitude (°N)") if real else ("schematic (no unit)", "schematic (no unit)")
        _label(axis, f"{_design(run)}: energy sent in {run.hours} hours (GWh)", *unit)
    return figure


def price_map(
    run: Drawn,
    hour: int,
    capacity: Mapping[tuple[str, str], float] | None = None,
    limits: tuple[float, float] | None = None,
    most: float = 0.0,
) -> Figure:
    """One hour on a schematic map: final prices as colour, energy sent as width of arrows, lines that are full in red.

    Parameters
    ----------
    capacity
        MWh an hour by sending and receiving zone; without it no line is marked as full
    limits
        lowest and highest price of the colours, CNY/MWh; None takes those of all hours of the run
    most
        MWh that the widest arrow stands for, at least
    """
    figure, (axis,) = _panels(1, 1, width=5.2, height=4.4)
    places, real = _places(zones_of(run))
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
        _arrow(axis, places[pair[0]], places[pair[1]], float(energy), float(energy) / most, FULL if full else FREE, words, 22)
    for zone, (x, y) in places.items():
        price = float(every[zone].get(hour, math.nan)) if zone in every else math.nan
        face = colours.cmap((price - low) / ((high - low) or 1)) if price == price else (0.85, 0.85, 0.85, 1.0)
        red, green, blue, _ = face
        ink = "black" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"
        axis.plot([x], [y], marker="o", markersize=42, color=face, markeredgecolor="#333333", zorder=4)
        words = f"{zone}\n{price:,.0f}" if price == price else f"{zone}\n-"
        axis.annotate(words, (x, y), color=ink, weight="bold", fontsize=9, ha="center", va="center", zorder=5, linespacing=1.1)
    axis.margins(0.16)
    bar = figure.colorbar(colours, ax=axis, shrink=0.8, pad=0.01)
    bar.set_label("final price (CNY/MWh)", fontsize=9)
    bar.ax.tick_params(labelsize=8)
    unit = ("longitude (°E)", "latitude (°N)") if real else ("schematic (no unit)", "schematic (no unit)")
    _label(axis, f"{_design(run)}: hour {hour}, energy sent (GWh)", *unit)
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
    box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": colour, "linewidth": 0.6}
    axis.annotate(words or f"{energy:,.1f}", (x, y), fontsize=7.5, ha="center", va="center", zorder=6, bbox=box)
