"""A world that a Python program made, in whole numbers: what a scenario holds besides its rules. A run keeps it as `scenario.json`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import ceil

from pydantic import TypeAdapter, ValidationError

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.roles import NOBODYS
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.base.types import Line
from shengdian.sim.base.units import PPM
from shengdian.sim.market.participants import OPERATOR
from shengdian.sim.scenario import EXCHANGE, PlantSpec, UserSpec, supplier_id

NAME = "scenario.json"
MOST_ZONES = 255
"""nodes of an auction, hubs included"""


@dataclass(frozen=True, slots=True)
class World:
    """Zones, lines, plants and users over some hours; `available`, `demand` and the like have one value for each."""

    hours: int
    zones: tuple[str, ...]
    hubs: tuple[str, ...]
    """nodes of the lines where nobody trades; their indices follow those of the zones"""
    lines: tuple[Line, ...]
    plants: tuple[PlantSpec, ...]
    users: tuple[UserSpec, ...]
    storages: tuple[StorageSpec, ...] = ()

    def to_json(self) -> bytes:
        """The same world always gives the same bytes; where there is no storage, they do not name it."""
        return _adapter().dump_json(self, exclude=None if self.storages else {"storages"}) + b"\n"

    @property
    def sha256(self) -> str:
        """64 hexadecimal digits of the SHA-256 of `to_json`."""
        return hashlib.sha256(self.to_json()).hexdigest()

    @property
    def days(self) -> int:
        """How many the hours reach into; the last one may be short."""
        return ceil(self.hours / 24)


def of_json(text: bytes, where: str) -> World:
    """What `to_json` gave. Raises InputError, which names the file `where`, for anything else."""
    try:
        world: World = _adapter().validate_json(text, strict=True)
        check(world)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        raise InputError(f"{where}: {'.'.join(map(str, wrong['loc'])) or 'the file'}: {wrong['msg']}") from error
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    if world.to_json() != text:
        raise InputError(f"{where}: it holds what no run writes (blanks, another order, or keys that nobody reads)")
    return world


@cache
def _adapter() -> TypeAdapter[World]:
    return TypeAdapter(World)


def check(world: World) -> None:
    """Raises InputError, in one sentence, for a world in which no market can be held."""
    if not world.zones:
        raise InputError("zones is empty; a scenario has one zone or more")
    if len(world.zones) + len(world.hubs) > MOST_ZONES:
        raise InputError(f"zones and hubs are {len(world.zones) + len(world.hubs)}; at most {MOST_ZONES} are allowed")
    nodes = [*world.zones, *world.hubs]
    own = (*NOBODYS, OPERATOR)  # ids that the ledger and the chain use themselves
    taken = {*own, *(name for zone in world.zones for name in (supplier_id(zone), f"{zone}_{EXCHANGE}", f"{zone}_{EXCHANGE}_sent"))}
    everybody = [(each.id, each.zone) for some in (world.plants, world.users, world.storages) for each in some]
    _names("zone or hub", nodes, set())
    _names("plant, user or storage" if world.storages else "plant or user", (name for name, _ in everybody), taken)
    for name, zone in everybody:
        if zone not in world.zones:
            raise InputError(f"{name}: zone is {zone!r}; zones: {', '.join(world.zones)}")
    for plant in world.plants:
        _hourly(f"{plant.id}: available", plant.available, world.hours)
        _hourly(f"{plant.id}: forecast", plant.forecast, world.hours)
        if plant.tech == EXCHANGE:
            raise InputError(f"{plant.id}: technology is {EXCHANGE!r}, which is kept for what comes from outside; choose another word")
        if max(plant.available) > plant.capacity:
            raise InputError(f"{plant.id}: available is {max(plant.available)} kWh in some hour, above the capacity, {plant.capacity} kWh")
        if plant.energy_budget is not None and len(plant.energy_budget) != world.days:
            raise InputError(f"{plant.id}: the energy budget has {len(plant.energy_budget)} days; the scenario has {world.days}")
        if plant.volume < 0 or (plant.volume and plant.energy_budget is None):
            raise InputError(f"{plant.id}: the volume is {plant.volume} kWh; it should be 0 or more, and 0 without an energy budget")
    for storage in world.storages:
        _storage(storage)
    for user in world.users:
        _hourly(f"{user.id}: demand", user.demand, world.hours)
    if not world.plants:
        raise InputError("plants is empty; a scenario has one plant or more")
    for line in world.lines:
        if not (0 <= line.source < len(nodes) and 0 <= line.target < len(nodes)) or line.source == line.target:
            raise InputError(f"line {line.name}: it should go from one zone or hub to another")


def _storage(storage: StorageSpec) -> None:
    if min(storage.charge, storage.discharge, storage.energy) < 1:
        raise InputError(f"{storage.id}: power and energy of storage should be 0.001 MW and MWh, one kWh, or more")
    if not all(0 < share <= PPM for share in (storage.efficiency_charge, storage.efficiency_discharge)):
        raise InputError(f"{storage.id}: efficiencies of storage should be above 0 and at most 1")
    if not 0 <= storage.stored <= storage.energy:
        raise InputError(f"{storage.id}: it holds {storage.stored} kWh at hour 0; it should be 0 to {storage.energy}")


def _names(what: str, names: Iterable[str], taken: set[str]) -> None:
    seen = set(taken)
    for name in names:
        if not name or "/" in name:
            raise InputError(f"a {what} is called {name!r}; a name has one letter or more and no '/'")
        if name in taken:
            raise InputError(f"a {what} is called {name!r}, a name that the market uses itself; choose another")
        if name in seen:
            raise InputError(f"two of kind {what} are called {name!r}; each may be named once")
        seen.add(name)


def _hourly(what: str, values: tuple[int, ...], hours: int) -> None:
    if len(values) != hours:
        raise InputError(f"{what} has {len(values)} values; the scenario has {hours} hours")
    if min(values) < 0:
        raise InputError(f"{what} is {min(values)} kWh in some hour; it should be 0 or more")
