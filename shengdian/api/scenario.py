"""A scenario made in Python, in MW, MWh and CNY per MWh. Inside it becomes whole kWh and fen; nothing else is rounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shengdian.agents import strategies
from shengdian.api.keys import full_keys
from shengdian.api.numbers import ByHour, by_hour, number, parameters
from shengdian.api.storage import Storage, in_whole_units
from shengdian.experiments.config.loading import made_config, override
from shengdian.experiments.config.messages import nearest
from shengdian.experiments.schema import MadeConfig
from shengdian.experiments.world.made_world import World, check
from shengdian.sim.base import units
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.html_table import table
from shengdian.sim.base.types import Line as LineSpec
from shengdian.sim.scenario import PlantSpec, UserSpec


@dataclass(frozen=True)
class Plant:
    """A power plant.

    Parameters
    ----------
    id
        its name, which no other plant or user has
    zone
        where it stands
    capacity_mw
        the most that it gives, MW
    cost_per_mwh
        fuel and variable cost, CNY/MWh; `marginal_cost`, the strategy of one who chooses none, asks this
    technology
        for tables and figures
    available_mw
        the most that it can give in each hour, MW; None: its capacity
    ramp_mw
        by how much it may give more from one hour to the next, MW; None: as much as it likes
    energy_mwh
        what flows into its reservoir on each day, MWh; None: it has none, and no limit but its capacity
    emission_t_mwh
        t CO2 per MWh
    contract_price_per_mwh
        what its contract energy earns, CNY/MWh; None: its cost
    strategy
        the name of one (`shengdian list` shows them), or a class of your own: see `shengdian.Strategy`
    parameters
        of the strategy, by name; `unit_spread` is 0 where it is left out, so that a plant's room costs the same in all of its parts
    volume_mwh
        the most that its reservoir keeps from one day to the next, MWh; 0: what it does not sell of a day's inflow is lost
    renewable
        whether it gives wind, sun or water, which `contracts.priority` and `market.surplus_deficit` may tell from other plants
    """

    id: str
    zone: str
    capacity_mw: float
    cost_per_mwh: float
    technology: str = "plant"
    available_mw: ByHour | None = None
    ramp_mw: float | None = None
    energy_mwh: ByHour | None = None
    emission_t_mwh: float = 0.0
    contract_price_per_mwh: float | None = None
    strategy: str | type[Any] = "marginal_cost"
    parameters: Mapping[str, float] = field(default_factory=dict)
    volume_mwh: float = 0.0
    renewable: bool = False


@dataclass(frozen=True)
class User:
    """A consumer.

    Parameters
    ----------
    id
        its name, which no other plant or user has
    zone
        where it stands
    demand_mw
        what it needs in each hour, MW (MWh in the hour)
    sector
        `industry`, `commerce` or `residential`; for tables
    captive
        True: the zone's default supplier buys for it, at any price
    strategy
        `inflexible` buys at any price, `elastic` gives a part of its demand up; or a class of your own: see `shengdian.Strategy`
    parameters
        of the strategy, by name
    """

    id: str
    zone: str
    demand_mw: ByHour
    sector: str = "industry"
    captive: bool = False
    strategy: str | type[Any] = "inflexible"
    parameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One direction of a line between two zones or hubs.

    Parameters
    ----------
    source, target
        zones or hubs
    capacity_mw
        the most that may be sent, MW
    charge_per_mwh
        CNY per MWh sent
    loss
        share of what is sent that does not arrive, 0 to below 1
    """

    source: str
    target: str
    capacity_mw: float
    charge_per_mwh: float = 0.0
    loss: float = 0.0


