"""The tables of a region by what they are asked for, and what follows from them alone."""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast

from shengdian.regions.label import Label
from shengdian.regions.rows import (
    TABLES,
    AvailabilityDay,
    Exchange,
    FuelCost,
    Line,
    LoadDay,
    MonthlyShare,
    OfTechnology,
    PlannedFlow,
    Plant,
    Reservoir,
    Residual,
    Row,
    Source,
    Storage,
    Tariff,
    Technology,
    User,
    Zone,
)
from shengdian.regions.series import Series
from shengdian.regions.text_table import read
from shengdian.sim.base.units import HOURS_A_DAY

Kind = TypeVar("Kind", bound=Row)
ORDINARY = 2015
"""a year of 365 days, for a region without a year"""


@dataclass(frozen=True)
class RegionTables:
    """The rows of a region's files, and what follows from them alone."""

    folder: Path
    label: Label
    files: Mapping[str, str]
    """SHA-256 of region.toml and of every CSV file of the folder besides SOURCES.csv, by name"""
    tables: Mapping[str, tuple[Row, ...]] = field(repr=False)
    """rows by file; empty for a file that is not there"""
    others: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """CSV files that the format does not know; they are read by `other` alone"""
    load_hourly: Series | None = field(default=None, repr=False)
    """MW, a column a zone"""
    availability_hourly: Series | None = field(default=None, repr=False)
    """output over capacity, a column a plant or `zone:technology`"""

    @property
    def sha256(self) -> str:
        """Of the names and digests of `files`: 64 hexadecimal digits."""
        return hashlib.sha256("".join(f"{name} {found}\n" for name, found in sorted(self.files.items())).encode()).hexdigest()

    def _rows(self, name: str, kind: type[Kind]) -> tuple[Kind, ...]:
        assert issubclass(TABLES[name], kind)
        return cast(tuple[Kind, ...], self.tables.get(name, ()))

    def other(self, name: str) -> list[dict[str, str]]:
        """The rows of a CSV file that the format does not know; none where it is not there."""
        if name not in self.others:
            return []
        table = read(name, self.others[name])
        return [dict(zip(table.header, cells, strict=True)) for _, cells in table.rows]

    def of_technology(self, name: str) -> tuple[OfTechnology, ...]:
        """The rows of a file that say something of a technology in a zone."""
        return self._rows(name, OfTechnology)

    # --- files --------------------------------------------------------------------------------------------------------------------

    @cached_property
    def nodes(self) -> Mapping[str, Zone]:
        """Zones and hubs by id."""
        return {row.zone: row for row in self._rows("zones.csv", Zone)}

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """Ids of the zones, without hubs."""
        return tuple(zone for zone, row in self.nodes.items() if not row.hub)

    @cached_property
    def hubs(self) -> tuple[str, ...]:
        """Ids of the nodes that energy passes through, where nobody trades."""
        return tuple(zone for zone, row in self.nodes.items() if row.hub)

    @cached_property
    def technologies(self) -> Mapping[str, Technology]:
        """By id, in the order of figures."""
        return {row.technology: row for row in self._rows("technologies.csv", Technology)}

    @cached_property
    def in_market(self) -> tuple[str, ...]:
        """Ids of the technologies whose plants take part; storage does not."""
        return tuple(name for name, each in self.technologies.items() if each.supply != "storage")

    @cached_property
    def fuels(self) -> tuple[str, ...]:
        """Of the technologies, each once."""
        return tuple(dict.fromkeys(each.fuel for each in self.technologies.values() if each.fuel))

    @cached_property
    def plants(self) -> tuple[Plant, ...]:
        """All plants, in the order of the file."""
        return self._rows("plants.csv", Plant)

    @cached_property
    def stores(self) -> tuple[Storage, ...]:
        """All stores."""
        return self._rows("storage.csv", Storage)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines between zones."""
        return self._rows("lines.csv", Line)

    @cached_property
    def legs(self) -> tuple[Line, ...]:
        """What `lines` consist of, where they are routes over hubs."""
        return self._rows("legs.csv", Line)

    @cached_property
    def planned_flows(self) -> tuple[PlannedFlow, ...]:
        """Planned energy on lines."""
        return self._rows("planned_flows.csv", PlannedFlow)

    @cached_property
    def planned(self) -> Mapping[tuple[str, str, int], float]:
        """MW that are planned, by line, direction and month (1 to 12)."""
        return {(row.line, row.direction, row.month): row.mw for row in self.planned_flows}

    @cached_property
    def users(self) -> tuple[User, ...]:
        """The users of zones that name theirs."""
        return self._rows("users.csv", User)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Where figures come from."""
        return self._rows("SOURCES.csv", Source)

    @cached_property
    def load_days(self) -> Mapping[tuple[str, int, str], tuple[float, ...]]:
        """MW of 24 hours by zone, month (1 to 12) and day (mean, weekday)."""
        return {(row.zone, row.month, row.day): row.hours for row in self._rows("load.csv", LoadDay)}

    @cached_property
    def availability_days(self) -> Mapping[tuple[str, str, int], tuple[float, ...]]:
        """Output over capacity of 24 hours by zone, technology and month (1 to 12)."""
        return {(row.zone, row.technology, row.month): row.hours for row in self._rows("availability.csv", AvailabilityDay)}

    @cached_property
    def availability_months(self) -> Mapping[tuple[str, str, int], float]:
        """Mean output over capacity by zone, technology and month (1 to 12)."""
        return {(row.zone, row.technology, row.month): row.share for row in self._rows("availability_monthly.csv", MonthlyShare)}

    @cached_property
    def minimum_months(self) -> Mapping[tuple[str, str, int], float]:
        """Least output over the capacity that runs, by zone, technology and month (1 to 12), where it is another than the technology's."""
        return {(row.zone, row.technology, row.month): row.share for row in self._rows("minimum_monthly.csv", MonthlyShare)}

    @cached_property
    def fuel_costs(self) -> Mapping[tuple[str, str], float]:
        """Money per MWh, by zone and technology."""
        return {(row.zone, row.technology): row.cost_per_mwh for row in self._rows("fuel_costs.csv", FuelCost)}

    @cached_property
    def tariffs(self) -> Mapping[tuple[str, str], float]:
        """Money per MWh under contract, by zone and technology."""
        return {(row.zone, row.technology): row.price_per_mwh for row in self._rows("tariffs.csv", Tariff)}

    @cached_property
    def residual(self) -> Mapping[tuple[str, int], float]:
        """The share of a line's capacity that planned energy leaves, by line ("" for every other) and month (1 to 12)."""
        return {(row.line, row.month): row.share for row in self._rows("residual_monthly.csv", Residual)}

    @cached_property
    def exchange(self) -> Mapping[tuple[str, int], Exchange]:
        """With outside the region, by zone and month (1 to 12)."""
        return {(row.zone, row.month): row for row in self._rows("exchange.csv", Exchange)}

    @cached_property
    def reservoirs(self) -> Mapping[tuple[str, str], float]:
        """Hours of full output that reservoirs hold, by zone and technology."""
        return {(row.zone, row.technology): row.hours_of_output for row in self._rows("reservoirs.csv", Reservoir)}

    # --- what follows -------------------------------------------------------------------------------------------------------------

    @property
    def dated(self) -> bool:
        """Whether it has hourly series, so that a run's hours are those of its dates."""
        return self.load_hourly is not None or self.availability_hourly is not None

    @property
    def days(self) -> tuple[int, ...]:
        """Days of every month of the region's year."""
        return tuple(monthrange(self.label.year or ORDINARY, month)[1] for month in range(1, 13))

    def series_of(self, plant: str, zone: str, technology: str) -> str | None:
        """The column of `availability_hourly` for a plant: its own, else its zone's and technology's; None where there is none."""
        columns = self.availability_hourly.columns if self.availability_hourly else {}
        return next((column for column in (plant, f"{zone}:{technology}") if column in columns), None)

    def has_energy(self, plant: str, zone: str, technology: str) -> bool:
        """Whether the files say what a plant has: capacity alone bounds it, or there is availability of it."""
        if self.technologies[technology].supply in ("capacity", "storage"):
            return True
        days, months = (zone, technology, 1) in self.availability_days, (zone, technology, 1) in self.availability_months
        return days or months or self.series_of(plant, zone, technology) is not None

    def benchmark(self, zone: str) -> float:
        """Money per MWh that contract energy earns where nothing else is said: the zone's, else the mean cost of its plants that are
        bound by capacity alone, by capacity, else that of the region's."""
        given = self.nodes[zone].benchmark_per_mwh
        if given is not None:
            return given
        firm = [row for row in self.plants if self.technologies[row.technology].supply == "capacity"]
        those = [row for row in firm if row.zone == zone] or firm
        total = sum(row.capacity_mw for row in those)
        return sum(self.cost(row) * row.capacity_mw for row in those) / total if total else 0.0

    def cost(self, plant: Plant) -> float:
        """Money per MWh of a plant, fuel and variable cost together."""
        if plant.cost_per_mwh is not None:
            return plant.cost_per_mwh
        return self.fuel_costs.get((plant.zone, plant.technology), 0.0) + self.technologies[plant.technology].variable_cost_per_mwh

    def plant(self, name: str) -> Plant | None:
        """The row of a plant; None where it is of a config."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, Plant]:
        return {row.plant: row for row in self.plants}

    def mean_load(self, zone: str, month: int) -> float:
        """MWh of the mean day of a month (1 to 12)."""
        if self.load_hourly is None:
            return sum(self.load_days[zone, month, "mean"])
        return HOURS_A_DAY * self.load_hourly.mean(zone, month)

    def mean_share(self, plant: str, zone: str, technology: str, month: int) -> float:
        """Mean output over capacity of a plant in a month (1 to 12)."""
        column = self.series_of(plant, zone, technology)
        if column is not None and self.availability_hourly is not None:
            return self.availability_hourly.mean(column, month)
        if (zone, technology, month) in self.availability_days:
            return sum(self.availability_days[zone, technology, month]) / HOURS_A_DAY
        return self.availability_months[zone, technology, month]

    def tariff(self, zone: str, technology: str) -> float:
        """Money per MWh that contract energy of a technology earns."""
        found = self.tariffs.get((zone, technology))
        return self.benchmark(zone) if found is None else found
