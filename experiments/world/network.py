"""The lines between the zones, or the legs that they consist of: what planned energy leaves of them, and the config's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from shengdian.regions.region import Region
from shengdian.regions.rows import Line as Row
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.types import Line
from shengdian.sim.base.units import PPM, per_mwh, fen, kwh, mwh, ppm

if TYPE_CHECKING:
    from shengdian.experiments.schema import Config

MONTHS = range(1, 13)
Reserved = tuple[tuple[int, ...], ...]
"""kWh by line and hour of the run"""


def hubs(config: Config, region: Region) -> tuple[str, ...]:
    """Nodes of the lines that are no zones of the run: energy passes through, nobody trades there. Legs pass through zones, too, that do
    not take part."""
    legs = config.region.network == "legs"
    ends = [end for row in rows(config, region) for end in (row.source_zone, row.target_zone)]
    return tuple(dict.fromkeys(end for end in ends if end not in config.region.zones and (legs or end in region.hubs)))


def rows(config: Config, region: Region) -> tuple[Row, ...]:
    """The rows of the file that `region.network` names: lines.csv, or legs.csv."""
    return region.legs if config.region.network == "legs" else region.lines


def lines(config: Config, region: Region, months: Iterable[int] = MONTHS) -> tuple[Line, ...]:
    """All lines in the order of lines.csv or legs.csv (one that runs both ways gives two), then of the config, with the capacity that is
    free in every one of the `months` (1 to 12).

    Raises InputError for a zone that is not in the region, a line to itself, and a line with charge + loss x price floor < 0, on which
    sending energy round in circles would pay.
    """
    return (*(line for _, line in _of_rows(config, region, rows(config, region), months)), *_own(config, region))


def over_hours(config: Config, region: Region, month: Sequence[int]) -> tuple[tuple[Line, ...], Reserved]:
    """The lines with the highest capacity of the run's months, and kWh by line and hour that are not free of it: empty where months agree.

    `month` is 1 to 12 by hour of the run.
    """
    of_month = {each: lines(config, region, (each,)) for each in dict.fromkeys(month)}
    at_most = tuple(max(each, key=lambda line: line.capacity) for each in zip(*of_month.values(), strict=True))
    reserved = tuple(tuple(line.capacity - of_month[each][at].capacity for each in month) for at, line in enumerate(at_most))
    return at_most, together(reserved)


def together(*parts: Reserved) -> Reserved:
    """The sums by line and hour of those parts that are not empty; empty where they come to nothing."""
    sums = tuple(tuple(map(sum, zip(*line, strict=True))) for line in zip(*filter(None, parts), strict=True))
    return sums if any(map(any, sums)) else ()


def free_share(config: Config, region: Region, month: int, line: str = "") -> float:
    """0 to 1, of a line's capacity in a month (1 to 12): of a line of the files by its name, or of all that have no row of their own."""
    if config.region.residual_share != "monthly":
        return config.region.residual_share
    return region.residual.get((line, month), region.residual.get(("", month), 1.0))


def _free(config: Config, region: Region, row: Row, direction: str, months: Iterable[int]) -> int:
    """kWh an hour that are free of a line in every one of the months: its share, less what is planned where the files say that instead."""
    capacity = row.capacity_mw if direction == "forward" else row.capacity_back_mw
    least = min(free_share(config, region, month, row.line) for month in months)
    planned = 0.0
    if config.region.residual_share == "monthly":
        planned = max((region.planned.get((row.line, direction, month), 0.0) for month in months), default=0.0)
    return max(0, kwh(capacity * least) - kwh(planned))


def routes(config: Config, region: Region) -> tuple[tuple[Line, tuple[int, ...]], ...]:
    """What zones agree over, each with the places in `lines` of what it runs over: a line between two zones by itself or, where `lines` are
    legs, the equivalents along their legs."""
    own, zones = lines(config, region), range(len(config.region.zones))
    if config.region.network == "equivalent":
        return tuple((line, (at,)) for at, line in enumerate(own) if line.source in zones and line.target in zones)
    legs = _of_rows(config, region, region.legs)
    found = [(line, _along(name, line, legs)) for name, line in _of_rows(config, region, region.lines)]
    found += [(line, (len(legs) + at,)) for at, line in enumerate(own[len(legs) :])]
    return tuple((line, along) for line, along in found if line.source in zones and line.target in zones)


