"""Retailers of every zone, and their customers: the users who may choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shengdian.experiments.schema import Config
from shengdian.regions.region import Region
from shengdian.sim.base.types import RetailerSpec
from shengdian.sim.base.units import fen, ppm
from shengdian.sim.scenario import UserSpec


def retailers(config: Config, region: Region) -> tuple[RetailerSpec, ...]:
    """Zone by zone; none where who may choose buys itself."""
    asked = config.retailers
    if asked is None or not asked.per_zone:
        return ()
    margins, inertia = [ppm(each) for each in asked.margins], ppm(asked.inertia)
    return tuple(
        RetailerSpec(f"{zone}_retailer_{1 + at}", zone, margins[at % len(margins)], fen(region.benchmark(zone)), inertia)
        for zone in config.region.zones
        for at in range(asked.per_zone)
    )


def customers(users: Sequence[UserSpec]) -> tuple[UserSpec, ...]:
    """The users, of whom those who are captive to no default supplier are customers of retailers."""
    return tuple(user if user.captive else replace(user, captive=True, chooses=True) for user in users)
