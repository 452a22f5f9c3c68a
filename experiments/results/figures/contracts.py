"""Contract allocation of a day."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from shengdian.experiments.results.figures.frame import Drawn, describe, hour_words, hours_of_day, outside_legend, panels
from shengdian.experiments.results.figures.generation import stack_technologies
from shengdian.experiments.results.palette import Looks
from shengdian.sim.record.finished_run import parts_of


def allocation(run: Drawn, zone: str, day: int) -> Figure:
    """The paper's Fig. 2 made visible: what contracts cover of a province's day by technology, and what is left to bidding, GWh/h."""
    figure, (axis,) = panels(1, 1, width=6.4, height=3.8)
    hours = hours_of_day(run, day)
    stack_technologies(axis, Looks.of(run), under_contract(run, zone, hours), "contract_mwh", hours, parts_of(run.config))
    load = run.tables["load"]
    load = (
        load[(load["zone"] == zone) & load["hour"].isin(hours)].groupby("hour")[["demand_mwh", "contracted_mwh"]].sum()
        * parts_of(run.config)
        / 1000
    )
    edges = np.arange(hours.start, hours.stop + 1)
    demand, covered = (load[key].reindex(hours, fill_value=0).to_numpy(dtype=float) for key in ("demand_mwh", "contracted_mwh"))
    axis.stairs(demand, edges, baseline=covered, fill=True, facecolor="#D55E00", alpha=0.15, label="left to bidding")
    axis.stairs(demand, edges, baseline=None, color="#D55E00", linewidth=1.4, label="demand and export")
    describe(axis, f"contract allocation: {zone}, day {day}", hour_words(run), "energy (GWh/h)")
    axis.set_xlim(hours.start, hours.stop)
    axis.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 3, 4, 6, 10]))
    outside_legend(axis)
    return figure


def under_contract(run: Drawn, zone: str, hours: range) -> pd.DataFrame:
    """MWh by hour and technology: what is allocated, and fixed imports, which are not."""
    plants = run.tables["generation"].drop_duplicates("plant").set_index("plant")["tech"]
    tables = (run.tables[name] for name in ("allocation", "generation"))
    rows, made = (table[(table["zone"] == zone) & table["hour"].isin(hours)] for table in tables)
    planned = rows.assign(tech=rows["plant"].map(plants))
    fixed = made[(made["role"] == "exchange") & ~made["plant"].isin(rows["plant"])].rename(columns={"metered_mwh": "contract_mwh"})
    return pd.concat([frame[["hour", "plant", "tech", "contract_mwh"]] for frame in (planned, fixed)])


def allocation_by_plant(run: Drawn, zone: str, day: int) -> Figure:
    """The paper's Fig. 2 plant by plant: share of what a plant has available that its contract takes, % by hour of a province's day.

    Plants stand by technology, with the contract energy of the day in GWh; grey is an hour without anything available.
    """
    hours = hours_of_day(run, day)
    rows, made = run.tables["allocation"], run.tables["generation"]
    rows, made = (table[(table["zone"] == zone) & table["hour"].isin(hours)] for table in (rows, made))
    techs = made.drop_duplicates("plant").set_index("plant")["tech"]
    order = Looks.of(run).technologies(techs)
    names = sorted(rows["plant"].unique(), key=lambda plant: (order.index(techs[plant]), plant))
    planned, room = (
        table.pivot_table(index="plant", columns="hour", values=column, aggfunc="sum").reindex(index=names, columns=list(hours))
        for table, column in ((rows, "contract_mwh"), (made, "available_mwh"))
    )
    planned = planned.fillna(0)
    share = 100 * planned / room.where(room > 0)
    figure, (axis,) = panels(1, 1, width=7.2, height=max(1.2, 0.6 + 0.19 * len(names)))
    axis.set_facecolor("#DDDDDD")
    edges = np.arange(hours.start, hours.stop + 1)
    mesh = axis.pcolormesh(edges, np.arange(len(names) + 1), share.to_numpy(dtype=float), cmap="cividis", vmin=0, vmax=100)
    energy = planned.sum(axis=1) / 1000
    axis.set_yticks(np.arange(len(names)) + 0.5, [f"{plant}  {energy[plant]:,.1f}" for plant in names])
    axis.invert_yaxis()
    describe(axis, f"contract allocation by plant: {zone}, day {day}", hour_words(run), "plant, contract energy of the day (GWh)")
    axis.tick_params(axis="y", labelsize=7)
    axis.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 3, 4, 6, 10]))
    bar = figure.colorbar(mesh, ax=axis, pad=0.01)
    bar.set_label("contract energy (% of available)", fontsize=9)
    bar.ax.tick_params(labelsize=8)
    return figure
