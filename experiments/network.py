"""The lines between the provinces: the corridors of 2016, what planned energy leaves of them, and the config's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments import tables
from sim.errors import InputError
from sim.types import Line
from sim.units import PPM, cny_mwh, fen, kwh, ppm

if TYPE_CHECKING:
    from experiments.schema import Config


def lines(config: Config) -> tuple[Line, ...]:
    """All lines in the order of corridors.csv (a corridor that runs both ways gives two), then of the config.

    Raises InputError for a province that is not in the region, a line to itself, and a line with charge + loss x price floor < 0, on which
    sending energy round in circles would pay.
    """
    zones = config.region.provinces
    found: list[Line] = []
    for row in tables.table("corridors"):
        source, target = row["from"], row["to"]
        if source not in zones or target not in zones:
            continue
        loss = float(row["loss"]) * config.region.loss_factor
        charge = fen(float(row["charge_delivered_cny_mwh"]) * (1 - float(row["loss"])) * config.region.charge_factor)
        capacity = kwh(float(row["capacity_mw"]) * config.region.residual_share)
        for one, other in ((source, target), (target, source))[: 1 + int(row["both_ways"])]:
            line = Line(zones.index(one), zones.index(other), capacity, charge, ppm(loss), f"{one}-{other} {row['corridor']}")
            found.append(_allowed(line, f"region.charge_factor: the line {one}-{other}", config))
    for at, own in enumerate(config.lines):
        for key, code in (("from", own.source), ("to", own.target)):
            if code not in zones:
                raise InputError(f"lines[{at}].{key} is {code!r}; allowed: {', '.join(zones)}")
        if own.source == own.target:
            raise InputError(f"lines[{at}].to is {own.target!r}, the same as from; a line joins two provinces")
        name, capacity = f"{own.source}-{own.target}", kwh(own.capacity_mw)
        line = Line(zones.index(own.source), zones.index(own.target), capacity, fen(own.charge_cny_mwh), ppm(own.loss), name)
        found.append(_allowed(line, f"lines[{at}]: the line {name}", config))
    return tuple(found)


def _allowed(line: Line, what: str, config: Config) -> Line:
    floor = fen(config.market.price_floor_cny_mwh)
    if line.charge * PPM + line.loss * floor < 0 or line.charge < 0:
        raise InputError(
            f"{what} has charge {cny_mwh(line.charge)} CNY/MWh, loss {line.loss / PPM} and price floor {cny_mwh(floor)} CNY/MWh; "
            "charge and charge + loss x floor may not be negative"
        )
    return line
