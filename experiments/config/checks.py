"""What a config must satisfy beyond the type of each key. Every function raises InputError with a sentence that names the full key."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from shengdian.agents import strategies
from shengdian.agents.strategy import Kind
from shengdian.experiments.config import choice, designs, structures
from shengdian.experiments.config.designs import design_for, known_designs
from shengdian.experiments.config.messages import no_repeats, one_of
from shengdian.experiments.world import exchange as exchanges
from shengdian.experiments.world import network
from shengdian.experiments.world.profiles import month_by_hour
from shengdian.regions.region import Region, region_of
from shengdian.sim.base import own_code as own_files
from shengdian.sim.base.errors import InputError
from shengdian.sim.market.own_contract import check_contract
from shengdian.sim.mechanisms import MECHANISMS, Mechanism, mechanism_named, recorded_mechanism

if TYPE_CHECKING:
    from shengdian.experiments.schema import Config, Rulebook, Strategy


def check_rules(config: Rulebook) -> None:
    """Those of the rules of the market, whatever the world is."""
    designs.check(config)
    mechanisms(config)
    market(config)
    periods(config)
    no_repeats("run.seeds", config.run.seeds)


def check(config: Config, own_code: bool = True) -> None:
    """All others, in the order of the file; without `own_code`, strategies of a user's own are not looked at."""
    region = region_of(config)
    structures.check_region(config, region)
    exchange(config, region)
    users(config)
    choice.check(config)
    used_strategies(config, region, own_code)
    plants(config, region)
    network.lines(config, region)
    costs(config, region)
    outages(config, region)
    uncertainty(config)
    medium_term(config, region)
    sweep(config)


def periods(config: Rulebook) -> None:
    """Whoever says energy by the hour alone has periods of an hour: a scenario made in Python, and agreements of a year ahead."""
    minutes = config.market.period_minutes
    if minutes == 60:
        return
    if hasattr(config, "scenario"):
        raise InputError(f"market.period_minutes is {minutes}; it should be 60 for a scenario made in Python, which has energy by the hour")
    if hasattr(config, "medium_term") and config.medium_term.trade:
        raise InputError(
            f"market.period_minutes is {minutes}; it should be 60 where medium_term.trade is true: the year ahead agrees by the hour"
        )


def mechanisms(config: Rulebook) -> None:
    """The mechanism of [market] exists, and the contract of each of the config's own can be used."""
    own = config.own_mechanisms or {}
    one_of("market.mechanism", config.market.mechanism, [*(each.name for each in MECHANISMS), *own])
    for name, kept in own.items():
        check_contract(name, kept.model_dump())


def mechanism_for(config: Rulebook) -> Mechanism:
    """The mechanism of [market]: the package's, or the config's own."""
    name = config.market.mechanism
    own = config.own_mechanisms or {}
    return recorded_mechanism(name, own[name].model_dump()) if name in own else mechanism_named(name)


def market(config: Rulebook) -> None:
    """The price cap is above the floor, and every design can use the mechanism and the bids of [market]."""
    floor, cap = config.market.price_floor_per_mwh, config.market.price_cap_per_mwh
    if cap <= floor:
        raise InputError(f"market.price_cap_per_mwh is {cap}; it should be greater than market.price_floor_per_mwh, {floor}")

    mechanism = mechanism_for(config)
    if config.market.bids == "sealed" and not mechanism.sealed:
        raise InputError(f"market.bids is 'sealed', which mechanism {mechanism.name!r} cannot use; it should be 'open'")
    for design in designs.compared(config):
        allowed = [name for name in known_designs(config) if design_for(config, name).takes(mechanism)]
        if design not in allowed:
            raise InputError(
                f"market.mechanism is {config.market.mechanism!r}, which design {design!r} cannot use; it works with {allowed[0]!r}"
                + "".join(f" and {other!r}" for other in allowed[1:])
            )
        if config.market.bids not in design_for(config, design).bids:
            raise InputError(f"market.bids is 'sealed', which design {design!r} cannot use; it should be 'open'")


