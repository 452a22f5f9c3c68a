"""A region at a glance: where its zones and lines are, what stands in them, what they need, and what wind, sun and water give."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shengdian.experiments.results import palette
from shengdian.experiments.results.figures.frame import describe, hour_axis, outside_legend, panels
from shengdian.regions.region import Region
from shengdian.regions.series import Series

MONTHS = range(1, 13)
HOURS = range(24)
SEASONS = {1: ("January", "#0072B2"), 4: ("April", "#009E73"), 7: ("July", "#D55E00"), 10: ("October", "#E69F00")}
"""months whose days are drawn, with their colours"""


def overview(region: Region) -> Figure:
    """Map, capacity by zone (GW), load of mean days (GW), and output over capacity by month (%)."""
    figure, axes = panels(4, 2, width=6.4, height=max(4.2, 0.17 * len(region.zones)), share=False)
    load = load_of_days(region)
    _map(axes[0], region, load)
    _capacities(axes[1], region)
    _load(axes[2], load)
    _profiles(axes[3], region)
    name = region.label.name or region.folder.name
    figure.suptitle(f"{name}: {len(region.zones)} zones, {len(region.plants)} plants, {len(region.lines)} lines", fontsize=11)
    return figure


def load_of_days(region: Region) -> pd.DataFrame:
    """MW by month and hour of the mean day (rows) and zone (columns)."""
    if region.load_hourly is not None:
        return _mean_days(region.load_hourly)
    found = pd.DataFrame(index=pd.MultiIndex.from_product([MONTHS, HOURS], names=["month", "hour"]))
    for zone in region.zones:
        days = [region.load_days.get((zone, month, "mean")) or region.load_days[zone, month, "weekday"] for month in MONTHS]
        found[zone] = np.concatenate(days)
    return found


def monthly_shares(region: Region) -> pd.DataFrame:
    """Mean output over capacity by month (rows) and technology that a profile or a budget binds (columns), weighted by capacity."""
    hourly = _mean_days(region.availability_hourly).groupby("month").mean() if region.availability_hourly else None
    rows = []
    for plant in region.plants:
        zone, technology = plant.zone, plant.technology
        if region.technologies[technology].supply == "capacity":
            continue
        column = region.series_of(plant.plant, zone, technology)
        for month in MONTHS:
            typical = region.availability_days.get((zone, technology, month)) or (
                region.availability_months.get((zone, technology, month)),
            )
            share = np.mean([np.nan if each is None else each for each in typical])
            if column and hourly is not None:
                share = hourly[column].get(month, np.nan)
            rows.append((month, technology, plant.capacity_mw, plant.capacity_mw * share))
    table = pd.DataFrame(rows, columns=["month", "technology", "capacity", "energy"]).dropna()
    sums = table.groupby(["month", "technology"], sort=False)[["capacity", "energy"]].sum()
    return (sums["energy"] / sums["capacity"]).unstack().reindex(MONTHS)


def _mean_days(series: Series) -> pd.DataFrame:
    """The mean of every hour of the day, by month and hour (rows) and column."""
    first = series.first or pd.Timestamp(2016 if series.rows == 8784 else 2015, 1, 1)
    times = pd.date_range(first, periods=series.rows, freq="h")
    found = pd.DataFrame(series.columns, times)
    return found.groupby([times.month.rename("month"), times.hour.rename("hour")]).mean()


def _map(axis: Axes, region: Region, load: pd.DataFrame) -> None:
    """Zones as circles whose area grows with the mean load, lines as wide as their capacity."""
    nodes = list(region.nodes)
    turn = 2 * math.pi / len(nodes)
    circle = {name: (math.cos(at * turn), math.sin(at * turn)) for at, name in enumerate(nodes)}
    real = palette.Looks(region).places(nodes)
    places = real or circle
    most = max((line.capacity_mw for line in region.lines), default=0.0)
    for line in region.lines:
        (x, y), (u, v) = places[line.source_zone], places[line.target_zone]
        width = 0.4 + 4 * line.capacity_mw / most if most else 0.4
        axis.plot([x, u], [y, v], color="#4D4D4D", alpha=0.45, linewidth=width, solid_capstyle="round", zorder=2)
    mean = load.mean()
    for name, (x, y) in places.items():
        size = 8 + 22 * math.sqrt(mean[name] / mean.max()) if name in mean and mean.max() > 0 else 8
        colour = palette.HUB if name in region.hubs else "#56B4E9"
        axis.plot([x], [y], marker="o", markersize=size, color=colour, markeredgecolor="white", zorder=3)
        axis.annotate(name, (x, y), fontsize=7 if len(nodes) > 12 else 8, weight="bold", ha="center", va="center", zorder=4)
    axis.margins(0.1)
    unit = ("longitude (°E)", "latitude (°N)") if real else ("schematic (no unit)", "schematic (no unit)")
    widest = f", widest line {most / 1000:,.1f} GW" if most else ""
    describe(axis, f"zones (area: mean load){widest}", *unit)


def _capacities(axis: Axes, region: Region) -> None:
    """Bars by zone, stacked by technology; stores count what they can give."""
    standing = [(plant.zone, plant.technology, plant.capacity_mw / 1000) for plant in region.plants]
    standing += [(store.zone, store.technology, store.discharge_mw / 1000) for store in region.stores]
    table = pd.DataFrame(standing, columns=["zone", "technology", "gw"])
    found = table.pivot_table("gw", "zone", "technology", "sum", 0.0).reindex(list(region.zones), fill_value=0.0)
    left = np.zeros(len(found))
    looks = palette.Looks(region)
    for name in looks.technologies(map(str, found)):
        colour, label = looks.technology(name)
        axis.barh(list(found.index), found[name].to_numpy(), left=left, color=colour, label=label, height=0.75)
        left = left + found[name].to_numpy()
    axis.invert_yaxis()
    describe(axis, "capacity", "capacity (GW)", "zone")
    outside_legend(axis, stacked=False)


def _load(axis: Axes, load: pd.DataFrame) -> None:
    """The region's mean days of four months, or of those that there are."""
    total = load.sum(axis=1).unstack("hour") / 1000
    for month in [month for month in SEASONS if month in total.index] or list(total.index):
        name, colour = SEASONS.get(month, (f"month {month}", "#4D4D4D"))
        axis.plot(list(total.columns), total.loc[month].to_numpy(), color=colour, label=name, linewidth=1.6)
    axis.set_ylim(0, None)
    describe(axis, "load of mean days, all zones", "hour", "load (GW)")
    hour_axis(axis, 23)
    axis.legend(fontsize=8, frameon=False, loc="lower right")


def _profiles(axis: Axes, region: Region) -> None:
    """Output over capacity by month."""
    shares, looks = monthly_shares(region), palette.Looks(region)
    for name in looks.technologies(map(str, shares)):
        colour, label = looks.technology(name)
        axis.plot(list(MONTHS), shares[name].to_numpy() * 100, marker="o", markersize=3, color=colour, label=label)
    axis.set_ylim(0, 100)
    axis.set_xticks(list(MONTHS))
    describe(axis, "what profiles and inflow give, all zones", "month", "output over capacity (%)")
    outside_legend(axis, stacked=False)
