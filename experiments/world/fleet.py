"""The plants of a province: what they can give, what it costs, what they have under contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from shengdian.agents import strategies
from shengdian.agents.strategies import is_own
from shengdian.experiments.schema import Config, Priority
from shengdian.experiments.world import uncertainty
from shengdian.experiments.world.profiles import Profiles
from shengdian.regions.region import Region
from shengdian.regions.rows import Plant, Technology
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.streams import stream
from shengdian.sim.base.units import HOURS_A_DAY, PPM, fen, kwh, ppm
from shengdian.sim.scenario import PlantSpec, carbon_cost

COMMITTED_LOAD = 0.75
"""units of an aggregate are kept on for the day until the average contract output is this share of their capacity (assumption)"""


RANKS = range(3)
"""what must run, what is renewable where that comes first, all others"""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a plant has agreed to deliver in the run."""

    by_day: tuple[int, ...]
    """kWh"""
    price: int
    """fen/MWh, average"""


def plants(config: Config, region: Region, code: str, profile: Profiles, seed: int) -> tuple[PlantSpec, ...]:
    """The plants of a zone, those of the region's files and then of the config, without contracts; storage stays out."""
    rows = [row for row in region.plants if row.zone == code]
    rows += [
        Plant(plant=own.id, zone=code, technology=own.technology, capacity_mw=own.capacity_mw, cost_per_mwh=own.cost_per_mwh)
        for own in config.plants
        if own.province == code
    ]
    return tuple(replace(_plant(config, region, row, profile, seed), owner=owner(config, row, at)) for at, row in enumerate(rows))


def owner(config: Config, row: Plant, place: int) -> str:
    """Whose the plant is, where owners decide: the one that its row names; else owners take plants in turn by their place in the zone's
    list, so that all have cheap and dear ones (assumption)."""
    if not config.strategies.owners:
        return ""
    return f"{row.zone}_{row.owner}" if row.owner else f"{row.zone}_owner_{1 + place % config.strategies.owners}"


