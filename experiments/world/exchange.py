"""A zone's exchange with what is outside the region, and what is planned on its lines, by month or flat over the year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shengdian.experiments.world import fleet
from shengdian.regions.region import Region
from shengdian.sim.base.units import HOURS_A_DAY, KWH_PER_MWH, fen
from shengdian.sim.scenario import EXCHANGE, ExchangeSpec, PlantSpec, exchange_id

if TYPE_CHECKING:
    from shengdian.experiments.schema import Config

MONTHS = range(1, 13)


def imported(config: Config, region: Region, code: str) -> tuple[int, ...]:
    """kWh by month that the zone imports; negative where it exports. `region.exchange` says how.

    `monthly`: what the region's files have of each month. `fixed`: the year's sum, in every hour the same. `none`: 0.
    """
    if config.region.exchange == "none":
        return (0,) * len(MONTHS)
    months = _monthly(config, region, code)
    if config.region.exchange == "monthly":
        return months
    return tuple(sum(months) * days // sum(region.days) for days in region.days)


def _monthly(config: Config, region: Region, code: str) -> tuple[int, ...]:
    """kWh of every month."""
    hours = [HOURS_A_DAY * days for days in region.days]
    return tuple(round(_mean(config, region, code, month) * KWH_PER_MWH * each) for month, each in zip(MONTHS, hours, strict=True))


def _mean(config: Config, region: Region, code: str, month: int) -> float:
    """MW in every hour of a month (1 to 12): from outside, and by planned flows between nodes that take part."""
    known = (*config.region.zones, *region.hubs)
    row = region.exchange.get((code, month))
    total = 0.0 if row is None else row.net_import_mw
    by_line = {line.line: line for line in region.lines}
    for flow in region.planned_flows:
        line = by_line[flow.line]
        source, target = (line.source_zone, line.target_zone)[:: 1 if flow.direction == "forward" else -1]
        if flow.month == month and code in (source, target) and source in known and target in known:
            total += -flow.mw if code == source else flow.mw * (1 - line.loss * config.region.loss_factor)
    return total


def by_hour(config: Config, region: Region, code: str, month: Sequence[int]) -> tuple[int, ...]:
    """kWh of every hour of the run that the zone imports, negative where it exports; `month` is 1 to 12 by hour of the run."""
    if config.region.exchange == "fixed":
        return (round(sum(_monthly(config, region, code)) / (HOURS_A_DAY * sum(region.days))),) * len(month)
    energy = imported(config, region, code)
    hourly = [round(each / (HOURS_A_DAY * days)) for each, days in zip(energy, region.days, strict=True)]
    return tuple(hourly[at - 1] for at in month)


def price(region: Region, code: str, month: Sequence[int]) -> int:
    """fen/MWh of what a zone exchanges, on average over the hours of the run, rounded down: the file's, else the zone's benchmark."""
    rows = [region.exchange.get((code, at)) for at in month]
    given = [row.price_per_mwh if row is not None else None for row in rows]
    return sum(fen(region.benchmark(code) if each is None else each) for each in given) // len(given)


def exchanges(config: Config, region: Region, month: Sequence[int]) -> tuple[ExchangeSpec, ...]:
    """The zones' exchanges: of one that is the same in every hour all of it, else what it sends; none of a zone that exchanges nothing."""
    found = []
    for code in config.region.zones if config.region.exchange != "none" else ():
        hours = by_hour(config, region, code, month)
        due = price(region, code, month)
        if not any(hours):
            continue
        if len(set(hours)) == 1:
            found.append(ExchangeSpec(exchange_id(code), code, hours[0], due))
        elif min(hours) < 0:
            found.append(ExchangeSpec(exchange_id(code), code, 0, due, tuple(max(0, -energy) for energy in hours)))
    return tuple(found)


def received(config: Config, region: Region, code: str, month: Sequence[int]) -> tuple[PlantSpec, ...]:
    """What arrives where that differs between the run's hours: a source all of whose energy is under contract, at the exchange's price,
    `<code>_exchange_imported`. None where `exchanges` has all."""
    every = by_hour(config, region, code, month)
    hours = tuple(max(0, energy) for energy in every)
    if len(set(every)) == 1 or not any(hours):
        return ()
    return (source(exchange_id(code, "imported"), code, hours, price(region, code, month)),)


def source(name: str, zone: str, hours: tuple[int, ...], price: int) -> PlantSpec:
    """A plant that stands for what other zones send: kWh by hour of the run, all of it under contract at `price` (fen/MWh)."""
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