def _along(name: str, line: Line, legs: Sequence[tuple[str, Line]]) -> tuple[int, ...]:
    """The places of the legs that a route consists of, by its name, from its source on."""
    names, at, found = set(name.split("+")), line.source, []
    while at != line.target:
        (leg,) = (place for place, (each, those) in enumerate(legs) if those.source == at and each in names)
        names.discard(legs[leg][0])
        found.append(leg)
        at = legs[leg][1].target
    return tuple(found)


def _of_rows(config: Config, region: Region, those: Iterable[Row], months: Iterable[int] = MONTHS) -> tuple[tuple[str, Line], ...]:
    """The lines of a file between nodes of the run, each with its name there."""
    nodes, of_run = config.region.zones + hubs(config, region), tuple(months)
    floor, found = fen(config.market.price_floor_per_mwh), list[tuple[str, Line]]()
    for row in those:
        ends = row.source_zone, row.target_zone
        if not {*ends} <= {*nodes}:
            continue
        loss, factor = row.loss * config.region.loss_factor, config.region.charge_factor
        charge, delivered = fen(row.charge_per_mwh * factor), fen(row.charge_per_mwh / (1 - row.loss) * factor)
        ways = (("forward", ends, row.capacity_mw), ("back", ends[::-1], row.capacity_back_mw))
        for direction, (one, other), capacity in ways:
            if capacity:
                free = _free(config, region, row, direction, of_run)
                line = Line(nodes.index(one), nodes.index(other), free, charge, ppm(loss), f"{one}-{other} {row.line}", delivered)
                found.append((row.line, allowed(line, f"region.charge_factor: the line {one}-{other}", floor)))
    return tuple(found)


def _own(config: Config, region: Region) -> tuple[Line, ...]:
    nodes, found = config.region.zones + hubs(config, region), []
    for at, own in enumerate(config.lines):
        for key, code in (("from", own.source), ("to", own.target)):
            if code not in nodes:
                raise InputError(f"lines[{at}].{key} is {code!r}; allowed: {', '.join(nodes)}")
        if own.source == own.target:
            raise InputError(f"lines[{at}].to is {own.target!r}, the same as from; a line joins two zones")
        name, tariff = f"{own.source}-{own.target}", fen(own.charge_per_mwh / (1 - own.loss))
        figures = (kwh(own.capacity_mw), fen(own.charge_per_mwh), ppm(own.loss))
        line = Line(nodes.index(own.source), nodes.index(own.target), *figures, name, tariff)
        found.append(allowed(line, f"lines[{at}]: the line {name}", fen(config.market.price_floor_per_mwh)))
    return tuple(found)


def allowed(line: Line, what: str, floor: int) -> Line:
    """The line itself; InputError where sending energy round in circles over it would pay at the price floor (fen/MWh)."""
    if line.charge * PPM + line.loss * floor < 0 or line.charge < 0:
        raise InputError(
            f"{what} has charge {per_mwh(line.charge)} CNY/MWh, loss {line.loss / PPM} and price floor {per_mwh(floor)} CNY/MWh; "
            f"charge and charge + loss x floor may not be negative, as losing energy would earn money; {_way_out(line)}"
        )
    return line


def _way_out(line: Line) -> str:
    """What a line that is not allowed should have instead."""
    if line.charge < 0:
        return "the charge should be 0 or more"
    return f"market.price_floor_per_mwh should be {per_mwh(-(line.charge * PPM // line.loss))} or more, or the loss 0"


def capacities(nodes: Sequence[str], lines: Iterable[Line]) -> dict[tuple[str, str], float]:
    """MWh an hour that may be sent, by sending and receiving node; parallel lines together."""
    found: dict[tuple[str, str], float] = {}
    for line in lines:
        ends = nodes[line.source], nodes[line.target]
        found[ends] = found.get(ends, 0.0) + mwh(line.capacity)
    return found