def exchange(config: Config, region: Region) -> None:
    """An import that differs between the run's months is a source under contract, which one reading alone keeps to."""
    reading, month = config.contracts.reading, month_by_hour(config, region)
    if reading != "per-plant" and any(exchanges.received(config, region, code, month) for code in config.region.zones):
        raise InputError(
            f"contracts.reading is {reading!r}, which does not keep to imports that differ from month to month; "
            "it should be 'per-plant', or region.exchange 'fixed' or 'none', or all hours of one month"
        )


def users(config: Config) -> None:
    """The sectors' shares of load sum to 1, and a sector with load has users."""
    shares = config.users.load_share.model_dump()
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise InputError(f"users.load_share sums to {sum(shares.values()):g}; it should sum to 1")
    for sector, count in config.users.count.model_dump().items():
        if count == 0 and shares[sector] > 0:
            raise InputError(f"users.count.{sector} is 0; it should be 1 or more, as users.load_share.{sector} is {shares[sector]:g}")


def used_strategies(config: Config, region: Region, own_code: bool = True) -> None:
    """Every strategy exists, suits its side and takes its parameters; plants and storages with one of their own exist."""
    asked, stored = config.strategies, storage_ids(config, region)
    each: list[tuple[str, Strategy, Kind]] = [("plants", asked.plants, "plant")]
    each += [(sector, getattr(asked, sector), "user") for sector in ("industry", "commerce", "residential")]
    if asked.storage:
        each.append(("storage", asked.storage, "storage"))
        if not stored:
            raise InputError(
                "strategies.storage is there, but storage.csv of the region has nothing in the zones that take part; leave it out"
            )
    each += [(f"own[{at}]", own, "storage" if own.plant in stored else "plant") for at, own in enumerate(asked.own)]
    for key, chosen, side in each:
        if own_code or not strategies.is_own(chosen.name):
            used_strategy(f"strategies.{key}", chosen, config.code_folder or "", side)

    for at, own in enumerate(asked.own):
        if own.plant not in stored:
            known_plant(config, region, f"strategies.own[{at}].plant", own.plant)
    no_repeats("strategies.own", [own.plant for own in asked.own])
    owners(config, own_code)


def storage_ids(config: Config, region: Region) -> list[str]:
    """Of every storage that takes part."""
    return [row.storage for row in region.stores if config.strategies.storage and row.zone in config.region.zones]


def used_strategy(key: str, chosen: Strategy, code_folder: str, side: Kind) -> None:
    """One of them, for agents of a kind; a strategy of a user's own is imported for it."""
    if "." not in chosen.name and own_files.place(chosen.name, code_folder) is None:
        one_of(f"{key}.name", chosen.name, strategies.names(side))
    try:
        found = strategies.strategy(chosen.name, code_folder)
    except InputError as error:
        raise InputError(f"{key}.name: {error}") from error
    if not strategies.serves(found, side):
        whose = "plants and user" if found.kind == "either" else found.kind
        raise InputError(f"{key}.name is {chosen.name!r}, a strategy for {whose}s; one for {side}s is needed here")
    try:
        strategies.parameters(chosen.name, chosen.parameters, code_folder)
    except InputError as error:
        raise InputError(f"{key}.parameters: {error}") from error


def owners(config: Config, own_code: bool = True) -> None:
    """Refuses owners where nobody can decide for them."""
    count, chosen = config.strategies.owners, config.strategies.plants.name
    if not count:
        return
    known = own_code or not strategies.is_own(chosen)
    if known and not strategies.serves_owners(strategies.strategy(chosen, config.code_folder or "")):
        able = " or ".join(strategies.for_owners())
        raise InputError(f"strategies.owners is {count}, for which strategies.plants.name should be {able}; it is {chosen!r}")
    if config.strategies.own:
        raise InputError(f"strategies.owners is {count}; strategies.own should then be empty, as owners decide for all of their plants")
    if ahead := [name for name in designs.compared(config) if design_for(config, name).day_ahead]:
        raise InputError(f"strategies.owners is {count}, which design {ahead[0]!r} cannot use: owners decide hour by hour")


def known_plant(config: Config, region: Region, key: str, plant: str) -> None:
    """Refuses an id that no plant has."""
    if plant not in (ids := plant_ids(config, region)):
        near = difflib.get_close_matches(plant, ids, n=3, cutoff=0.3)
        hint = f"; near: {', '.join(near)}" if near else ""
        raise InputError(f"{key} is {plant!r}; no plant has this id{hint}; ids: see plants.csv of the region")


