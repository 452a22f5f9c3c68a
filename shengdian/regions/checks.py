"""What the files of a region must say of each other. Every fault is one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from shengdian.experiments.schema import SECTORS, Uncertainty
from shengdian.regions.faults import Faults, near
from shengdian.regions.parsing import NO_ID
from shengdian.regions.rows import Line, Row
from shengdian.regions.series import HOUR, TIME
from shengdian.regions.tables import RegionTables
from shengdian.sim.base.roles import NOBODYS
from shengdian.sim.market.participants import OPERATOR
from shengdian.sim.scenario import EXCHANGE, exchange_id, supplier_id

MONTHS = range(1, 13)
MOST_NODES = 255
"""zones and hubs: a node has one byte on the chain"""
TOLERANCE = 1e-6
ERRORS = tuple(key.removesuffix("_error") for key in Uncertainty.model_fields if key.endswith("_error") and key != "load_error")


def check(region: RegionTables, faults: Faults) -> None:
    """Notes what does not fit."""
    nodes(region, faults)
    technologies(region, faults)
    names(region, faults)
    for file in region.tables:
        references(region, file, faults)
    faults.stop()  # what follows looks things up
    plants(region, faults)
    load(region, faults)
    availability(region, faults)
    lines(region, faults)
    flows(region, faults)
    exchange(region, faults)
    users(region, faults)


def nodes(region: RegionTables, faults: Faults) -> None:
    """There are zones, not too many, in areas that region.toml names."""
    if not region.zones:
        faults.add("zones.csv: it has no zone; a region has one or more that are no hubs")
    if len(region.nodes) > MOST_NODES:
        faults.add(f"zones.csv: it has {len(region.nodes)} zones and hubs; at most {MOST_NODES} are possible")
    areas = region.label.areas
    for row in region.nodes.values():
        if areas and row.area and row.area not in areas:
            faults.add(f"zones.csv: line {row.at}, area is {row.area!r}, which [areas] of region.toml does not have{near(row.area, areas)}")
        if (row.x is None) != (row.y is None):
            faults.add(f"zones.csv: line {row.at}, {row.zone} has one of x and y; it should have both or none")


def technologies(region: RegionTables, faults: Faults) -> None:
    """A technology's error is a key of [uncertainty], and its name is not kept for something else."""
    for row in region.technologies.values():
        if row.technology == EXCHANGE:
            faults.add(f"technologies.csv: line {row.at}, technology is {EXCHANGE!r}, which is kept for what comes from outside a zone")
        if row.error and row.error not in ERRORS:
            faults.add(
                f"technologies.csv: line {row.at}, column error is {row.error!r}; allowed: {', '.join(ERRORS)}{near(row.error, ERRORS)}"
            )


def names(region: RegionTables, faults: Faults) -> None:
    """Ids have no sign that parts names, and no two of plants, stores, users and what the market itself has are the same."""
    taken = dict.fromkeys((*NOBODYS, OPERATOR), "the market itself")
    named = {row.zone for row in region.users}
    drawn = {f"{zone}_{sector}" for zone in region.zones if zone not in named for sector in SECTORS}
    for zone in region.zones:
        own = (supplier_id(zone), *(exchange_id(zone, *which) for which in ((), ("imported",), ("sent",), ("received",))))
        taken |= dict.fromkeys(own, "the market itself")
    for file, column in (
        ("zones.csv", "zone"),
        ("technologies.csv", "technology"),
        ("plants.csv", "plant"),
        ("storage.csv", "storage"),
        ("users.csv", "user"),
        ("lines.csv", "line"),
        ("legs.csv", "line"),
    ):
        for row in region.tables.get(file, ()):
            name: str = getattr(row, column)
            if (sign := NO_ID.search(name)) is not None:
                faults.add(f"{file}: line {row.at}, {column} is {name!r}; an id has no {sign.group()!r}")
            if column in ("plant", "storage", "user"):
                if name in taken:
                    faults.add(f"{file}: line {row.at}, {column} is {name!r}, an id that {taken[name]} has already")
                elif name.rpartition("_")[0] in drawn:
                    faults.add(f"{file}: line {row.at}, {column} is {name!r}, an id that users of the zone may have")
                taken.setdefault(name, file)
            if column == "zone" and name in (HOUR, TIME):
                faults.add(f"{file}: line {row.at}, zone is {name!r}, which is kept for the first column of hourly files")


