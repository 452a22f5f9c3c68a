"""A region at a glance: load, capacity and lines of every zone, and what to know before it is run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table

from shengdian.regions.region import Region

SUPPLIES = ("capacity", "profile", "budget", "storage")


@dataclass(frozen=True, slots=True)
class ZoneSummary:
    """What a zone needs and has."""

    zone: str
    name: str
    energy_twh: float
    """of a year; by time stamps, of the hours that there are"""
    peak_mw: float
    supply_mw: dict[str, float]
    """capacity by supply, storage by what it gives"""
    firm_mw: float
    """what capacity alone bounds, less mean forced outages, and reservoirs"""
    import_mw: float
    """what lines to the zone can bring, after losses"""


def summaries(region: Region) -> list[ZoneSummary]:
    """One a zone, in the order of zones.csv."""
    return [_summary(region, zone) for zone in region.zones]


def _summary(region: Region, zone: str) -> ZoneSummary:
    supply, firm = dict.fromkeys(SUPPLIES, 0.0), 0.0
    for row in region.plants:
        if row.zone == zone:
            technology = region.technologies[row.technology]
            supply[technology.supply] += row.capacity_mw
            if technology.supply in ("capacity", "budget"):
                outage = technology.forced_outage if row.forced_outage is None else row.forced_outage
                firm += row.capacity_mw * (1 - outage)
    supply["storage"] += sum(row.discharge_mw for row in region.stores if row.zone == zone)
    brought = 0.0
    for line in region.lines:
        arriving = {line.target_zone: line.capacity_mw, line.source_zone: line.capacity_back_mw}
        brought += arriving.get(zone, 0.0) * (1 - line.loss)
    energy, peak = _load(region, zone)
    return ZoneSummary(zone, region.nodes[zone].label, energy, peak, supply, firm, brought)


def _load(region: Region, zone: str) -> tuple[float, float]:
    """TWh and the highest hour in MW."""
    if region.load_hourly is not None:
        hours = region.load_hourly.columns[zone]
        return sum(hours) / 1e6, max(hours)
    energy = sum(region.mean_load(zone, month) * days for month, days in enumerate(region.days, start=1)) / 1e6
    return energy, max(max(hours) for (code, _, _), hours in region.load_days.items() if code == zone)


def notes(region: Region, zones: Iterable[ZoneSummary]) -> list[str]:
    """Sentences on adequacy, and on what the files do not say."""
    found = []
    for each in zones:
        if not sum(each.supply_mw[supply] for supply in ("capacity", "profile", "budget")):
            found.append(f"{each.zone} has no plants: all that it needs comes over lines or from outside")
        if each.firm_mw + each.import_mw < each.peak_mw:
            found.append(
                f"{each.zone}: the highest hour needs {each.peak_mw:,.0f} MW; firm capacity and lines have "
                f"{each.firm_mw + each.import_mw:,.0f} MW, so that load may go unserved where wind, sun and exchange do not help"
            )
        elif each.firm_mw < each.peak_mw:
            short = each.peak_mw - each.firm_mw
            found.append(f"{each.zone} cannot serve its highest hour alone: it is {short:,.0f} MW short of it without lines")
        if not each.import_mw and len(region.zones) > 1:
            found.append(f"{each.zone}: no line leads there")
    if region.stores:
        power = sum(row.discharge_mw for row in region.stores)
        found.append(f"what storage.csv has ({power:,.0f} MW) takes part in the market where a config has [strategies.storage]")
    if region.dated:
        found.append("hourly series are there, so that the hours of a run are those of its dates, from run.start on, whatever [time] says")
    if not region.sources:
        found.append("there is no SOURCES.csv: nobody can tell where the figures come from")
    return found


def sources(region: Region) -> list[str]:
    """Where figures come from, a line for all columns of a file that have the same source."""
    columns: dict[tuple[str, str, str], list[str]] = {}
    for row in region.sources:
        told = ", ".join(each for each in (row.tag, row.licence) if each.strip("-"))
        columns.setdefault((row.file, row.source, told), []).append(row.column)
    return [
        f"{file} {' '.join(those if len(those) < 4 else (those[0], '...', those[-1]))}: {source}" + (f" ({told})" if told else "")
        for (file, source, told), those in columns.items()
    ]


def table(region: Region, zones: Iterable[ZoneSummary]) -> Table:
    """A line a zone."""
    out = Table(
        title=f"{region.label.name or region.folder.name}: {len(region.zones)} zones, prices in {region.label.currency}",
        title_justify="left",
    )
    for name in ("zone", "name"):
        out.add_column(name)
    for name in ("TWh", "peak MW", *(f"{supply} MW" for supply in SUPPLIES), "firm MW", "import MW", "firm and import / peak"):
        out.add_column(name, justify="right")
    for each in zones:
        covered = f"{(each.firm_mw + each.import_mw) / each.peak_mw:.2f}" if each.peak_mw else "-"
        powers = (each.peak_mw, *each.supply_mw.values(), each.firm_mw, each.import_mw)
        out.add_row(each.zone, each.name, f"{each.energy_twh:,.2f}", *(f"{power:,.0f}" for power in powers), covered)
    return out
