"""From a config to a scenario: the same plants, users and draws for every design."""

from __future__ import annotations

from typing import get_args

from shengdian.experiments.ahead import handover
from shengdian.experiments.ahead.year import Year, trade_year
from shengdian.experiments.config.checks import one_of
from shengdian.experiments.schema import Config
from shengdian.experiments.world import demand, fleet, network, region_tables, uncertainty
from shengdian.experiments.world.profiles import profiles
from shengdian.sim.base.types import CollateralRules, Design, DeviationRules
from shengdian.sim.base.units import fen, money, ppm
from shengdian.sim.scenario import ExchangeSpec, PlantSpec, Scenario, UserSpec, supplier_id

HOURS_OF_2016 = 8784


def build_scenario(config: Config, design: str, seed: int, year: Year | None = None) -> Scenario:
    """The world of one run. Draws depend on `seed` alone. Raises InputError for an unknown design or a profile that cannot be used.

    Where the config trades a year ahead, `year` is what came of it; without it the year is traded here, on twins.
    """
    one_of("design", design, get_args(Design))
    profile = profiles(config)
    if year is None and config.medium_term.trade:
        year = trade_year(config, seed, "mirror")
    agreed = handover.agreed(year, profile.month) if year else {}
    all_plants: list[PlantSpec] = []
    all_users: list[UserSpec] = []
    exchanges = tuple(exchange(code) for code in config.region.provinces) if config.region.exchange == "fixed" else ()
    lines = network.lines(config)
    taken: tuple[tuple[int, ...], ...] = ()
    if year:
        exchanges, lines = handover.exchanges(year, config.region.provinces, exchanges), handover.left_of(year, lines)
        exchanges += handover.sent(year, config.region.provinces, profile.month)
        taken = handover.taken(year, profile.month) if design != "provincial" else ()
    for code in config.region.provinces:
        users = demand.users(config, code, profile, seed)
        sources = handover.received(year, code, profile.month) if year else ()
        flows = [[each.net_import(hour) for each in exchanges if each.zone == code] for hour in range(config.run.hours)]
        imported = [sum(each) + sum(source.available[hour] for source in sources) for hour, each in enumerate(flows)]
        net_load = [sum(user.demand[hour] for user in users) - imported[hour] for hour in range(config.run.hours)]
        all_users += uncertainty.users(config, users, seed)
        planned = fleet.with_contracts(fleet.plants(config, code, profile, seed), net_load, ppm(config.contracts.share), agreed)
        all_plants += (*uncertainty.plants(config, planned, seed), *sources)
    known = [supplier_id(code) for code in config.region.provinces]
    known += [*(plant.id for plant in all_plants), *(user.id for user in all_users), *(exchange.id for exchange in exchanges)]
    for at, who in enumerate(config.collateral.defaults):
        one_of(f"collateral.defaults[{at}]", who, known)
    return Scenario(
        name=config.name,
        seed=seed,
        design=next(name for name in get_args(Design) if name == design),
        surplus_deficit=config.market.surplus_deficit,
        mechanism=config.market.mechanism,
        bids=config.market.bids,
        ordering=config.market.ordering,
        bond=money(config.market.bond_cny),
        chain=config.run.chain,
        hours=config.run.hours,
        start=config.run.timestamp,
        zones=config.region.provinces,
        lines=lines,
        floor=fen(config.market.price_floor_cny_mwh),
        cap=fen(config.market.price_cap_cny_mwh),
        k=ppm(config.market.k),
        contract_share=ppm(config.contracts.share),
        reading=config.contracts.reading,
        plants=tuple(all_plants),
        users=tuple(all_users),
        exchanges=exchanges,
        config=config.resolved(),
        deviation=deviation(config),
        collateral=collateral(config),
        hubs=network.hubs(config),
        reserved=taken,
        code_folder=config.code_folder or "",
    )


def deviation(config: Config) -> DeviationRules | None:
    """None where meters are not settled."""
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


def collateral(config: Config) -> CollateralRules | None:
    """None where orders need no cover."""
    asked = config.collateral
    if not asked.required:
        return None
    return CollateralRules(asked.hours, ppm(asked.factor), money(asked.fund_cny), asked.defaults)


def exchange(code: str) -> ExchangeSpec:
    """A province's net import of 2016, spread evenly over its 8,784 hours, at the province's coal benchmark tariff."""
    imported = round(int(region_tables.by("provinces", "code")[code]["net_import_2016_gwh"]) * 1_000_000 / HOURS_OF_2016)
    return ExchangeSpec(
        f"{code}_exchange", code, imported, fen(float(region_tables.by("tariffs", "code")[code]["coal_benchmark_2016_cny_mwh"]))
    )
