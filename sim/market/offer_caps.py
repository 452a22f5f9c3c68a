"""What an audit of costs lets a plant ask at most."""

from __future__ import annotations

from shengdian.sim.base.units import PPM
from shengdian.sim.scenario import PlantSpec, Scenario


def offer_cap(scenario: Scenario, plant: PlantSpec) -> int | None:
    """fen/MWh that the plant may ask at most: audited cost and the margin on its size, rounded down, within floor and cap.

    Audited cost is fuel, variable cost and emission, and of a reservoir what water is worth in an empty one. A charge of the grid comes
    on top only where plants ask it. None where offers are free, and for what other provinces send.
    """
    if scenario.audit_margin is None or plant.role != "plant":
        return None
    cost = plant.opportunity_cost(0)
    asked = scenario.charges.of("generation", plant.zone) if scenario.charges and scenario.charges.asked else 0
    return min(max(cost + abs(cost) * scenario.audit_margin // PPM + asked, scenario.floor), scenario.cap)