def references(region: RegionTables, file: str, faults: Faults) -> None:
    """Zones, technologies and lines that a row names exist."""
    if file in ("zones.csv", "technologies.csv", "SOURCES.csv"):
        return
    for row in region.tables[file]:
        if isinstance(row, Line):
            _known(file, row, "from", row.source_zone, region.nodes, "zones.csv", faults)
            _known(file, row, "to", row.target_zone, region.nodes, "zones.csv", faults)
            continue
        said: dict[str, Any] = {name: getattr(row, name) for name in ("zone", "technology", "line") if name in type(row).model_fields}
        if "zone" in said:
            _known(file, row, "zone", said["zone"], region.nodes, "zones.csv", faults)
            if said["zone"] in region.hubs:
                what = next(iter(type(row).model_fields[name].alias or name for name in row.KEY))
                held = {"plants.csv": "plants", "storage.csv": "storage", "users.csv": "users"}.get(file, "rows here")
                faults.add(f"{file}: line {row.at}, {getattr(row, what)} stands in {said['zone']}, which is a hub; hubs have no {held}")
        if "technology" in said:
            _known(file, row, "technology", said["technology"], region.technologies, "technologies.csv", faults)
        if said.get("line"):
            known = [each.line for each in (*region.lines, *region.legs)]
            _known(file, row, "line", said["line"], known, "lines.csv", faults)


def _known(file: str, row: Row, column: str, value: str, allowed: Iterable[str], where: str, faults: Faults) -> None:
    words = list(allowed)
    if not value:
        faults.add(f"{file}: line {row.at}, column {column} is empty; it is needed")
    elif value not in words:
        faults.add(f"{file}: line {row.at}, {column} is {value!r}, which {where} does not have{near(value, words)}")


def plants(region: RegionTables, faults: Faults) -> None:
    """Storage is no plant, and a plant has what its energy and its cost come from."""
    if not region.plants:
        faults.add("plants.csv: it has no plant; a region has one or more")
    for row in region.plants:
        technology, where = region.technologies[row.technology], f"plants.csv: line {row.at}, {row.plant}"
        if technology.supply == "storage":
            faults.add(f"{where} is of technology {row.technology!r}, which stores; it belongs in storage.csv")
        elif not region.has_energy(row.plant, row.zone, row.technology):
            faults.add(f"{where} has supply {technology.supply!r}, but no availability file has {row.zone}, {row.technology}")
        if technology.fuel and row.cost_per_mwh is None and (row.zone, row.technology) not in region.fuel_costs:
            missing = f"fuel_costs.csv has no {row.zone}, {row.technology}"
            faults.add(f"{where} burns {technology.fuel}, but {missing} and cost_per_mwh is empty")
    for store in region.stores:
        if region.technologies[store.technology].supply != "storage":
            supply = region.technologies[store.technology].supply
            faults.add(
                f"storage.csv: line {store.at}, {store.storage} is of technology {store.technology!r}, whose supply is {supply!r}; "
                "it should be 'storage'"
            )
    for file, due in (("fuel_costs.csv", "fuel"), ("reservoirs.csv", "budget"), ("tariffs.csv", "market")):
        for other in region.of_technology(file):
            technology = region.technologies[other.technology]
            said = {"fuel": bool(technology.fuel), "budget": technology.supply == "budget", "market": technology.supply != "storage"}
            if not said[due]:
                why = {"fuel": "burns nothing", "budget": "has no budget of energy", "market": "stores and has no contracts"}[due]
                faults.add(f"{file}: line {other.at}, {technology.technology} {why}; technologies.csv or this row should be another")


def load(region: RegionTables, faults: Faults) -> None:
    """Every zone has load in every hour."""
    if region.load_hourly is not None:
        for zone in region.zones:
            if zone not in region.load_hourly.columns:
                faults.add(f"load_hourly.csv: column {zone} is missing; every zone needs one")
        return
    for zone in region.zones:
        for day in ("mean", "weekday"):
            missing = [month for month in MONTHS if (zone, month, day) not in region.load_days]
            if missing and (day == "mean" or len(missing) < len(MONTHS)):
                faults.add(f"load.csv: there is no {day} day of {zone} in month {missing[0]}; every zone needs all twelve")


