"""The paper's equations (1) and (2) for the 90 plants of the headline day, from the tables alone.

coe(t) = load(t) x coe_all / gen_all(t), and gen(t) = coe(t) x available(t) within the band of the plant; each plant has the coe_all at
which it delivers its contract. Load is what users need less what is sent in by plan.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.independent.made import Made

pytestmark = pytest.mark.long


def delivered(factor: float, shape: np.ndarray, lowest: float, highest: np.ndarray) -> np.ndarray:
    """kWh by hour at a factor."""
    return np.clip(factor * shape, lowest, highest)


def test_every_hour_of_every_plant_is_that_of_the_equations_within_a_kwh(day: dict[str, Made]) -> None:
    run = day["coupled"]
    generation, load, allocation = run.generation, run.load, run.allocation
    brought = generation[generation["role"] == "exchange"].groupby(["zone", "hour"])["available_mwh"].sum()
    used = load.assign(net=load["demand_mwh"]).groupby(["zone", "hour"])["net"].sum()
    net = used.sub(brought, fill_value=0)
    plants = generation[generation["role"] == "plant"]
    together = plants.groupby(["zone", "hour"])["available_mwh"].sum()
    checked = inside = 0
    for (zone, plant), rows in allocation.groupby(["zone", "plant"]):
        due = rows.sort_values("hour")["contract_mwh"].to_numpy()
        highest = plants[plants["plant"] == plant].sort_values("hour")["available_mwh"].to_numpy()
        shape = net[zone].to_numpy() * highest / together[zone].to_numpy()
        lowest = min(due)
        low, high = 0.0, 10.0
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if delivered(middle, shape, lowest, highest).sum() < due.sum() else (low, middle)
        found = delivered(high, shape, lowest, highest)
        assert np.abs(found - due).max() <= 1, plant
        checked += len(due)
        inside += int(((found > lowest + 1) & (found < highest - 1)).sum())
    assert checked == 2160
    assert inside > checked / 2  # most hours lie inside the band, where the equations alone decide


def test_what_is_under_contract_is_four_fifths_of_net_load_in_every_zone(day: dict[str, Made]) -> None:
    run = day["coupled"]
    load, generation = run.load, run.generation
    brought = generation[generation["role"] == "exchange"].groupby("zone")["available_mwh"].sum()
    net = load.groupby("zone")["demand_mwh"].sum().sub(brought, fill_value=0)
    under = run.allocation.groupby("zone")["contract_mwh"].sum()
    for zone, energy in under.items():
        assert abs(energy - 0.8 * net[zone]) <= 1
