"""Retailers of every zone, and their customers: the users who may choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shengdian.experiments.schema import Config
from shengdian.regions.region import Region
from shengdian.sim.base.units import fen, ppm
from shengdian.sim.scenario import RetailerSpec, UserSpec


def retailers(config: Config, region: Region) -> dict[str, Any]:
    """What a scenario is told of retailers, by field of Scenario; nothing where there are none."""
    asked = config.retailers
    if asked is None or not asked.per_zone:
        return {}
    found = tuple(
        RetailerSpec(f"{zone}_retailer_{1 + at}", zone, ppm(asked.margins[at % len(asked.margins)]), fen(region.benchmark(zone)))
        for zone in config.region.zones
        for at in range(asked.per_zone)
    )
    return {"retailers": found, "inertia": ppm(asked.inertia)}


def customers(users: Sequence[UserSpec]) -> tuple[UserSpec, ...]:
    """The users, of whom those who are captive to no default supplier are customers of retailers."""
    return tuple(user if user.captive else replace(user, captive=True, chooses=True) for user in users)