def availability(region: RegionTables, faults: Faults) -> None:
    """Shares are of technologies that they bound, of all twelve months, and said once."""
    for file in ("availability.csv", "availability_monthly.csv"):
        known = {(row.zone, row.technology): row for row in reversed(region.of_technology(file))}
        months = region.availability_days if file == "availability.csv" else region.availability_months
        for (zone, name), row in known.items():
            if region.technologies[name].supply not in ("profile", "budget"):
                faults.add(
                    f"{file}: line {row.at}, {name} has supply {region.technologies[name].supply!r}, which availability does not bound"
                )
            missing = [month for month in MONTHS if (zone, name, month) not in months]
            if missing:
                faults.add(f"{file}: there is no {zone}, {name} in month {missing[0]}; all twelve are needed")
            if file == "availability_monthly.csv" and any((zone, name, month) in region.availability_days for month in MONTHS):
                faults.add(f"{file}: line {row.at}, {zone}, {name} is in availability.csv, too; it should be in one of them")


def lines(region: RegionTables, faults: Faults) -> None:
    """A line joins two nodes; one that consists of legs is named by them and leads along them."""
    for file, those in (("lines.csv", region.lines), ("legs.csv", region.legs)):
        for row in those:
            if row.source_zone == row.target_zone:
                faults.add(f"{file}: line {row.at}, {row.line} joins {row.source_zone} to itself")
            if not row.capacity_mw and not row.capacity_back_mw:
                faults.add(f"{file}: line {row.at}, {row.line} has no capacity in either direction")
    for row in region.lines if region.legs else ():
        if not _leads(row, region.legs):
            faults.add(
                f"lines.csv: line {row.at}, {row.line} should be the names of legs joined by + "
                f"that lead from {row.source_zone} to {row.target_zone} in legs.csv"
            )


def _leads(route: Line, legs: Sequence[Line]) -> bool:
    left, at = set(route.line.split("+")), route.source_zone
    if left - {leg.line for leg in legs}:
        return False
    while at != route.target_zone:
        ends = {(leg.line, one): other for leg in legs for one, other in _ways(leg)}
        name = next((name for name in sorted(left) if (name, at) in ends), None)
        if name is None:
            return False
        left.discard(name)
        at = ends[name, at]
    return not left


def _ways(leg: Line) -> list[tuple[str, str]]:
    ends = (leg.source_zone, leg.target_zone)
    return [ends] * bool(leg.capacity_mw) + [ends[::-1]] * bool(leg.capacity_back_mw)


def flows(region: RegionTables, faults: Faults) -> None:
    """What is planned on a line fits it."""
    by_line = {row.line: row for row in region.lines}
    for row in region.planned_flows:
        line = by_line.get(row.line)
        room = 0.0 if line is None else line.capacity_mw if row.direction == "forward" else line.capacity_back_mw
        if line is not None and row.mw and not line.there(row.month):
            faults.add(f"planned_flows.csv: line {row.at}, {row.line} is not there in month {row.month}, by lines.csv")
        if row.mw > room + TOLERANCE:
            faults.add(f"planned_flows.csv: line {row.at}, {row.mw:g} MW {row.direction} is more than the {room:g} MW of {row.line}")
    if region.planned_flows and region.residual:
        faults.add("planned_flows.csv or residual_monthly.csv: at most one of them should be there; both say what is free of a line")


def exchange(region: RegionTables, faults: Faults) -> None:
    """A zone with an exchange has one in every month."""
    for zone in dict.fromkeys(zone for zone, _ in region.exchange):
        missing = [month for month in MONTHS if (zone, month) not in region.exchange]
        if missing:
            faults.add(f"exchange.csv: there is no {zone} in month {missing[0]}; all twelve are needed")


def users(region: RegionTables, faults: Faults) -> None:
    """The users of a zone have all of its load."""
    for zone in dict.fromkeys(row.zone for row in region.users):
        total = sum(row.share for row in region.users if row.zone == zone)
        if abs(total - 1) > TOLERANCE:
            faults.add(f"users.csv: the shares of {zone} sum to {total:g}; they should sum to 1")
