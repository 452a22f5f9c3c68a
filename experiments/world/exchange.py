"""A province's exchange with the rest of the country: what it sent and got in 2016, by month or flat over the year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shengdian.experiments.world import fleet, region_tables
from shengdian.experiments.world.calendar import DAYS, MONTHS
from shengdian.sim.base.units import HOURS_A_DAY
from shengdian.sim.scenario import EXCHANGE, ExchangeSpec, PlantSpec, exchange_id

if TYPE_CHECKING:
    from shengdian.experiments.schema import Config

KWH_A_GWH = 1_000_000


def imported(config: Config, code: str) -> tuple[int, ...]:
    """kWh by month that the province imports from the rest of the country; negative where it exports. `region.exchange` says how.

    `monthly`: the statistics of each month. `fixed`: the year's sum, in every hour the same. `none`: 0.
    """
    if config.region.exchange == "none":
        return (0,) * len(DAYS)
    if config.region.exchange == "monthly":
        row = region_tables.by("net_import_monthly", "code")[code]
        return tuple(int(row[f"m{month:02d}"]) * KWH_A_GWH for month in MONTHS)
    year = int(region_tables.by("provinces", "code")[code]["net_import_2016_gwh"]) * KWH_A_GWH
    return tuple(year * days // sum(DAYS) for days in DAYS)


def by_hour(config: Config, code: str, month: Sequence[int]) -> tuple[int, ...]:
    """kWh of every hour of the run that the province imports, negative where it exports; `month` is 1 to 12 by hour of the run."""
    if config.region.exchange == "fixed":
        return (
            round(int(region_tables.by("provinces", "code")[code]["net_import_2016_gwh"]) * KWH_A_GWH / (HOURS_A_DAY * sum(DAYS))),
        ) * len(month)
    hourly = [round(energy / (HOURS_A_DAY * days)) for energy, days in zip(imported(config, code), DAYS, strict=True)]
    return tuple(hourly[at - 1] for at in month)


def exchanges(config: Config, month: Sequence[int]) -> tuple[ExchangeSpec, ...]:
    """The provinces' exchanges at their coal benchmark tariffs: of one that is the same in every hour all of it, else what it sends."""
    found = []
    for code in config.region.provinces if config.region.exchange != "none" else ():
        hours, price = by_hour(config, code, month), fleet.tariff(code)
        if len(set(hours)) == 1:
            found.append(ExchangeSpec(exchange_id(code), code, hours[0], price))
        elif min(hours) < 0:
            found.append(ExchangeSpec(exchange_id(code), code, 0, price, tuple(max(0, -energy) for energy in hours)))
    return tuple(found)


def received(config: Config, code: str, month: Sequence[int]) -> tuple[PlantSpec, ...]:
    """What arrives where that differs between the run's hours: a source all of whose energy is under contract, at the province's coal
    benchmark tariff, `<code>_exchange_imported`. None where `exchanges` has all."""
    hours = tuple(max(0, energy) for energy in by_hour(config, code, month))
    if len(set(by_hour(config, code, month))) == 1 or not any(hours):
        return ()
    return (source(exchange_id(code, "imported"), code, hours, fleet.tariff(code)),)


def source(name: str, zone: str, hours: tuple[int, ...], price: int) -> PlantSpec:
    """A plant that stands for what other provinces send: kWh by hour of the run, all of it under contract at `price` (fen/MWh)."""
    return PlantSpec(
        id=name,
        zone=zone,
        tech=EXCHANGE,
        capacity=max(hours),
        minimum=0,
        ramp=max(hours),
        cost=price,
        emission=0,
        contract_price=price,
        available=hours,
        forecast=hours,
        contractible=fleet.by_day(hours),
        role="exchange",
    )
