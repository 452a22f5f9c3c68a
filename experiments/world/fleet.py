"""The plants of a province: what they can give, what it costs, what they have under contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shengdian.experiments.schema import Config
from shengdian.experiments.world import region_tables, uncertainty
from shengdian.experiments.world.profiles import Profiles
from shengdian.experiments.world.technology import Technology, in_market, technologies
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.streams import stream
from shengdian.sim.base.units import HOURS_A_DAY, PPM, fen, kwh, ppm
from shengdian.sim.scenario import PlantSpec

BENCHMARK = "coal_benchmark_2016_cny_mwh"
"""column of `tariffs.csv` with the province's benchmark"""
COMMITTED_LOAD = 0.75
"""units of an aggregate are kept on for the day until the average contract output is this share of their capacity (assumption)"""


@dataclass(frozen=True, slots=True)
class Source:
    """A plant before it meets the day."""

    id: str
    technology: str
    capacity_mw: float
    cost_cny_mwh: float | None
    """where the config gives it"""
    units: int = 1
    """that fail one by one"""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a plant has agreed to deliver in the run."""

    by_day: tuple[int, ...]
    """kWh"""
    price: int
    """fen/MWh, average"""


def plants(config: Config, code: str, profile: Profiles, seed: int) -> tuple[PlantSpec, ...]:
    """The plants of a province that take part in the market, without contracts; storage stays out."""
    rows = [row for row in region_tables.table("plants") if row["code"] == code and row["technology"] in in_market()]
    sources = [Source(row["plant"], row["technology"], float(row["capacity_mw"]), None, max(1, int(row["units"]))) for row in rows]
    sources += [Source(own.id, own.technology, own.capacity_mw, own.cost_cny_mwh) for own in config.plants if own.province == code]
    return tuple(replace(_plant(config, code, source, profile, seed), owner=owner(config, code, at)) for at, source in enumerate(sources))


def owner(config: Config, code: str, place: int) -> str:
    """Whose the plant at a place of the list is: owners take plants in turn, so that all have cheap and dear ones (assumption)."""
    return f"{code}_owner_{1 + place % config.strategies.owners}" if config.strategies.owners else ""


def _plant(config: Config, code: str, source: Source, profile: Profiles, seed: int) -> PlantSpec:
    technology = technologies()[source.technology]
    assert technology.supply != "storage"
    capacity = kwh(source.capacity_mw)
    spread = config.costs.heat_rate_spread * float(stream(seed, "heat rate", source.id).uniform(-1, 1))
    cost = source.cost_cny_mwh
    if cost is None:
        cost = fuel(config, code, technology) * (1 + spread) + technology.variable_cost
    outage = 0.0 if config.uncertainty.forced_outage_rate else technology.forced_outage
    expected = _forecast(code, technology, capacity, outage, profile)
    units = source.units if technology.supply == "capacity" else 0
    up = uncertainty.running(config, source.id, units, len(expected), seed)
    at_hand = tuple(energy * share // PPM for energy, share in zip(expected, up, strict=True))
    # known at the start of a day: what runs then
    forecast = tuple(energy * up[hour - hour % HOURS_A_DAY] // PPM for hour, energy in enumerate(expected))
    chosen = next((own for own in config.strategies.own if own.plant == source.id), config.strategies.plants)
    return PlantSpec(
        id=source.id,
        zone=code,
        tech=source.technology,
        capacity=capacity,
        minimum=0,
        ramp=int(technology.ramp_share * capacity),
        cost=fen(cost),
        emission=round(technology.emission * 1000 * (1 + spread)),
        contract_price=tariff(code, technology.tariff),
        available=_with_outages(config, source.id, at_hand),
        forecast=forecast,
        energy_budget=_budget(code, technology, capacity, profile) if technology.supply == "budget" else None,
        strategy=chosen.name,
        parameters=chosen.parameters,
        supply=technology.supply,
        must_run=technology.must_run,
        renewable=technology.renewable,
    )


def fuel(config: Config, code: str, technology: Technology) -> float:
    """CNY/MWh; 0 for what burns nothing. `<fuel>_factor` of [costs] scales it, where there is one."""
    factor: float = getattr(config.costs, f"{technology.fuel}_factor", 1.0)
    return float(region_tables.by("fuel_costs", "code")[code].get(technology.name, 0)) * factor


def tariff(code: str, column: str = BENCHMARK) -> int:
    """fen/MWh, of a column of `tariffs.csv`; without one, the benchmark of the province, which most contract energy earns."""
    return fen(float(region_tables.by("tariffs", "code")[code][column]))


def _forecast(code: str, technology: Technology, capacity: int, forced_outage: float, profile: Profiles) -> tuple[int, ...]:
    """kWh by hour that are expected.

    By capacity: less mean forced outages; by a profile: its share of capacity, or the month's mean; by a budget: capacity.
    """
    if technology.supply == "profile":
        if technology.hourly:
            return tuple(capacity * ppm(share) // PPM for share in profile.shares[technology.hourly][code])
        return tuple(capacity * ppm(monthly_share(code, technology, month)) // PPM for month in profile.month)
    if technology.supply == "budget":
        return (capacity,) * len(profile.month)
    return (capacity * ppm(1 - forced_outage) // PPM,) * len(profile.month)


def monthly_share(code: str, technology: Technology, month: int) -> float:
    """Mean output over capacity of the month."""
    return float(region_tables.by(f"{technology.monthly}_monthly", "code")[code][f"m{month:02d}"])


def _budget(code: str, technology: Technology, capacity: int, profile: Profiles) -> tuple[int, ...]:
    """kWh by day: what flows in."""
    return by_day([capacity * ppm(monthly_share(code, technology, month)) // PPM for month in profile.month])


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
    fleet: Sequence[PlantSpec], net_load: Sequence[int], share: int, agreed: Mapping[str, Agreed] | None = None
) -> tuple[PlantSpec, ...]:
    """The plants of a province with the contract quantity of every day and the minimum output that fits it.

    `net_load` in kWh by hour, `share` in ppm. First comes what plants have `agreed` ahead, by id, at most what they expect to have. Planned
    energy makes up the rest, so that the quantities of a day sum to share x net load, rounded down to the kWh (or to what is agreed, where
    that is more): nuclear first with all it expects to have, the others in proportion to the energy they expect to have left (China's
    planning by equal shares). So a province that is short has less under contract. Nor are more units kept on than the lowest hour needs.
    A plant that has agreed earns the average of its tariff and its agreements over the run, rounded down to the tick.
    """
    known = agreed or {}
    ahead = [_ahead(fleet, known, day) for day in range(len(by_day(net_load)))]
    days = [_quantities(fleet, day, max(0, net) * share // PPM, ahead[day]) for day, net in enumerate(by_day(net_load))]
    hours = [min(HOURS_A_DAY, len(net_load) - HOURS_A_DAY * day) for day in range(len(days))]
    contracts = [tuple(day[plant.id] for day in days) for plant in fleet]
    minima = _fitting(fleet, [minimum(plant, each, hours) for plant, each in zip(fleet, contracts, strict=True)], max(0, min(net_load)))
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


def _quantities(fleet: Sequence[PlantSpec], day: int, total: int, ahead: Mapping[str, int]) -> Mapping[str, int]:
    """kWh by plant on one day: what is agreed `ahead` and, up to the `total` of all, what is planned."""
    found: dict[str, int] = {}
    left = max(0, total - sum(ahead.values()))
    for first in (True, False):
        group = [plant for plant in fleet if plant.must_run == first]
        expected = [energy(plant)[day] - ahead[plant.id] for plant in group]
        part = min(left, sum(expected))
        left -= part
        planned = largest_remainder(part, expected)
        found |= {plant.id: ahead[plant.id] + own for plant, own in zip(group, planned, strict=True)}
    return found


def minimum(plant: PlantSpec, contracts: Sequence[int], hours: Sequence[int]) -> int:
    """kWh an hour below which the plant may not go: never above its mean contract output on any day, nor above what it expects to have.

    What must run stays at what it has. Of other aggregates some units are off for the day; the rest run at `COMMITTED_LOAD` on average.
    """
    average = min(quantity // length for quantity, length in zip(contracts, hours, strict=True))
    if plant.must_run:
        return min(average, *plant.forecast)
    least = technologies()[plant.tech].minimum_share
    committed = min(1.0, average / (plant.capacity * COMMITTED_LOAD))
    return min(int(least * plant.capacity * committed), average, *plant.forecast)
