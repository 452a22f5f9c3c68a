"""All figures of runs, finished or live. Every function gives a Figure of its own; nothing global is drawn on or changed."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from shengdian.experiments.results.convergence import choices
from shengdian.experiments.results.figures.comparison import comparison_bars
from shengdian.experiments.results.figures.contracts import allocation, allocation_by_plant
from shengdian.experiments.results.figures.flows import flow_map, price_map
from shengdian.experiments.results.figures.frame import Drawn, image, zones_of
from shengdian.experiments.results.figures.gas import gas_by_phase
from shengdian.experiments.results.figures.generation import generation_mix
from shengdian.experiments.results.figures.learning import learning
from shengdian.experiments.results.figures.prices import final_prices, prices, spread_duration
from shengdian.experiments.results.figures.region import overview
from shengdian.experiments.results.figures.supply import supply_stack
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines
from shengdian.experiments.results.figures.traders import energy_by_trader, trader_energy
from shengdian.experiments.results.figures.welfare import welfare_waterfall
from shengdian.experiments.results.variants import by_variant
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import Run

__all__ = [
    "Drawn",
    "Panel",
    "allocation",
    "allocation_by_plant",
    "comparison_bars",
    "energy_by_trader",
    "figures",
    "final_prices",
    "flow_map",
    "gas_by_phase",
    "generation_mix",
    "image",
    "learning",
    "overview",
    "price_map",
    "prices",
    "spread_duration",
    "supply_stack",
    "sweep_lines",
    "trader_energy",
    "welfare_waterfall",
    "zones_of",
]


def figures(runs: Sequence[Run], zone: str | None = None, hour: int | None = None) -> dict[str, Figure]:
    """Every figure by name, of each design's first seed (the comparison and the welfare waterfall take in all).

    `zone` and `hour` choose the supply stack, the allocation and the traders (of the first design with most stages); None is the zone and
    hour with most load. A figure that the runs have nothing for is left out: flows without any trade between provinces, learning without
    agents that remember, gas without a chain that counts it. Raises InputError for runs that are not comparable, a zone or an hour that
    they do not have.
    """
    first = [next(iter(seeds.values())) for seeds in by_variant(runs).values()]
    zone, hour = _chosen(first[0], zone, hour)
    drawn = {
        "comparison": comparison_bars(runs),
        "welfare": welfare_waterfall(runs),
        "prices": prices(first),
        "spread-duration": spread_duration(first),
        "generation-mix": generation_mix(first),
        "supply-stack": supply_stack(first, zone, hour),
        "allocation": allocation(first[0], zone, hour // first[0].day),
        "allocation-by-plant": allocation_by_plant(first[0], zone, hour // first[0].day),
        "trader-energy": trader_energy(max(first, key=lambda run: run.tables["orders"]["stage"].nunique()), zone),
    }
    if trading := [run for run in first if run.tables["flows"]["sent_mwh"].sum() > 0]:
        drawn["flows"] = flow_map(trading)
    if remembering := [run for run in first if len(choices(run))]:
        drawn["learning"] = learning(remembering)
    if any(sum(run.manifest["gas_by_phase"].values()) for run in first):
        drawn["gas"] = gas_by_phase(first)
    return drawn


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
