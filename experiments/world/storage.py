"""The storage of a region: pumped hydro and batteries that take part in the market."""

from __future__ import annotations

from shengdian.experiments.schema import Config, Strategy
from shengdian.regions.region import Region
from shengdian.regions.rows import Storage
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.base.units import PPM, fen, kwh, ppm


def storages(config: Config, region: Region) -> tuple[StorageSpec, ...]:
    """What storage.csv has in the zones of the run, in the order of the file; nothing where `[strategies.storage]` is left out."""
    all_others = config.strategies.storage
    if all_others is None:
        return ()
    own = {each.plant: each for each in config.strategies.own}
    return tuple(_storage(region, row, own.get(row.storage, all_others)) for row in region.stores if row.zone in config.region.zones)


def _storage(region: Region, row: Storage, chosen: Strategy) -> StorageSpec:
    return StorageSpec(
        id=row.storage,
        zone=row.zone,
        tech=row.technology,
        charge=kwh(row.charge_mw),
        discharge=kwh(row.discharge_mw),
        energy=kwh(row.energy_mwh),
        efficiency_charge=ppm(row.efficiency_charge),
        efficiency_discharge=ppm(row.efficiency_discharge),
        stored=kwh(row.energy_mwh) * ppm(row.initial_share) // PPM,
        benchmark=fen(region.benchmark(row.zone)),
        strategy=chosen.name,
        parameters=chosen.parameters,
    )
