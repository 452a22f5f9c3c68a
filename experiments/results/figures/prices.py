"""Prices by province and hour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shengdian.experiments.results import palette
from shengdian.experiments.results.figures.frame import Drawn, describe, design_of, hour_axis, hour_words, outside_legend, panels, zones_of

STYLES: Final = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
"""of lines, so that they differ in print too"""


def final_prices(run: Drawn) -> pd.DataFrame:
    """Price of every hour (rows) and province (columns) in the last stage that has one, CNY/MWh."""
    table = run.tables["prices"].sort_values("stage", kind="stable").dropna(subset=["price_per_mwh"])
    return table.drop_duplicates(["hour", "zone"], keep="last").pivot_table(index="hour", columns="zone", values="price_per_mwh")


def prices(runs: Sequence[Drawn]) -> Figure:
    """Price of every province and hour in the last stage that has one, CNY/MWh; a panel a design."""
    figure, axes = panels(len(runs), 3)
    for run, axis in zip(runs, axes, strict=True):
        last = final_prices(run)
        for place, (zone, colour) in enumerate(palette.Looks.of(run).zone_colours(zones_of(run)).items()):
            if zone in last:
                style = STYLES[place % len(STYLES)]
                series = last[zone].reindex(range(run.hours)).to_numpy(dtype=float)
                axis.stairs(series, np.arange(run.hours + 1), baseline=None, color=colour, linewidth=1.6, linestyle=style, label=zone)
        describe(axis, design_of(run), hour_words(run), "final price (CNY/MWh)")
        hour_axis(axis, run.hours)
        axis.set_ylim(bottom=min(0, axis.get_ylim()[0]))
    if axes[-1].get_legend_handles_labels()[0]:  # pairs have prices, zones have none
        outside_legend(axes[-1], stacked=False)
    return figure


def spread_duration(runs: Sequence[Drawn]) -> Figure:
    """In what share of the hours the final prices of provinces lie at least so far apart: highest less lowest, CNY/MWh; a line a design.

    Hours in which fewer than two provinces have a price are left out.
    """
    figure, (axis,) = panels(1, 1, width=6.4, height=3.6)
    for place, run in enumerate(runs):
        table = final_prices(run)
        table = table[table.notna().sum(axis=1) > 1]
        spread = np.sort((table.max(axis=1) - table.min(axis=1)).to_numpy(dtype=float))[::-1]
        if len(spread):
            share = 100 * np.arange(len(spread) + 1) / len(spread)
            colour, style = palette.design_colours([each.label for each in runs])[run.label], STYLES[place % len(STYLES)]
            width = 1.4 + 1.0 * (len(runs) - 1 - place)  # those drawn first are thicker, so that they are seen below others
            axis.step(share, [*spread, spread[-1]], where="post", color=colour, linestyle=style, linewidth=width, label=design_of(run))
    axis.set_xlim(0, 100)
    axis.set_ylim(bottom=0)
    describe(axis, "price spread of provinces", "share of hours with at least this spread (%)", "spread of final prices (CNY/MWh)")
    if axis.get_legend_handles_labels()[0]:
        axis.legend(fontsize=8, frameon=False)
    return figure