def plant_ids(config: Config, region: Region) -> list[str]:
    """Of every plant that takes part."""
    return [*(row.plant for row in region.plants if row.zone in config.region.zones), *(plant.id for plant in config.plants)]


def plants(config: Config, region: Region) -> None:
    """Every added plant has a zone of the region, a known technology that has energy and a cost there, and an id of its own."""
    for at, plant in enumerate(config.plants):
        one_of(f"plants[{at}].province", plant.province, config.region.zones)
        one_of(f"plants[{at}].technology", plant.technology, region.in_market)
        technology = region.technologies[plant.technology]
        if not region.has_energy(plant.id, plant.province, plant.technology):
            raise InputError(f"plants[{at}].technology is {plant.technology!r}; the region has no availability of it in {plant.province}")
        if technology.fuel and plant.cost_per_mwh is None and (plant.province, plant.technology) not in region.fuel_costs:
            raise InputError(f"plants[{at}].cost_per_mwh is missing; fuel_costs.csv has no {plant.province}, {plant.technology}")
    no_repeats("plants", plant_ids(config, region))


def costs(config: Config, region: Region) -> None:
    """A fuel with a factor is one that some technology burns."""
    for fuel, factor in config.costs.fuel_factor.items():
        if factor != 1:
            one_of("a key of costs.fuel_factor", fuel, region.fuels)


def outages(config: Config, region: Region) -> None:
    """Every outage has a known plant and ends after it begins."""
    for at, outage in enumerate(config.outages):
        known_plant(config, region, f"outages[{at}].plant", outage.plant)
        if outage.to_hour <= outage.from_hour:
            raise InputError(f"outages[{at}].to_hour is {outage.to_hour}; it should be greater than from_hour, {outage.from_hour}")


def medium_term(config: Config, region: Region) -> None:
    """Shares of the year ahead sum to 1 and rise as they must, and ranges, technologies and provinces are valid."""
    terms = config.medium_term
    if terms.trade and config.contracts.reading != "per-plant":
        raise InputError(
            f"contracts.reading is {config.contracts.reading!r}, which does not keep to what single plants have agreed; "
            "it should be 'per-plant' where medium_term.trade is true"
        )
    for key in ("technologies", "line_technologies") if terms.trade else ():
        for at, name in enumerate(getattr(terms, key)):
            one_of(f"medium_term.{key}[{at}]", name, region.in_market)
    for key in ("keeps", "saves", "central_keeps", "central_saves"):
        low, high = getattr(terms, key)
        if low > high:
            raise InputError(f"medium_term.{key} is [{low:g}, {high:g}]; the first should not be greater than the second")
    shares = terms.line_opened
    if not shares.annual <= shares.monthly <= shares.within_month:
        given = f"{shares.annual:g}, {shares.monthly:g} and {shares.within_month:g}"
        raise InputError(f"medium_term.line_opened is {given} (annual, monthly, within_month); none should be less than the one before")
    no_repeats("medium_term.provinces", [opening.province for opening in terms.provinces])
    for at, opening in enumerate(terms.provinces):
        where = f"medium_term.provinces[{at}]"
        one_of(f"{where}.province", opening.province, config.region.zones)
        no_repeats(f"{where}.central_months", opening.central_months)
        total = opening.annual + opening.monthly + opening.central_share + opening.listing + opening.within_month
        if abs(total - 1) > 1e-9:
            parts = "annual, monthly, central_share, listing and within_month"
            raise InputError(f"{where} has {parts} that sum to {total:g}; they should sum to 1")
        if opening.central_share and opening.central == "none":
            raise InputError(f"{where}.central_share is {opening.central_share:g}; it should be 0 where central is 'none'")
        if opening.central == "price-differences" and opening.rebate is None:
            raise InputError(f"{where}.rebate is missing; 'price-differences' needs it, from 0 to 1")
        if opening.central != "price-differences" and opening.rebate is not None:
            raise InputError(f"{where}.rebate is {opening.rebate:g}; it goes with central = 'price-differences'")