class Scenario:
    """A market of your own: zones, lines, plants and users over some hours, and the rules.

    Rules are those of `experiments/configs/base.toml`, but nothing is under contract; change them by the words and keys that
    `shengdian.run` takes, here or when it is run.

    Parameters
    ----------
    name
        of the runs
    zones
        names of the zones
    plants, users, lines, storages
        who and what is there
    hubs
        nodes of lines where nobody trades
    hours
        how many the scenario has
    overrides
        `design`, `seed`, `chain`, or full keys of a config, such as `**{"market.price_cap_per_mwh": 500.0}`

    Raises
    ------
    InputError
        where something cannot be: one sentence names it

    Examples
    --------
    Wind of the north is cheap and its line to the south is full, so each zone has the price of its own plant:

    >>> import shengdian
    >>> scenario = shengdian.Scenario(
    ...     "two zones",
    ...     zones=["N", "S"],
    ...     plants=[shengdian.Plant("wind", "N", 100, 0), shengdian.Plant("diesel", "S", 100, 300)],
    ...     users=[shengdian.User("town", "S", demand_mw=80)],
    ...     lines=[shengdian.Line("N", "S", capacity_mw=50)],
    ...     hours=1,
    ...     design="coupled",
    ...     chain="mirror",
    ... )
    >>> scenario
    Scenario 'two zones': 2 zones, 2 plants, 1 users, 1 lines, 1 hours
    >>> shengdian.Model(scenario).step_hour().stages[0].prices  # fen/MWh
    {'N': 0, 'S': 30000}
    """

    def __init__(
        self,
        name: str,
        *,
        zones: Sequence[str],
        plants: Sequence[Plant],
        users: Sequence[User],
        lines: Sequence[Line] = (),
        storages: Sequence[Storage] = (),
        hubs: Sequence[str] = (),
        hours: int = 24,
        **overrides: Any,
    ) -> None:
        if not name or name.startswith(".") or "/" in name or "\\" in name:
            raise InputError(f"name is {name!r}; run directories are called by it: it has a letter, no slash, and no dot in front")
        if type(hours) is not int or hours < 1:
            raise InputError(f"hours is {hours!r}; it should be a whole number of 1 or more")
        self.name, self.hours = name, hours
        self.zones, self.hubs = tuple(zones), tuple(hubs)
        self.plants, self.users, self.lines, self.storages = tuple(plants), tuple(users), tuple(lines), tuple(storages)
        nodes = [*self.zones, *self.hubs]
        self.world = World(
            hours=hours,
            zones=self.zones,
            hubs=self.hubs,
            lines=tuple(_line(line, nodes) for line in self.lines),
            plants=tuple(_plant(plant, hours) for plant in self.plants),
            users=tuple(_user(user, hours) for user in self.users),
            storages=tuple(in_whole_units(storage) for storage in self.storages),
        )
        """the same in whole numbers"""
        check(self.world)
        config = made_config(name, hours, self.world.sha256)
        self.config: MadeConfig = override(config, full_keys(MadeConfig, overrides), name)
        """its rules"""

    def __repr__(self) -> str:
        return (
            f"Scenario {self.name!r}: {len(self.zones)} zones, {len(self.plants)} plants, {len(self.users)} users, "
            f"{len(self.lines)} lines, {self.hours} hours"
        )

    def _repr_html_(self) -> str:
        """The zones in short."""
        rows = []
        for zone in self.zones:
            plants = [plant for plant in self.world.plants if plant.zone == zone]
            users = [user for user in self.world.users if user.zone == zone]
            capacity, load = sum(plant.capacity for plant in plants), sum(sum(user.demand) for user in users)
            rows.append((zone, str(len(plants)), f"{units.mwh(capacity):,.0f}", str(len(users)), f"{units.mwh(load):,.0f}"))
        caption = f"{self.name}: {self.hours} hours, {len(self.lines)} lines"
        return table(("zone", "plants", "capacity (MW)", "users", "load of all hours (MWh)"), rows, caption)


def _plant(plant: Plant, hours: int) -> PlantSpec:
    where = f"plant {plant.id!r}"
    capacity = number(f"{where}: capacity_mw", plant.capacity_mw, units.kwh)
    if capacity < 1:
        raise InputError(f"{where}: capacity_mw is {plant.capacity_mw}; it should be 0.001 MW, one kWh an hour, or more")
    given = plant.capacity_mw if plant.available_mw is None else plant.available_mw
    available = by_hour(f"{where}: available_mw", given, hours)
    budget = None if plant.energy_mwh is None else by_hour(f"{where}: energy_mwh", plant.energy_mwh, -(-hours // 24), "days")
    cost = number(f"{where}: cost_per_mwh", plant.cost_per_mwh, units.fen, least=None)
    price = plant.contract_price_per_mwh
    name = strategies.name_of(plant.strategy)
    return PlantSpec(
        id=plant.id,
        zone=plant.zone,
        tech=plant.technology,
        capacity=capacity,
        minimum=0,
        ramp=capacity if plant.ramp_mw is None else number(f"{where}: ramp_mw", plant.ramp_mw, units.kwh),
        cost=cost,
        emission=number(f"{where}: emission_t_mwh", plant.emission_t_mwh, units.kwh),  # t/MWh are kg/kWh, and 1,000 g each
        contract_price=cost if price is None else number(f"{where}: contract_price_per_mwh", price, units.fen, least=None),
        available=available,
        forecast=available,
        energy_budget=budget,
        strategy=name,
        parameters=parameters(where, "plant", name, plant.parameters),
        supply="budget" if budget is not None else "capacity" if plant.available_mw is None else "profile",
        volume=number(f"{where}: volume_mwh", plant.volume_mwh, units.kwh),
        renewable=plant.renewable,
    )


def _user(user: User, hours: int) -> UserSpec:
    where = f"user {user.id!r}"
    name = strategies.name_of(user.strategy)
    return UserSpec(
        id=user.id,
        zone=user.zone,
        sector=user.sector,
        captive=bool(user.captive),
        demand=by_hour(f"{where}: demand_mw", user.demand_mw, hours),
        strategy=name,
        parameters=parameters(where, "user", name, user.parameters),
    )


def _line(line: Line, nodes: Sequence[str]) -> LineSpec:
    where = f"line {line.source}-{line.target}"
    for end in (line.source, line.target):
        if end not in nodes:
            raise InputError(f"{where}: {end!r} is no zone and no hub; there are {', '.join(nodes)}{nearest(end, nodes)}")
    loss = number(f"{where}: loss", line.loss, units.ppm)
    if loss >= units.PPM:
        raise InputError(f"{where}: loss is {line.loss}; it should be a share below 1")
    return LineSpec(
        source=nodes.index(line.source),
        target=nodes.index(line.target),
        capacity=number(f"{where}: capacity_mw", line.capacity_mw, units.kwh),
        charge=number(f"{where}: charge_per_mwh", line.charge_per_mwh, units.fen),
        loss=loss,
        name=f"{line.source}-{line.target}",
        tariff=units.fen(line.charge_per_mwh / (1 - line.loss)),
    )
