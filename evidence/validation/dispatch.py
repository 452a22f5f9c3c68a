"""The six provinces' July day in one coupled auction, against PyPSA's dispatch of the same hours.

PyPSA is given what a dispatcher would know before each hour: plants with what contracts leave of them and what they put out in the hour
before, cost by step, the load with what elastic users would rather go without, and the lines. It knows nothing of orders, clearings or
the chain, and solves all hours at once as one linear program of its own making. Contract energy is the same in both by construction.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import pypsa
from numpy.typing import NDArray

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.units import FEN_PER_CNY, KWH_PER_MWH, MONEY_PER_CNY, PPM
from shengdian.sim.model import Model
from shengdian.sim.scenario import PlantSpec, Scenario

Floats = NDArray[np.float64]
UNITS = 3
"""equal parts of a thermal plant, each a hundredth dearer than the one before"""
STEPS = 4
"""equal parts of what elastic users would give up"""


def simulate(chain: str, hours: int) -> tuple[Scenario, list[HourResult]]:
    """The day on the chain, coupled, every plant at its cost."""
    config = override(
        load_config("six-provinces-day"), {"run.chain": chain, "run.hours": hours, "run.compare": [], "water.carry_over": False}
    )
    scenario = build_scenario(config, "coupled", 1)
    model = Model(scenario, agents.build)
    return scenario, [model.step_hour() for _ in range(hours)]


def _net_load(scenario: Scenario, zone: str, hour: int) -> int:
    """kWh that the province needs beside its fixed exchange."""
    return scenario.load(zone, hour) - scenario.net_import(zone, hour)


def room(scenario: Scenario, plant: PlantSpec, contracts: Sequence[int], before: Sequence[int]) -> list[int]:
    """kWh by hour on top of its contract, given what it put out in the hour before: capacity, ramp, and the reservoir's share of water."""
    hours = len(contracts)
    most = [min(plant.available[at], before[at - 1] + plant.ramp) if at else plant.available[0] for at in range(hours)]
    free = [max(0, limit - contract) for limit, contract in zip(most, contracts, strict=True)]
    if plant.energy_budget is None:
        return free
    loads = [max(0, _net_load(scenario, plant.zone, at)) for at in range(hours)]
    water = max(0, plant.energy_budget[0] - sum(contracts))
    return [min(limit, water * load // sum(loads)) for limit, load in zip(free, loads, strict=True)]


def network(scenario: Scenario, results: Sequence[HourResult]) -> pypsa.Network:
    """The provinces as buses, hours as snapshots; MW and CNY/MWh."""
    made = pypsa.Network()
    made.set_snapshots(range(len(results)))
    made.add("Bus", list(scenario.zones))
    for line in scenario.lines:
        source, target = scenario.zones[line.source], scenario.zones[line.target]
        loss, charge = line.loss / PPM, line.charge / FEN_PER_CNY
        size = line.capacity / KWH_PER_MWH
        made.add("Link", line.name, bus0=source, bus1=target, p_nom=size, efficiency=1 - loss, marginal_cost=charge)

    def source_of_energy(name: str, zone: str, price: float, most: Floats) -> None:
        if top := most.max():
            made.add("Generator", name, bus=zone, p_nom=top, p_max_pu=most / top, marginal_cost=price)

    rows = {plant.id: [row for result in results for row in result.generation if row.plant == plant.id] for plant in scenario.plants}
    for plant in scenario.plants:
        contracts = [row.contracted for row in rows[plant.id]]
        free = np.array(room(scenario, plant, contracts, [row.metered for row in rows[plant.id]])) / KWH_PER_MWH
        parts = UNITS if plant.thermal else 1
        for part in range(parts):
            source_of_energy(f"{plant.id} {part}", plant.zone, plant.cost * (1 + part / 100) / FEN_PER_CNY, free / parts)
    left = {user.id: np.zeros(len(results)) for user in scenario.users}
    for hour, result in enumerate(results):
        for row in result.consumption:
            if row.user in left:
                left[row.user][hour] = (row.demand - row.contracted) / KWH_PER_MWH
    for user in scenario.users:
        made.add("Load", user.id, bus=user.zone, p_set=left[user.id])
        given = np.zeros(len(results))
        if user.strategy == "elastic":
            share, high, low = (user.parameters[key] for key in ("flexible_share", "highest_cny_mwh", "lowest_cny_mwh"))
            given = np.minimum(left[user.id], share * np.array(user.demand[: len(results)]) / KWH_PER_MWH)
            for step in range(STEPS):
                source_of_energy(f"{user.id} {step}", user.zone, high + (low - high) * step / (STEPS - 1), given / STEPS)
        source_of_energy(f"{user.id} unserved", user.zone, scenario.cap / FEN_PER_CNY, left[user.id] - given)
    return made


def _simulated(scenario: Scenario, results: Sequence[HourResult]) -> tuple[float, float, Floats]:
    """CNY of plants and lines and of what users went without, MWh sent between provinces, and prices by hour and province."""
    money = 0
    for result in results:
        for row in result.stages[-1].orders:
            money += row.price * (row.filled if row.side == "sell" else row.quantity - row.filled)
        money += sum(flow.wheeling for flow in result.stages[-1].flows)
    sent = sum(flow.sent for result in results for flow in result.stages[-1].flows) / KWH_PER_MWH
    prices = [[result.stages[-1].prices[zone] or 0 for zone in scenario.zones] for result in results]
    return money / MONEY_PER_CNY, sent, np.array(prices, np.float64) / FEN_PER_CNY


def compare(chain: str, hours: int) -> dict[str, float]:
    """Differences from PyPSA: cost and energy sent in percent, prices as the share of hours and provinces that agree."""
    scenario, results = simulate(chain, hours)
    cost, sent, prices = _simulated(scenario, results)
    reference = network(scenario, results)
    for talker in ("linopy", "pypsa"):
        logging.getLogger(talker).setLevel(logging.ERROR)
    status, condition = reference.optimize(solver_name="highs", log_to_console=False, include_objective_constant=False)
    if status != "ok" or not reference.objective:
        raise RuntimeError(f"PyPSA found no dispatch: {condition}")
    expected = np.asarray(reference.buses_t.marginal_price[list(scenario.zones)])
    flows = float(np.asarray(reference.links_t.p0).sum())
    return {
        "dispatch-cost": 100 * (cost / reference.objective - 1),
        "dispatch-sent": 100 * (sent / flows - 1),
        "dispatch-prices": 100 * float(np.mean(np.abs(prices - expected) < 0.5)),
    }


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    return compare(chain, 24)
