"""Storage made in Python, in MW, MWh and CNY per MWh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shengdian.agents import strategies
from shengdian.api.numbers import number, parameters
from shengdian.sim.base import units
from shengdian.sim.base.storage_spec import StorageSpec


@dataclass(frozen=True)
class Storage:
    """Pumped hydro or a battery.

    Parameters
    ----------
    id
        its name, which no plant, user or other storage has
    zone
        where it stands
    charge_mw, discharge_mw
        the most that it buys, and sells, MW
    energy_mwh
        the most that it holds, MWh
    benchmark_per_mwh
        what it expects a MWh to earn before there was a day, CNY/MWh
    efficiency_charge, efficiency_discharge
        of what it buys, what it then holds; of what it takes out, what it sells: above 0, at most 1
    stored_mwh
        what it holds at hour 0, MWh
    technology
        for tables and figures
    strategy
        `spread` buys in hours of little load and sells in the others; or a class of your own
    parameters
        of the strategy, by name
    """

    id: str
    zone: str
    charge_mw: float
    discharge_mw: float
    energy_mwh: float
    benchmark_per_mwh: float
    efficiency_charge: float = 1.0
    efficiency_discharge: float = 1.0
    stored_mwh: float = 0.0
    technology: str = "storage"
    strategy: str | type[Any] = "spread"
    parameters: Mapping[str, float] = field(default_factory=dict)


def in_whole_units(storage: Storage) -> StorageSpec:
    """What a scenario has of it. Raises InputError for what is no number, and for a strategy that is for somebody else."""
    where, name = f"storage {storage.id!r}", strategies.name_of(storage.strategy)
    charge, discharge, energy = (
        number(f"{where}: {key}", getattr(storage, key), units.kwh) for key in ("charge_mw", "discharge_mw", "energy_mwh")
    )
    losses = [number(f"{where}: {key}", getattr(storage, key), units.ppm) for key in ("efficiency_charge", "efficiency_discharge")]
    return StorageSpec(
        id=storage.id,
        zone=storage.zone,
        tech=storage.technology,
        charge=charge,
        discharge=discharge,
        energy=energy,
        efficiency_charge=losses[0],
        efficiency_discharge=losses[1],
        stored=number(f"{where}: stored_mwh", storage.stored_mwh, units.kwh),
        benchmark=number(f"{where}: benchmark_per_mwh", storage.benchmark_per_mwh, units.fen, least=None),
        strategy=name,
        parameters=parameters(where, "storage", name, storage.parameters),
    )
