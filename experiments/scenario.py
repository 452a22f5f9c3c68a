"""From a config to a scenario: the same plants, users and draws for every design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from math import ceil
from pathlib import Path
from typing import Any

from shengdian.ahead import handover
from shengdian.ahead.year import Year, trade_year
from shengdian.experiments.config.designs import design_for, known_designs
from shengdian.experiments.config.loading import load_recorded
from shengdian.experiments.config.messages import one_of
from shengdian.experiments.schema import Config, Contracts, MadeConfig, Rulebook
from shengdian.experiments.world import demand, exchange, fleet, network, periods, retail, storage, uncertainty, water
from shengdian.experiments.world.made_world import NAME as WORLD
from shengdian.experiments.world.made_world import World, of_json
from shengdian.experiments.world.minimum import least_shares
from shengdian.experiments.world.profiles import profiles
from shengdian.regions.region import region_of
from shengdian.regions.series import seconds
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.types import ChargeRules, CollateralRules, DeviationRules
from shengdian.sim.base.units import PPM, fen, money, ppm
from shengdian.sim.mechanisms import mechanism_named
from shengdian.sim.scenario import PlantSpec, Scenario, UserSpec, supplier_id
from shengdian.structure import Charges

MADE_CLOCK = timezone(timedelta(hours=8))
"""of a scenario made in Python"""


def build_scenario(config: Config, design: str, seed: int, year: Year | None = None) -> Scenario:
    """The world of one run. Draws depend on `seed` alone. Raises InputError for an unknown design or a profile that cannot be used.

    Where the config trades a year ahead, `year` is what came of it; without it the year is traded here, on twins.
    """
    one_of("design", design, known_designs(config))
    known_points(config, config.region.zones)
    region = region_of(config)
    profile = profiles(config, region)
    if year is None and config.medium_term.trade:
        year = trade_year(config, seed, "mirror")
    agreed = handover.agreed(year, profile.month) if year else {}
    all_plants: list[PlantSpec] = []
    all_users: list[UserSpec] = []
    exchanges = exchange.exchanges(config, region, profile.month)
    lines, taken = network.over_hours(config, region, profile.month)
    if year:
        exchanges, lines = handover.exchanges(year, config.region.zones, exchanges), handover.left_of(year, lines)
        exchanges += handover.sent(year, config.region.zones, profile.month)
        taken = network.together(taken, handover.taken(year, profile.month))
    for code in config.region.zones:
        users = demand.users(config, region, code, profile, seed)
        sources = exchange.received(config, region, code, profile.month) + (handover.received(year, code, profile.month) if year else ())
        flows = [[each.net_import(hour) for each in exchanges if each.zone == code] for hour in range(config.run.hours)]
        imported = [sum(each) + sum(source.available[hour] for source in sources) for hour, each in enumerate(flows)]
        net_load = [sum(user.demand[hour] for user in users) - imported[hour] for hour in range(config.run.hours)]
        all_users += uncertainty.users(config, users, seed)
        own = fleet.plants(config, region, code, profile, seed)
        planned = fleet.with_contracts(
            own,
            net_load,
            ppm(config.contracts.share),
            least_shares(config, region, own, profile.month),
            agreed,
            config.contracts.priority,
        )
        all_plants += (*uncertainty.plants(config, region, planned, seed), *sources)
    known = [supplier_id(code) for code in config.region.zones]
    known += [*(plant.id for plant in all_plants), *(user.id for user in all_users), *(each.id for each in exchanges)]
    for at, who in enumerate(config.collateral.defaults):
        one_of(f"collateral.defaults[{at}]", who, known)
    hourly = Scenario(
        **rules(config, design, seed),
        zones=config.region.zones,
        lines=lines,
        plants=water.filled(config.water, water.with_volumes(config, region, all_plants)),
        users=tuple(all_users),
        storages=storage.storages(config, region),
        currency=region.label.currency,
        carbon_price=fen(config.costs.carbon_per_t or 0),
        exchanges=exchanges,
        hubs=network.hubs(config, region),
        reserved=taken if design_for(config, design).uses_lines else (),
        code_folder=config.code_folder or "",
        retailers=retail.retailers(config, region),
    )
    if hourly.retailers:
        hourly = replace(hourly, users=retail.customers(hourly.users))
    return periods.in_periods(hourly, periods.parts(config), profile)


def made_scenario(world: World, config: MadeConfig, design: str, seed: int) -> Scenario:
    """The scenario of a world made in Python, its first `run.hours` hours. Raises InputError for more hours than the world has.

    Every day `contracts.share` of a zone's load is under contract, shared over its plants in proportion to what they expect to have.
    """
    one_of("design", design, known_designs(config))
    hours = config.run.hours
    if hours > world.hours:
        raise InputError(f"run.hours is {hours}; the scenario {config.name} has {world.hours} hours")
    known_points(config, world.zones)
    for line in world.lines:
        network.allowed(line, f"{config.name}: the line {line.name}", fen(config.market.price_floor_per_mwh))
    days = ceil(hours / 24)
    plants = [
        replace(
            plant,
            available=plant.available[:hours],
            forecast=plant.forecast[:hours],
            energy_budget=None if plant.energy_budget is None else plant.energy_budget[:days],
        )
        for plant in world.plants
    ]
    users = [replace(user, demand=user.demand[:hours]) for user in world.users]
    known = [*map(supplier_id, world.zones), *(plant.id for plant in plants), *(user.id for user in users)]
    for at, who in enumerate(config.collateral.defaults):
        one_of(f"collateral.defaults[{at}]", who, known)
    for zone in world.zones:
        load = [sum(user.demand[hour] for user in users if user.zone == zone) for hour in range(hours)]
        plants = _planned(plants, zone, fleet.by_day(load), config.contracts)
    return Scenario(
        **rules(config, design, seed),
        zones=world.zones,
        lines=world.lines,
        plants=water.filled(config.water, plants),
        users=tuple(users),
        storages=world.storages,
        exchanges=(),
        hubs=world.hubs,
    )


def _planned(plants: Sequence[PlantSpec], zone: str, load: Sequence[int], rules: Contracts) -> list[PlantSpec]:
    """The plants with the contract quantities of those in the zone; `load` is kWh by day."""
    own = [plant for plant in plants if plant.zone == zone]
    share, nothing = ppm(rules.share), dict.fromkeys((plant.id for plant in own), 0)
    days = [fleet.quantities(own, day, energy * share // PPM, nothing, rules.priority) for day, energy in enumerate(load)]
    return [replace(plant, contractible=tuple(day[plant.id] for day in days)) if plant.zone == zone else plant for plant in plants]


def recorded(directory: Path, region: str = "") -> tuple[Config | MadeConfig, Scenario, Year | None]:
    """The config of a run, the scenario that it stands for, and the year traded before it, if there was one.

    `region` is the folder of its region, where it is not found from the run. Raises InputError where a file of
    them is missing, damaged, or not the one that the config names.
    """
    config = load_recorded(directory / "config.toml", region)
    design, seed = config.run.design, config.run.seeds[0]
    if isinstance(config, MadeConfig):
        world = read_world(directory)
        if world.sha256 != config.scenario.sha256:
            raise InputError(f"{directory / WORLD}: not the scenario that config.toml names (its SHA-256 is another)")
        return config, made_scenario(world, config, design, seed), None
    year = trade_year(config, seed, "mirror") if config.medium_term.trade else None
    return config, build_scenario(config, design, seed, year), year


def read_world(directory: Path) -> World:
    """The world that a run of a scenario made in Python keeps. Raises InputError where its file is missing or damaged."""
    path = directory / WORLD
    try:
        return of_json(path.read_bytes(), str(path))
    except OSError as cause:
        raise InputError(f"{path}: missing or damaged ({cause.strerror})") from cause


def rules(config: Rulebook, design: str, seed: int) -> dict[str, Any]:
    """What a scenario is told besides its world, by field of Scenario: prices in fen/MWh, money in 1e-5 CNY, shares in ppm."""
    own = (config.own_designs or {}).get(design)
    mechanism = (config.own_mechanisms or {}).get(config.market.mechanism)
    clock = region_of(config).label.clock if isinstance(config, Config) else MADE_CLOCK
    return {
        "name": config.name,
        "seed": seed,
        "design": design,
        "own_design": own.model_dump() if own else {},
        "surplus_deficit": config.market.surplus_deficit,
        "mechanism": config.market.mechanism,
        "one_company": config.market.mechanism == "least-cost" and design_for(config, design).uses_lines,
        "own_mechanism": mechanism.model_dump() if mechanism else {},
        "bids": config.market.bids,
        "audit_margin": None if config.market.audit_margin is None else ppm(config.market.audit_margin),
        "ordering": config.market.ordering,
        "bond_rate": fen(config.market.bond_per_mwh),
        "salts": config.market.salts,
        "chain": config.run.chain,
        "hours": config.run.hours,
        "hour_seconds": config.market.period_seconds or 60 * config.market.period_minutes,
        "start": seconds(config.run.start, clock),
        "begins": datetime(config.run.start.year, config.run.start.month, config.run.start.day, tzinfo=clock),
        "floor": fen(config.market.price_floor_per_mwh),
        "cap": fen(config.market.price_cap_per_mwh),
        "k": ppm(config.market.k),
        "contract_form": config.contracts.form,
        "contract_share": ppm(config.contracts.share),
        "reading": config.contracts.reading,
        "config": config.resolved(),
        "deviation": deviation(config),
        "collateral": collateral(config),
        "retail": config.settlement.retail,
        "charges": charges(config),
    }


def charges(config: Rulebook) -> ChargeRules | None:
    """The rules of [charges]; None where nothing is paid."""
    asked = config.charges or Charges()
    own = (config.own_mechanisms or {}).get(config.market.mechanism)
    uplift = (own or mechanism_named(config.market.mechanism)).pays == "redispatch"
    points = {zone: (fen(point.load_per_mwh), fen(point.generation_per_mwh)) for zone, point in (asked.points or {}).items()}
    rates = fen(asked.load_per_mwh), fen(asked.generation_per_mwh), fen(asked.capacity_per_mw_h)
    if not any((uplift, *rates, *(rate for both in points.values() for rate in both))):
        return None
    return ChargeRules(*rates, points, asked.asked, uplift)


def known_points(config: Rulebook, zones: Sequence[str]) -> None:
    """Refuses charges of a zone that there is not."""
    for zone in (config.charges and config.charges.points) or ():
        one_of("a key of charges.points", zone, zones)


def deviation(config: Rulebook) -> DeviationRules | None:
    """The rules of [settlement], factors in ppm; None where meters are not settled."""
    due = config.settlement
    if due.deviation == "none":
        return None
    return DeviationRules(
        u1=ppm(due.u1_over_use),
        u2=ppm(due.u2_under_use),
        k1=ppm(due.k1_over_generation),
        k2=ppm(due.k2_under_generation),
        band=ppm(due.free_band),
        marginal=due.price == "marginal",
        margin=ppm(due.regulation_margin),
    )


def collateral(config: Rulebook) -> CollateralRules | None:
    """The rules of [collateral], the factor in ppm and the fund in 1e-5 CNY; None where orders need no cover."""
    asked = config.collateral
    if not asked.required:
        return None
    return CollateralRules(asked.hours, ppm(asked.factor), money(asked.fund), asked.defaults)