def uncertainty(config: Config) -> None:
    """Forecast errors go with a settlement of deviations."""
    for key in ("load_error", "wind_error", "solar_error"):
        if getattr(config.uncertainty, key) and config.settlement.deviation == "none":
            raise InputError(
                f"uncertainty.{key} is {getattr(config.uncertainty, key)}; it should be 0 where settlement.deviation is 'none', "
                "or settlement.deviation should be 'pre_listed': without it nobody balances what deviates"
            )


NOT_SWEPT = {
    "name": "runs of a sweep keep the name of their config",
    "question": "it does not change a run",
    "description": "it does not change a run",
    "run.seeds": "every seed of run.seeds is run at every point anyway",
    "run.compare": "sweep run.design instead",
    "sweep": "a sweep cannot sweep itself",
    "region.sha256": "it follows from region.path",
}


MAY_BE_LEFT_OUT = ("market.period_seconds", "market.audit_margin", "costs.carbon_per_t", "strategies.storage.name", "structure.preset")
"""keys of numbers and texts that a resolved config need not have"""


def sweep(config: Config) -> None:
    """Every swept key exists, may be swept, and is in one table; points and values are there once."""
    asked, values = config.sweep, config.resolved()
    keys = [(f"sweep.grid.{key}", key) for key in asked.grid]
    keys += [(f"sweep.list[{at}].{key}", key) for at, point in enumerate(asked.list) for key in point]
    keys += [(f"sweep.latin_hypercube.{key}", key) for key in asked.latin_hypercube if key not in ("samples", "seed")]
    for at, point in enumerate(asked.list):
        if not point:
            raise InputError(f"sweep.list[{at}] is empty; it should have at least one key")
    for place, key in keys:
        swept_key(values, place, key)
    for key in asked.grid:
        no_repeats(f"sweep.grid.{key}", asked.grid[key])
    tables_of: dict[str, str] = {}
    for place, key in keys:
        table = place.split(".")[1].partition("[")[0]
        if tables_of.setdefault(key, table) != table:
            raise InputError(f"{place}: {key} is swept in sweep.{tables_of[key]} too; each key may be in one table")
    latin_hypercube(config)


def swept_key(values: dict[str, Any], place: str, key: str) -> None:
    """Refuses a key that is none, is a table, or that no sweep may change."""
    for refused, reason in NOT_SWEPT.items():
        if key == refused or key.startswith(f"{refused}."):
            raise InputError(f"{place}: {key} cannot be swept: {reason}")
    if key in MAY_BE_LEFT_OUT:
        return
    table: object = values
    parts = key.split(".")
    for at, part in enumerate(parts):
        if at == len(parts) - 1 and ((parts[at - 1] == "parameters" and at == 3) or parts[:-1] == ["costs", "fuel_factor"]):
            return  # which there are depends on the strategy, or the region, which may be swept too
        if not isinstance(table, dict) or part not in table:
            known = list(table) if isinstance(table, dict) else []
            near = difflib.get_close_matches(part, known, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"{place}: there is no key {key}; allowed in place of {part!r}: {', '.join(known) or 'nothing'}{hint}")
        table = table[part]


def latin_hypercube(config: Config) -> None:
    """Samples and seed of sweep.latin_hypercube are whole numbers, and every key has a lowest and a highest value."""
    asked = dict(config.sweep.latin_hypercube)
    if not asked:
        return
    samples, seed = asked.pop("samples", None), asked.pop("seed", 1)
    if not _whole(samples) or samples < 1:
        raise InputError(f"sweep.latin_hypercube.samples is {samples!r}; it should be a whole number of 1 or more")
    if not _whole(seed) or seed < 0:
        raise InputError(f"sweep.latin_hypercube.seed is {seed!r}; it should be a whole number of 0 or more")
    if not asked:
        raise InputError('sweep.latin_hypercube has no key to sweep; give one or more, such as "contracts.share" = [0.0, 0.95]')
    for key, ends in asked.items():
        numbers = isinstance(ends, list | tuple) and len(ends) == 2 and all(_whole(end) or isinstance(end, float) for end in ends)
        if not numbers or not ends[0] < ends[1]:
            raise InputError(f"sweep.latin_hypercube.{key} is {ends!r}; it should be [lowest, highest], two numbers")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
