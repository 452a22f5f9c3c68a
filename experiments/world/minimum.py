"""The least output of units that run, which may be another from month to month: of plants that heat it is higher in winter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from shengdian.regions.region import Region
from shengdian.sim.scenario import PlantSpec

if TYPE_CHECKING:
    from shengdian.experiments.schema import Config


def least_shares(config: Config, region: Region, fleet: Iterable[PlantSpec], months: Iterable[int]) -> Mapping[str, float]:
    """By plant, the least output over the capacity that runs, 0 to 1: the lowest of the `months` (1 to 12).

    A plant names one minimum for the whole run, so it has the one that it can keep in every month.
    """
    of_run = tuple(set(months))
    return {plant.id: min(_least(config, region, plant, month) for month in of_run) for plant in fleet}


def _least(config: Config, region: Region, plant: PlantSpec, month: int) -> float:
    """Of the plant's own row, of its technology in the month where the config asks for it, else of its technology."""
    row, technology = region.plant(plant.id), region.technologies[plant.tech]
    if row is not None and row.minimum_share is not None:
        return row.minimum_share
    if config.region.minimum_output == "technology":
        return technology.minimum_share
    return region.minimum_months.get((plant.zone, plant.tech, month), technology.minimum_share)
