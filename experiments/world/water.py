"""Reservoirs of a scenario: how much they keep, what they hold at first, and what their water is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shengdian.experiments.schema import Config, Water
from shengdian.regions.region import Region
from shengdian.sim.base.units import PPM, ppm
from shengdian.sim.scenario import PlantSpec

DAYS = {"day": 1.0, "year": 1.0, "months": 365 / 12, "seasons": 365 / 4}
"""for how many days a simulated day stands, by `time.calendar`"""


def with_volumes(config: Config, region: Region, plants: Sequence[PlantSpec]) -> list[PlantSpec]:
    """The plants of a region with the volumes of their reservoirs: hours of full output, in the region's files, else nothing.

    Where a simulated day stands for n days, so does its inflow, and the reservoir has an nth of its volume: what a day keeps, a month of
    such days keeps, and the next month has it.
    """
    days = 1.0 if config.profiles.path or region.dated else DAYS[config.time.calendar]
    hours = region.reservoirs
    return [
        plant
        if plant.energy_budget is None
        else replace(plant, volume=int(plant.capacity * hours.get((plant.zone, plant.tech), 0.0) / days))
        for plant in plants
    ]


def filled(rules: Water, plants: Sequence[PlantSpec]) -> tuple[PlantSpec, ...]:
    """The plants with what their reservoirs hold at hour 0 and the value of their water; with no volume where nothing is carried over.

    A kWh out of an empty reservoir is worth `value_factor` x the mean cost of the zone's thermal plants, by capacity; nothing above its own
    cost where the zone has none.
    """
    thermal: dict[str, int] = {}
    for zone in {plant.zone for plant in plants if plant.energy_budget is not None}:
        burning = [plant for plant in plants if plant.zone == zone and plant.thermal]
        thermal[zone] = sum(plant.cost * plant.capacity for plant in burning) // (sum(plant.capacity for plant in burning) or 1)
    found = []
    for plant in plants:
        if plant.energy_budget is not None:
            volume = plant.volume if rules.carry_over else 0
            replaced = thermal[plant.zone] * ppm(rules.value_factor) // PPM
            stored, worth = volume * ppm(rules.start_level) // PPM, max(0, replaced - plant.cost)
            plant = replace(plant, volume=volume, stored=stored, water_value=worth)
        found.append(plant)
    return tuple(found)
