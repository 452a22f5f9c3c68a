"""What the hours inherit from the year: plants' contract energy, exchanges between provinces, lines with what is left of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from shengdian.ahead.state import Deal
from shengdian.ahead.year import Year
from shengdian.experiments.world import exchange
from shengdian.experiments.world.fleet import Agreed
from shengdian.sim.base.types import Line
from shengdian.sim.base.units import HOURS_A_DAY, PPM
from shengdian.sim.market.curves import flat_energy
from shengdian.sim.scenario import ExchangeSpec, PlantSpec, exchange_id


def agreed(year: Year, month: Sequence[int]) -> dict[str, Agreed]:
    """What every plant that sold has to deliver in the run, at its average price rounded down; `month` is 1 to 12 by hour of the run.

    A day has an equal part of its month's energy, rounded down; the last day of a run may be shorter.
    """
    energy: dict[tuple[str, int], int] = defaultdict(int)
    money: dict[tuple[str, int], int] = defaultdict(int)
    for deal in year.deals:
        energy[deal.seller, deal.month] += deal.quantity
        money[deal.seller, deal.month] += deal.quantity * deal.price
    days = [month[at : at + HOURS_A_DAY] for at in range(0, len(month), HOURS_A_DAY)]
    found = {}
    for plant in dict.fromkeys(deal.seller for deal in year.deals):
        months = [day[0] - 1 for day in days]
        by_day = tuple(energy[plant, at] * len(day) // flat_energy(1, year.world.days[at]) for at, day in zip(months, days, strict=True))
        total = sum(energy[plant, at] for at in months)
        found[plant] = Agreed(by_day, sum(money[plant, at] for at in months) // total if total else 0)
    return found


def exchanges(year: Year, zones: Sequence[str], fixed: Sequence[ExchangeSpec]) -> tuple[ExchangeSpec, ...]:
    """Every province's fixed exchange with the annual agreements over lines added, which are flat over the year.

    A sender exports what it sends, a receiver imports what arrives. The price of an import is the average, rounded down, of the exchange's
    own and of what agreements cost on arrival with loss and charge. Provinces that exchange nothing are left out.
    """
    own = {each.zone: each for each in fixed}
    net: dict[str, int] = defaultdict(int)
    arriving: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for deal in year.deals:
        if deal.line is None or deal.stage != "annual" or deal.month:
            continue
        line, power = year.world.lines[deal.line], deal.quantity // flat_energy(1, year.world.days[0])
        received = power * (PPM - line.loss) // PPM
        net[deal.seller_zone] -= power
        net[deal.buyer_zone] += received
        arriving[deal.buyer_zone].append((received, power * (deal.price + line.charge)))
    found = []
    for zone in zones:
        before = own[zone].imported if zone in own else 0
        parts = arriving[zone] + ([(before, before * own[zone].price)] if before > 0 else [])
        energy, money = (sum(part[side] for part in parts) for side in (0, 1))
        price = money // energy if energy else year.world.benchmark[zone]
        if before + net[zone] or zone in own:
            found.append(ExchangeSpec(exchange_id(zone), zone, before + net[zone], price, own[zone].sent if zone in own else ()))
    return tuple(found)


def sent(year: Year, zones: Sequence[str], month: Sequence[int]) -> tuple[ExchangeSpec, ...]:
    """What provinces send by agreements of a month, besides annual ones, by hour of the run; those that send nothing are left out."""
    power: dict[tuple[str, int], int] = defaultdict(int)
    for deal in _of_a_month(year):
        power[deal.seller_zone, deal.month] += _power(year, deal)
    found = []
    for zone in zones:
        hours = tuple(power[zone, at - 1] for at in month)
        if any(hours):
            found.append(ExchangeSpec(exchange_id(zone, "sent"), zone, 0, year.world.benchmark[zone], hours))
    return tuple(found)


def received(year: Year, zone: str, month: Sequence[int]) -> tuple[PlantSpec, ...]:
    """What arrives in a province by agreements of a month, besides annual ones: a source all of whose energy is under contract, at what it
    costs on arrival, with loss and charge, on average over the run, rounded down. None where nothing arrives."""
    energy, money = [0] * len(year.world.days), [0] * len(year.world.days)
    for deal in _of_a_month(year):
        if deal.buyer_zone == zone:
            line = year.world.lines[_line(deal)]
            energy[deal.month] += _power(year, deal) * (PPM - line.loss) // PPM
            money[deal.month] += _power(year, deal) * (deal.price + line.charge)
    hours = tuple(energy[at - 1] for at in month)
    if not any(hours):
        return ()
    price = sum(money[at - 1] for at in month) // sum(hours)
    return (exchange.source(exchange_id(zone, "received"), zone, hours, price),)


def left_of(year: Year, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with the capacity that annual agreements do not reserve."""
    return tuple(replace(line, capacity=line.capacity - reserved) for line, reserved in zip(lines, year.annual, strict=True))


def taken(year: Year, month: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """kWh by line and hour of the run that agreements of a month reserve of what `left_of` leaves; empty where they reserve nothing."""
    found = tuple(tuple(by_month[at - 1] - base for at in month) for base, by_month in zip(year.annual, year.reserved, strict=True))
    return found if any(any(hours) for hours in found) else ()


def _of_a_month(year: Year) -> list[Deal]:
    return [deal for deal in year.deals if deal.line is not None and deal.stage != "annual"]


def _line(deal: Deal) -> int:
    assert deal.line is not None
    return deal.line


def _power(year: Year, deal: Deal) -> int:
    """kWh an hour; what is agreed for the last days of a month is spread over all of it, because a typical day stands for every day."""
    return deal.quantity // flat_energy(1, year.world.days[deal.month])
