"""Energy of every plant and user by where it was agreed."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shengdian.experiments.results.figures.frame import Drawn, describe, design_of, panels
from shengdian.experiments.results.palette import Looks

AGREED: Final = {"contract": "#999999", "auction": "#56B4E9", "region": "#0072B2"}
"""colour by where energy was agreed"""


def energy_by_trader(run: Drawn, zone: str) -> pd.DataFrame:
    """MWh of a province's traders (index) under `contract`, in the province's `auction` and in the `region`, all hours.

    Sold is positive, bought negative; planned exchange, and what agreements over lines bring or take, count as contract. `kind` is
    plant, exchange, supplier or user. Plants stand by technology, users last.
    """
    generation, load, orders = (frame[frame["zone"] == zone] for frame in (run.tables[name] for name in ("generation", "load", "orders")))
    techs = generation.drop_duplicates("plant").set_index("plant")["tech"]
    order, role = Looks.of(run).technologies(techs), generation.drop_duplicates("plant").set_index("plant")["role"]
    kinds = {plant: role[plant] for plant in sorted(techs.index, key=lambda at: order.index(techs[at]))}
    users: dict[str, str] = dict(load[["user", "role"]].drop_duplicates().itertuples(index=False))
    kinds |= dict.fromkeys(orders.loc[orders["role"] == "supplier", "trader"].unique(), "supplier")
    kinds |= users
    allocation = run.tables["allocation"]
    sold = allocation[allocation["zone"] == zone].groupby("plant")["contract_mwh"].sum()
    fixed = (generation["role"] == "exchange") & ~generation["plant"].isin(sold.index)
    imports = generation[fixed].groupby("plant")["metered_mwh"].sum()
    covered = -load.groupby("user")["contracted_mwh"].sum()
    sign = orders["side"].map({"sell": 1.0, "buy": -1.0})
    traded = (orders["filled_mwh"] * sign).groupby([orders["trader"], orders["stage"]]).sum().unstack(fill_value=0)
    rows = pd.DataFrame({"kind": kinds.values()}, index=pd.Index(kinds, name="trader"))
    rows["contract"] = pd.concat([sold, imports, covered]).groupby(level=0).sum().reindex(rows.index).fillna(0.0)
    for stage, name in (("provincial", "auction"), ("regional", "region")):
        rows[name] = traded[stage].reindex(rows.index).fillna(0.0) if stage in traded else 0.0
    return rows


def trader_energy(run: Drawn, zone: str) -> Figure:
    """Energy of every plant and user of a province by where it was agreed, GWh: sold to the right, bought to the left, dots are the net."""
    table = energy_by_trader(run, zone)
    energy = table[list(AGREED)] / 1000
    figure, (axis,) = panels(1, 1, width=3.8, height=max(2.4, 0.7 + 0.19 * len(table)))
    places = np.arange(len(table))
    right, left = np.zeros(len(table)), np.zeros(len(table))
    for name, colour in AGREED.items():
        values = energy[name].to_numpy(dtype=float)
        begin = np.where(values < 0, left, right)
        axis.barh(places, values, left=begin, height=0.75, color=colour, label=name)
        right, left = right + np.maximum(values, 0), left + np.minimum(values, 0)
    axis.plot(energy.sum(axis=1), places, marker="o", markersize=3.5, color="black", markeredgecolor="white", linestyle="none", label="net")
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_yticks(places, [str(trader).removeprefix(f"{zone}_") for trader in table.index])
    axis.use_sticky_edges = False
    axis.margins(x=0.04)
    axis.set_ylim(len(table) - 0.4, -0.6)
    axis.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    axis.set_axisbelow(True)
    describe(axis, f"{design_of(run)}: {zone}, {run.hours} hours", "energy, bought left, sold right (GWh)", f"trader of {zone}")
    axis.tick_params(axis="y", labelsize=7.5)
    figure.legend(fontsize=8, frameon=False, loc="outside upper right", ncols=4, handlelength=1, columnspacing=1)
    return figure
