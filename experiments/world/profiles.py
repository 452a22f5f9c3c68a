"""Load, and what wind, sun and water give, hour by hour: typical days, a region's hourly series, or a user's own year."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from os.path import isfile
from pathlib import Path

from shengdian.experiments.schema import Config
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.units import HOURS_A_DAY

HOURS_A_YEAR = 8760
LOAD, SHARE = "load_mw", "cf"
"""what the columns of a user's own year end with"""


@dataclass(frozen=True, slots=True)
class Profiles:
    """The hours of a run."""

    region: Region
    start: datetime
    """of hour 0, where the region's hours have dates"""
    month: tuple[int, ...]
    """1 to 12, by hour of the run"""
    load: Mapping[str, Sequence[float]]
    """MW by zone, one value an hour"""
    own: Mapping[tuple[str, str], Sequence[float]] = field(default_factory=dict)
    """output over capacity, 0 to 1, by zone and technology, one value an hour: those of a user's own year"""

    def shares(self, plant: str, zone: str, technology: str) -> Sequence[float]:
        """Output over capacity, 0 to 1, by hour of the run; of a plant with a series of its own, that."""
        if (zone, technology) in self.own:
            return self.own[zone, technology]
        column = self.region.series_of(plant, zone, technology)
        if column is not None:
            assert self.region.availability_hourly is not None
            return self.region.availability_hourly.of_run(column, self.start, len(self.month))
        days, months = self.region.availability_days, self.region.availability_months
        if (zone, technology, self.month[0]) in days:
            return [days[zone, technology, month][hour % HOURS_A_DAY] for hour, month in enumerate(self.month)]
        return [months[zone, technology, month] for month in self.month]

    def shares_within(self, plant: str, zone: str, technology: str, parts: int) -> Sequence[Sequence[float]] | None:
        """What `shares` is the mean of, by hour and part of it; None where it is constant within hours."""
        column = None if (zone, technology) in self.own else self.region.series_of(plant, zone, technology)
        if column is None:
            return None
        assert self.region.availability_hourly is not None
        return self.region.availability_hourly.within(column, self.start, len(self.month), parts)

    def load_within(self, zone: str, parts: int) -> Sequence[Sequence[float]] | None:
        """What `load` is the mean of, by hour and part of it; None where it is constant within hours."""
        if self.region.load_hourly is None or self.own:
            return None
        return self.region.load_hourly.within(zone, self.start, len(self.month), parts)


def by_hour_of_day(region: Region) -> tuple[str, ...]:
    """Technologies with a typical day of hours, which a user's own year has columns for."""
    return tuple(name for name in region.technologies if any(key[1] == name for key in region.availability_days))


def profiles(config: Config, region: Region) -> Profiles:
    """The profiles a config asks for. Raises InputError for a file that cannot be used, and a run that a region's series do not cover."""
    if config.profiles.path:
        return own_year(config, region)
    month, start = month_by_hour(config, region), datetime(config.run.start.year, config.run.start.month, config.run.start.day)
    load = {zone: _load(config, region, zone, month, start) for zone in config.region.zones}
    return Profiles(region, start, month, load)


def _load(config: Config, region: Region, zone: str, month: Sequence[int], start: datetime) -> Sequence[float]:
    """MW by hour of the run: hourly, or of typical days, where a zone that has no weekday has the mean day."""
    if region.load_hourly is not None:
        return region.load_hourly.of_run(zone, start, len(month))
    days = region.load_days
    kind = config.time.day if (zone, 1, config.time.day) in days else "mean"
    return [days[zone, each, kind][hour % HOURS_A_DAY] for hour, each in enumerate(month)]


def month_by_hour(config: Config, region: Region) -> tuple[int, ...]:
    """The month (1 to 12) in which every hour of the run falls."""
    hours = range(config.run.hours)
    if config.profiles.path:
        return tuple((datetime(2018, 1, 1) + timedelta(hours=hour)).month for hour in hours)
    months = months_of_days(config, region)
    return tuple(months[hour // HOURS_A_DAY] for hour in hours)


def months_of_days(config: Config, region: Region) -> list[int]:
    """The month (1 to 12) whose typical day each simulated day is; of a region with hourly series, the month of its date."""
    days, first = range(-(-config.run.hours // HOURS_A_DAY)), config.time.month
    if config.time.calendar == "year" or region.dated:
        return [(config.run.start + timedelta(days=day)).month for day in days]
    step = {"day": 0, "months": 1, "seasons": 3}[config.time.calendar]
    return [(first - 1 + step * day) % 12 + 1 for day in days]


def own_year(config: Config, region: Region) -> Profiles:
    """A CSV of 8,760 rows from 1 January 0:00 on.

    The header is `hour` and, for every zone, `<zone>_load_mw` and, for every technology with typical days, `<zone>_<technology>_cf`; `hour`
    counts from 0.
    """
    path = Path(config.profiles.path)
    if not isfile(path):  # False, too, for a name that the system does not take
        raise InputError(f"profiles.path: there is no file {path}")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a CSV file in UTF-8 ({error})") from error
    header = rows[0] if rows else []
    technologies = by_hour_of_day(region)
    kinds = (LOAD, *(f"{name}_{SHARE}" for name in technologies))
    needed = ["hour", *(f"{code}_{kind}" for code in config.region.zones for kind in kinds)]
    for column in needed:
        if column not in header:
            raise InputError(f"{path}: column {column} is missing; the header should be {','.join(needed)}")
    for column in header:
        if column not in ("hour", *(f"{code}_{kind}" for code in region.zones for kind in kinds)) or header.count(column) > 1:
            raise InputError(f"{path}: column {column!r} is unknown or there twice; the header should be {','.join(needed)}")
    if len(rows) - 1 != HOURS_A_YEAR:
        raise InputError(f"{path}: {len(rows) - 1} rows under the header; there should be {HOURS_A_YEAR}, one an hour of a year")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise InputError(f"{path}: line {number} (hour {number - 2}) has {len(row)} cells; the header has {len(header)}")
    columns = {
        column: [_number(path, column, number, row[at]) for number, row in enumerate(rows[1:], start=2)]
        for at, column in enumerate(header)
        if column in needed
    }
    for hour, value in enumerate(columns["hour"]):
        if value != hour:
            raise InputError(f"{path}: line {hour + 2}, column hour is {value:g}; it should be {hour}: hours count from 0 without gaps")
    hours = config.run.hours
    load = {zone: columns[f"{zone}_{LOAD}"][:hours] for zone in config.region.zones}
    own = {(zone, name): columns[f"{zone}_{name}_{SHARE}"][:hours] for zone in config.region.zones for name in technologies}
    return Profiles(region, datetime(2018, 1, 1), month_by_hour(config, region), load, own)


def _number(path: Path, column: str, line: int, cell: str) -> float:
    """The value of one cell, in the range of its column."""
    where = f"{path}: line {line} (hour {line - 2}), column {column} is {cell!r}"
    try:
        value = float(cell)
    except ValueError as error:
        raise InputError(f"{where}; it should be a number") from error
    most = 1_000_000.0 if column == "hour" or column.endswith(LOAD) else 1.0
    if not 0 <= value <= most:
        raise InputError(f"{where}; it should be from 0 to {most:g}")
    return value
