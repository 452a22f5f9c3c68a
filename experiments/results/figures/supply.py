"""Offers and bids of an hour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from shengdian.experiments.results.figures.frame import Drawn, describe, design_of, panels
from shengdian.experiments.results.palette import Looks

REFUSED: Final = 0.3
"""opacity of what was not accepted"""


def supply_stack(runs: Sequence[Drawn], zone: str, hour: int) -> Figure:
    """Offers by price and technology, bids, and where the hour cleared in one province; GWh and CNY/MWh; a panel a design.

    Offers are those of the first stage; what was accepted of them is solid, the rest pale. The two points are what the province's
    sellers sold and its buyers bought in that stage, at its price; where they differ, the rest went over the lines. Bids above the
    axis are left out of sight, not out of the sum.
    """
    figure, axes = panels(len(runs), 3)
    for run, axis in zip(runs, axes, strict=True):
        orders = run.tables["orders"]
        orders = orders[(orders["hour"] == hour) & (orders["zone"] == zone) & (orders["status"] != "reverted")]
        stage = "provincial" if (orders["stage"] == "provincial").any() else "regional"
        orders = orders[orders["stage"] == stage]
        offers = orders[orders["side"] == "sell"].sort_values("price_per_mwh", kind="stable")
        bids = orders[orders["side"] == "buy"].sort_values("price_per_mwh", ascending=False, kind="stable")
        techs = run.tables["generation"].drop_duplicates("plant").set_index("plant")["tech"]
        ends = np.concatenate([[0.0], offers["quantity_mwh"].cumsum().to_numpy(dtype=float)]) / 1000
        seen: set[str] = set()
        accepted = ends[:-1] + offers["filled_mwh"].to_numpy(dtype=float) / 1000
        for place, (trader, price) in enumerate(zip(offers["trader"], offers["price_per_mwh"], strict=True)):
            colour, name = Looks.of(run).technology(str(techs.get(trader, "other")))
            label = None if name in seen else name
            seen.add(name)
            for edges, words, alpha in (((ends[place], accepted[place]), label, 1.0), ((accepted[place], ends[place + 1]), None, REFUSED)):
                axis.stairs([price], edges, fill=True, facecolor=colour, linewidth=0, alpha=alpha, label=words)
        axis.stairs(offers["price_per_mwh"].to_numpy(dtype=float), ends, baseline=None, color="black", linewidth=1, label="offers")
        wanted = np.concatenate([[0.0], bids["quantity_mwh"].cumsum().to_numpy(dtype=float)]) / 1000
        bid_prices = bids["price_per_mwh"].to_numpy(dtype=float)
        axis.stairs(bid_prices, wanted, baseline=None, color="#D55E00", linewidth=1.6, label="bids")
        axis.vlines(wanted[-1], 0, bid_prices[-1] if len(bid_prices) else 0, color="#D55E00", linewidth=1.6)
        table = run.tables["prices"]
        cleared = table[(table["hour"] == hour) & (table["zone"] == zone) & (table["stage"] == stage)]["price_per_mwh"].dropna()
        if len(cleared):
            price = float(cleared.iloc[0])
            sold, bought = float(offers["filled_mwh"].sum()) / 1000, float(bids["filled_mwh"].sum()) / 1000
            axis.axhline(price, color="black", linewidth=0.8, linestyle="--")
            axis.plot(
                [bought], [price], marker="o", color="#D55E00", markeredgecolor="white", markersize=8, linestyle="none", label="bought"
            )
            axis.plot([sold], [price], marker="^", color="black", markeredgecolor="white", markersize=8, linestyle="none", label="sold")
            box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "black", "linewidth": 0.6}
            axis.annotate(f"{price:,.2f}", (0.98, price), xycoords=("axes fraction", "data"), ha="right", va="center", fontsize=8, bbox=box)
        top = max([1.0, *offers["price_per_mwh"], *cleared])
        axis.set_ylim(min(0.0, *offers["price_per_mwh"], 0.0), top * 1.25)
        axis.set_xlim(left=0)
        describe(axis, f"{design_of(run)}: {zone}, hour {hour}", "cumulative quantity (GWh)", "price (CNY/MWh)")
    axes[-1].legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return figure
