"""The lines between the provinces, equivalents or legs over hubs: what planned energy leaves of those of 2016, and the config's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from shengdian.experiments.world import region_tables
from shengdian.experiments.world.calendar import MONTHS
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.types import Line
from shengdian.sim.base.units import PPM, cny_mwh, fen, kwh, mwh, ppm

if TYPE_CHECKING:
    from shengdian.experiments.schema import Config

Reserved = tuple[tuple[int, ...], ...]
"""kWh by line and hour of the run"""


def hubs(config: Config) -> tuple[str, ...]:
    """Nodes of the network that are no provinces of the region: energy passes through, nobody trades there."""
    if config.region.network == "equivalent":
        return ()
    ends = [row[key] for row in region_tables.table("legs") for key in ("from", "to")]
    return tuple(dict.fromkeys(code for code in ends if code not in config.region.provinces))


def lines(config: Config, months: Iterable[int] = MONTHS) -> tuple[Line, ...]:
    """All lines in the order of corridors.csv or legs.csv (one that runs both ways gives two), then of the config, with the capacity that
    is free in every one of the `months` (1 to 12).

    Raises InputError for a province that is not in the region, a line to itself, and a line with charge + loss x price floor < 0, on which
    sending energy round in circles would pay.
    """
    return (*_of_table(config, "legs" if config.region.network == "legs" else "corridors", months), *_own(config))


def over_hours(config: Config, month: Sequence[int]) -> tuple[tuple[Line, ...], Reserved]:
    """The lines with the highest capacity of the run's months, and kWh by line and hour that are not free of it: empty where months agree.

    `month` is 1 to 12 by hour of the run.
    """
    of_month = {each: lines(config, (each,)) for each in dict.fromkeys(month)}
    at_most = tuple(max(each, key=lambda line: line.capacity) for each in zip(*of_month.values(), strict=True))
    reserved = tuple(tuple(line.capacity - of_month[each][at].capacity for each in month) for at, line in enumerate(at_most))
    return at_most, together(reserved)


def together(*parts: Reserved) -> Reserved:
    """The sums by line and hour of those parts that are not empty; empty where they come to nothing."""
    sums = tuple(tuple(map(sum, zip(*line, strict=True))) for line in zip(*filter(None, parts), strict=True))
    return sums if any(map(any, sums)) else ()


def free_share(config: Config, month: int, line: str = "all") -> float:
    """0 to 1, of a line's capacity in a month (1 to 12): of a corridor or leg by its name, or of all that have no row of their own."""
    if config.region.residual_share != "monthly":
        return config.region.residual_share
    rows = region_tables.by("residual_monthly", "line")
    return float(rows.get(line, rows["all"])[f"m{month:02d}"])


def routes(config: Config) -> tuple[tuple[Line, tuple[int, ...]], ...]:
    """What provinces agree over, each with the places in `lines` of what it runs over: a line between two provinces by itself or, where
    `lines` are legs, the equivalents along their legs."""
    own, provinces = lines(config), range(len(config.region.provinces))
    if config.region.network == "equivalent":
        return tuple((line, (at,)) for at, line in enumerate(own))
    first = len(own) - len(config.lines)
    found = [(line, _along(line, own[:first])) for line in _of_table(config, "corridors")]
    found += [(line, (first + at,)) for at, line in enumerate(own[first:])]
    return tuple((line, legs) for line, legs in found if line.source in provinces and line.target in provinces)


def _along(line: Line, legs: Sequence[Line]) -> tuple[int, ...]:
    """The places of the legs that an equivalent consists of, from its source on."""
    names, at, found = set(line.name.split()[1].split("+")), line.source, []
    while at != line.target:
        (leg,) = (place for place, each in enumerate(legs) if each.source == at and each.name.split()[1] in names)
        names.discard(legs[leg].name.split()[1])
        found.append(leg)
        at = legs[leg].target
    return tuple(found)


def _of_table(config: Config, name: str, months: Iterable[int] = MONTHS) -> tuple[Line, ...]:
    nodes = config.region.provinces + hubs(config)
    tariff_column = "tariff_delivered_cny_mwh" if name == "legs" else "charge_delivered_cny_mwh"
    floor, found = fen(config.market.price_floor_cny_mwh), list[Line]()
    for row in region_tables.table(name):
        source, target = row["from"], row["to"]
        if source not in nodes or target not in nodes:
            continue
        loss = float(row["loss"]) * config.region.loss_factor
        tariff = float(row[tariff_column]) * config.region.charge_factor
        label = next(iter(row.values()))
        free = min(free_share(config, month, label) for month in months)
        figures = (kwh(float(row["capacity_mw"]) * free), fen(tariff * (1 - float(row["loss"]))), ppm(loss))
        for one, other in ((source, target), (target, source))[: 1 + int(row["both_ways"])]:
            line = Line(nodes.index(one), nodes.index(other), *figures, f"{one}-{other} {label}", fen(tariff))
            found.append(allowed(line, f"region.charge_factor: the line {one}-{other}", floor))
    return tuple(found)


def _own(config: Config) -> tuple[Line, ...]:
    nodes, found = config.region.provinces + hubs(config), []
    for at, own in enumerate(config.lines):
        for key, code in (("from", own.source), ("to", own.target)):
            if code not in nodes:
                raise InputError(f"lines[{at}].{key} is {code!r}; allowed: {', '.join(nodes)}")
        if own.source == own.target:
            raise InputError(f"lines[{at}].to is {own.target!r}, the same as from; a line joins two provinces")
        name, tariff = f"{own.source}-{own.target}", fen(own.charge_cny_mwh / (1 - own.loss))
        figures = (kwh(own.capacity_mw), fen(own.charge_cny_mwh), ppm(own.loss))
        line = Line(nodes.index(own.source), nodes.index(own.target), *figures, name, tariff)
        found.append(allowed(line, f"lines[{at}]: the line {name}", fen(config.market.price_floor_cny_mwh)))
    return tuple(found)


def allowed(line: Line, what: str, floor: int) -> Line:
    """The line itself; InputError where sending energy round in circles over it would pay at the price floor (fen/MWh)."""
    if line.charge * PPM + line.loss * floor < 0 or line.charge < 0:
        raise InputError(
            f"{what} has charge {cny_mwh(line.charge)} CNY/MWh, loss {line.loss / PPM} and price floor {cny_mwh(floor)} CNY/MWh; "
            "charge and charge + loss x floor may not be negative"
        )
    return line


def capacities(nodes: Sequence[str], lines: Iterable[Line]) -> dict[tuple[str, str], float]:
    """MWh an hour that may be sent, by sending and receiving node; parallel lines together."""
    found: dict[tuple[str, str], float] = {}
    for line in lines:
        ends = nodes[line.source], nodes[line.target]
        found[ends] = found.get(ends, 0.0) + mwh(line.capacity)
    return found