def _plant(config: Config, region: Region, row: Plant, profile: Profiles, seed: int) -> PlantSpec:
    technology = region.technologies[row.technology]
    assert technology.supply != "storage"
    capacity = kwh(row.capacity_mw)
    spread = config.costs.heat_rate_spread * float(stream(seed, "heat rate", row.plant).uniform(-1, 1))
    cost = row.cost_per_mwh
    if cost is None:
        cost = fuel(config, region, row.zone, technology) * (1 + spread) + technology.variable_cost_per_mwh
    emission = round(_first(row.emission_t_per_mwh, technology.emission_t_per_mwh) * 1000 * (1 + spread))
    outage = 0.0 if config.uncertainty.forced_outage_rate else _first(row.forced_outage, technology.forced_outage)
    expected = _forecast(row, technology, capacity, outage, profile)
    units = row.units if technology.supply == "capacity" else 0
    up = uncertainty.running(config, row.plant, units, len(expected), seed)
    at_hand = tuple(energy * share // PPM for energy, share in zip(expected, up, strict=True))
    # known at the start of a day: what runs then
    forecast = tuple(energy * up[hour - hour % HOURS_A_DAY] // PPM for hour, energy in enumerate(expected))
    chosen = next((own for own in config.strategies.own if own.plant == row.plant), config.strategies.plants)
    earned = region.tariff(row.zone, row.technology) if row.contract_price_per_mwh is None else row.contract_price_per_mwh
    return PlantSpec(
        id=row.plant,
        zone=row.zone,
        tech=row.technology,
        capacity=capacity,
        minimum=0,
        ramp=int(_first(row.ramp_share_per_hour, technology.ramp_share_per_hour) * capacity),
        cost=fen(cost) + carbon_cost(fen(config.costs.carbon_per_t or 0), emission),
        emission=emission,
        contract_price=fen(earned),
        fixed_cost=fen(technology.fixed_cost_per_mw_h),
        available=_with_outages(config, row.plant, at_hand),
        forecast=forecast,
        energy_budget=by_day(_by_shares(row, capacity, profile)) if technology.supply == "budget" else None,
        strategy=chosen.name,
        parameters={**_of_technology(chosen.name, technology), **chosen.parameters},
        supply=technology.supply,
        must_run=technology.must_run,
        renewable=technology.is_renewable,
    )


def _of_technology(strategy: str, technology: Technology) -> dict[str, float]:
    """The parameters of a strategy of the package that are called as columns of technologies.csv: what the technology says."""
    known = {} if is_own(strategy) else strategies.strategy(strategy).known
    return {name: float(getattr(technology, name)) for name in known if name in Technology.model_fields}


def _first(own: float | None, otherwise: float) -> float:
    """A plant's own figure, where its row has one, else its technology's."""
    return otherwise if own is None else own


def fuel(config: Config, region: Region, code: str, technology: Technology) -> float:
    """Money per MWh; 0 for what burns nothing. `costs.fuel_factor` scales it."""
    return region.fuel_costs.get((code, technology.name), 0.0) * config.costs.fuel_factor.get(technology.fuel, 1.0)


def _forecast(row: Plant, technology: Technology, capacity: int, forced_outage: float, profile: Profiles) -> tuple[int, ...]:
    """kWh by hour that are expected.

    By capacity: less mean forced outages; by a profile: its share of capacity; by a budget: capacity.
    """
    if technology.supply == "profile":
        return _by_shares(row, capacity, profile)
    if technology.supply == "budget":
        return (capacity,) * len(profile.month)
    return (capacity * ppm(1 - forced_outage) // PPM,) * len(profile.month)


def _by_shares(row: Plant, capacity: int, profile: Profiles) -> tuple[int, ...]:
    """kWh by hour, of what flows in or blows."""
    return tuple(capacity * ppm(share) // PPM for share in profile.shares(row.plant, row.zone, row.technology))


def _with_outages(config: Config, plant: str, forecast: tuple[int, ...]) -> tuple[int, ...]:
    """What an outage leaves, from its first hour to the hour before it ends; overlapping outages multiply."""
    available = list(forecast)
    for outage in config.outages:
        if outage.plant == plant:
            for hour in range(outage.from_hour, min(outage.to_hour, len(available))):
                available[hour] = available[hour] * ppm(outage.available_share) // PPM
    return tuple(available)


def by_day(hourly: Sequence[int]) -> tuple[int, ...]:
    """Sums over days of 24 hours; the last day of a run may be shorter."""
    return tuple(sum(hourly[start : start + HOURS_A_DAY]) for start in range(0, len(hourly), HOURS_A_DAY))


def energy(plant: PlantSpec) -> tuple[int, ...]:
    """kWh by day that the plant is expected to have: its forecast, and no more than a reservoir's budget."""
    forecast = by_day(plant.forecast)
    if plant.energy_budget is None:
        return forecast
    return tuple(min(pair) for pair in zip(forecast, plant.energy_budget, strict=True))


def with_contracts(
    fleet: Sequence[PlantSpec],
    net_load: Sequence[int],
    share: int,
    least: Mapping[str, float],
    agreed: Mapping[str, Agreed] | None = None,
    priority: Priority = "equal",
) -> tuple[PlantSpec, ...]:
    """The plants of a province with the contract quantity of every day and the minimum output that fits it.

    `net_load` in kWh by hour, `share` in ppm, `least` the least output of units that run over their capacity, by plant.
    First comes what plants have `agreed` ahead, by id, at most what they expect to have. Planned
    energy makes up the rest, so that the quantities of a day sum to share x net load, rounded down to the kWh (or to what is agreed, where
    that is more): nuclear first with all it expects to have, then wind, sun and water where the `priority` is `renewable_first`, the others
    in proportion to the energy they expect to have left (China's planning by equal shares). So a province that is short has less under
    contract. Nor are more units kept on than the lowest hour needs.
    A plant that has agreed earns the average of its tariff and its agreements over the run, rounded down to the tick.
    """
    known = agreed or {}
    ahead = [_ahead(fleet, known, day) for day in range(len(by_day(net_load)))]
    days = [quantities(fleet, day, max(0, net) * share // PPM, ahead[day], priority) for day, net in enumerate(by_day(net_load))]
    hours = [min(HOURS_A_DAY, len(net_load) - HOURS_A_DAY * day) for day in range(len(days))]
    contracts = [tuple(day[plant.id] for day in days) for plant in fleet]
    wanted = [minimum(plant, each, hours, least[plant.id]) for plant, each in zip(fleet, contracts, strict=True)]
    minima = _fitting(fleet, wanted, max(0, min(net_load)))
    prices = [
        _average(plant, sum(each), sum(day[plant.id] for day in ahead), known.get(plant.id))
        for plant, each in zip(fleet, contracts, strict=True)
    ]
    return tuple(
        replace(plant, contractible=each, minimum=least, contract_price=price)
        for plant, each, least, price in zip(fleet, contracts, minima, prices, strict=True)
    )


def _ahead(fleet: Sequence[PlantSpec], agreed: Mapping[str, Agreed], day: int) -> Mapping[str, int]:
    """kWh by plant on one day that it has agreed and expects to have."""
    return {plant.id: min(agreed[plant.id].by_day[day], energy(plant)[day]) if plant.id in agreed else 0 for plant in fleet}


def _average(plant: PlantSpec, total: int, ahead: int, agreed: Agreed | None) -> int:
    """fen/MWh of contract energy, of which `ahead` is agreed; both in kWh of the run."""
    if not ahead or agreed is None:
        return plant.contract_price
    return ((total - ahead) * plant.contract_price + ahead * agreed.price) // total


def _fitting(fleet: Sequence[PlantSpec], minima: Sequence[int], lowest: int) -> list[int]:
    """Minimum outputs that together stay within the `lowest` net load (kWh): where they do not, more units of aggregates are off."""
    firm = sum(least for plant, least in zip(fleet, minima, strict=True) if plant.must_run)
    loose, room = sum(minima) - firm, max(0, lowest - firm)
    if loose <= room:
        return list(minima)
    return [least if plant.must_run else least * room // loose for plant, least in zip(fleet, minima, strict=True)]


def quantities(fleet: Sequence[PlantSpec], day: int, total: int, ahead: Mapping[str, int], priority: Priority) -> Mapping[str, int]:
    """kWh by plant on one day: what is agreed `ahead` and, up to the `total` of all, what is planned."""
    found: dict[str, int] = {}
    left = max(0, total - sum(ahead.values()))
    for place in RANKS:
        group = [plant for plant in fleet if rank(plant, priority) == place]
        expected = [energy(plant)[day] - ahead[plant.id] for plant in group]
        part = min(left, sum(expected))
        left -= part
        planned = largest_remainder(part, expected)
        found |= {plant.id: ahead[plant.id] + own for plant, own in zip(group, planned, strict=True)}
    return found


class Ranked(Protocol):
    """A plant, as far as its place among those that get planned energy goes."""

    @property
    def must_run(self) -> bool:
        """Whether it is first."""

    @property
    def renewable(self) -> bool:
        """Whether it is wind, sun or water."""


def rank(plant: Ranked, priority: Priority) -> int:
    """The plant's place in `RANKS`, the order in which plants get planned energy."""
    if plant.must_run:
        return 0
    return 1 if plant.renewable and priority == "renewable_first" else 2


def minimum(plant: PlantSpec, contracts: Sequence[int], hours: Sequence[int], least: float) -> int:
    """kWh an hour below which the plant may not go: never above its mean contract output on any day, nor above what it expects to have.

    What must run stays at what it has. `least` is the share of capacity below which a unit cannot run. Of other aggregates some units are
    off for the day; the rest run at `COMMITTED_LOAD` on average.
    """
    average = min(quantity // length for quantity, length in zip(contracts, hours, strict=True))
    if plant.must_run:
        return min(average, *plant.forecast)
    committed = min(1.0, average / (plant.capacity * COMMITTED_LOAD))
    return min(int(least * plant.capacity * committed), average, *plant.forecast)
