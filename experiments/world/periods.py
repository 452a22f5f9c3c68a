"""Periods of the market that are shorter than a clock hour: how the energy of an hour falls on the parts of it.

A world is made by clock hours. What is power (a capacity, a minimum, a flow that is planned) becomes the energy of a period: 100 MW are
100,000 kWh an hour and 25,000 kWh in a quarter of it. What is energy of an hour is split over its periods, so that they sum to it: in equal
parts, or as finer time stamps of the region say. Energy of a day, of a reservoir and of a storage stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from shengdian.experiments.schema import Rulebook
from shengdian.experiments.world.profiles import Profiles
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.base.units import PPM
from shengdian.sim.scenario import ExchangeSpec, PlantSpec, Scenario, UserSpec

MINUTES_AN_HOUR = 60
Within = Sequence[Sequence[float]] | None
"""by hour of the run, what a series has in each of the hour's parts; None: it is constant within the hour"""


def parts(config: Rulebook) -> int:
    """Periods of a clock hour."""
    return MINUTES_AN_HOUR // config.market.period_minutes


def count(config: Rulebook) -> int:
    """Periods of a run."""
    return config.run.hours * parts(config)


def in_periods(scenario: Scenario, parts: int, profile: Profiles) -> Scenario:
    """The scenario, which was made by clock hours, with `parts` periods in each."""
    if parts == 1:
        return scenario
    collateral = scenario.collateral
    reserved = zip(scenario.lines, scenario.reserved, strict=True) if scenario.reserved else ()
    return replace(
        scenario,
        parts=parts,
        hours=scenario.hours * parts,
        lines=tuple(replace(line, capacity=line.capacity // parts) for line in scenario.lines),
        reserved=tuple(
            _repeated([line.capacity // parts - max(line.capacity - each, 0) // parts for each in taken], parts) for line, taken in reserved
        ),
        plants=tuple(_plant(plant, parts, profile.shares_within(plant.id, plant.zone, plant.tech, parts)) for plant in scenario.plants),
        users=tuple(_user(user, parts, profile.load_within(user.zone, parts)) for user in scenario.users),
        exchanges=tuple(_exchange(exchange, parts) for exchange in scenario.exchanges),
        storages=tuple(_storage(storage, parts) for storage in scenario.storages),
        collateral=collateral and replace(collateral, hours=collateral.hours * parts),
    )


def _plant(plant: PlantSpec, parts: int, within: Within) -> PlantSpec:
    """A ramp of MW an hour is a `parts`-th of it from one period to the next, and so is the energy. A plant that goes from nothing to full
    output within an hour does so within a period: its figure does not say in how many minutes."""
    split = _splitter(parts, within)
    available, forecast, actual = split(plant.available), split(plant.forecast), split(plant.actual)
    capacity = max(-(-plant.capacity // parts), *available, *forecast, *actual)
    return replace(
        plant,
        capacity=capacity,
        minimum=plant.minimum // parts,
        ramp=capacity if plant.ramp >= plant.capacity else max(1, plant.ramp // parts**2),
        available=available,
        forecast=forecast,
        actual=actual,
    )


def _user(user: UserSpec, parts: int, within: Within) -> UserSpec:
    split = _splitter(parts, within)
    return replace(user, demand=split(user.demand), actual=split(user.actual))


def _exchange(exchange: ExchangeSpec, parts: int) -> ExchangeSpec:
    """Whole kWh in every period, the same in each: up to `parts` - 1 kWh an hour fewer where they do not divide."""
    size = abs(exchange.imported) // parts
    return replace(exchange, imported=size if exchange.imported > 0 else -size, sent=_splitter(parts, None)(exchange.sent))


def _storage(storage: StorageSpec, parts: int) -> StorageSpec:
    return replace(storage, charge=max(1, storage.charge // parts), discharge=max(1, storage.discharge // parts))


def _repeated(hours: Sequence[int], parts: int) -> tuple[int, ...]:
    return tuple(energy for energy in hours for _ in range(parts))


def _splitter(parts: int, within: Within) -> Callable[[Sequence[int]], tuple[int, ...]]:
    """Splits kWh by hour of the run over the periods; equally where `within` has nothing but zeros in an hour."""
    equal = (1,) * parts

    def split(hours: Sequence[int]) -> tuple[int, ...]:
        if within is None:
            return tuple(energy for whole in hours for energy in largest_remainder(whole, equal))
        weights = ([round(each * PPM) for each in hour] for hour in within)
        return tuple(
            energy for whole, own in zip(hours, weights, strict=False) for energy in largest_remainder(whole, own if any(own) else equal)
        )

    return split
