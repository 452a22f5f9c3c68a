"""What turns out otherwise than expected: errors of forecasts, and units that fail. Every draw has a stream of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shengdian.experiments.schema import Config
from shengdian.regions.region import Region
from shengdian.sim.base.streams import stream
from shengdian.sim.base.units import PPM, ppm
from shengdian.sim.scenario import PlantSpec, UserSpec


def relative_errors(sigma: float, persistence: float, hours: int, draws: np.random.Generator) -> NDArray[np.float64]:
    """A stationary AR(1) process by hour: e(t) = persistence x e(t-1) + noise, standard deviation `sigma` in every hour."""
    noise = draws.standard_normal(hours)
    errors = np.empty(hours)
    error = float(noise[0])
    for hour in range(hours):
        if hour:
            error = persistence * error + (1 - persistence**2) ** 0.5 * float(noise[hour])
        errors[hour] = error
    return sigma * errors


def turned_out(expected: Sequence[int], errors: NDArray[np.float64], most: int | None = None) -> tuple[int, ...]:
    """kWh by hour with relative errors, at least 0 and at most `most`."""
    factors = [max(0, PPM + ppm(float(error))) for error in errors]
    found = [energy * factor // PPM for energy, factor in zip(expected, factors, strict=True)]
    return tuple(found) if most is None else tuple(min(energy, most) for energy in found)


def users(config: Config, those: Sequence[UserSpec], seed: int) -> tuple[UserSpec, ...]:
    """The users of a province with what they turn out to need. The users of a sector err together."""
    sigma = config.uncertainty.load_error
    if not sigma:
        return tuple(those)
    found = []
    for user in those:
        draws = stream(seed, "forecast error", "load", user.zone, user.sector)
        errors = relative_errors(sigma, config.uncertainty.persistence, len(user.demand), draws)
        found.append(replace(user, actual=turned_out(user.demand, errors)))
    return tuple(found)


def plants(config: Config, region: Region, those: Sequence[PlantSpec], seed: int) -> tuple[PlantSpec, ...]:
    """Plants with what their wind and sun turn out to be; a plant's error is its own."""
    found = []
    for plant in those:
        error = region.technologies[plant.tech].error
        if error and (sigma := getattr(config.uncertainty, f"{error}_error")):
            draws = stream(seed, "forecast error", plant.id)
            errors = relative_errors(sigma, config.uncertainty.persistence, len(plant.available), draws)
            plant = replace(plant, actual=turned_out(plant.available, errors, plant.capacity))
        found.append(plant)
    return tuple(found)


def running(config: Config, plant: str, units: int, hours: int, seed: int) -> tuple[int, ...]:
    """Share of the plant's units that run, ppm by hour: all where it has none that fail. Each is a two-state Markov chain, on at first."""
    rate, repair = config.uncertainty.forced_outage_rate, 1 / config.uncertainty.repair_hours
    if not rate or not units:
        return (PPM,) * hours
    draws = stream(seed, "forced outage", plant)
    up, found = units, []
    for _ in range(hours):
        found.append(up * PPM // units)
        failed, repaired = int(draws.binomial(up, rate)), int(draws.binomial(units - up, repair))
        up += repaired - failed
    return tuple(found)
