"""Load, and what wind and sun give, hour by hour: typical days of one month or of all months, or a user's own year."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from os.path import isfile
from pathlib import Path

from shengdian.experiments.schema import Config
from shengdian.experiments.world import region_tables
from shengdian.experiments.world.technology import technologies
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.units import HOURS_A_DAY

HOURS_A_YEAR = 8760
LOAD = "load_mw"


@dataclass(frozen=True, slots=True)
class Profiles:
    """By province, one value an hour of the run."""

    month: tuple[int, ...]
    """1 to 12, by hour of the run"""
    load: Mapping[str, Sequence[float]]
    """MW"""
    shares: Mapping[str, Mapping[str, Sequence[float]]]
    """output over capacity, 0 to 1, by name of the profile (`Technology.hourly`)"""


def names() -> tuple[str, ...]:
    """Profiles of output over capacity that technologies have."""
    return tuple(dict.fromkeys(each.hourly for each in technologies().values() if each.hourly))


def profiles(config: Config) -> Profiles:
    """The profiles a config asks for. Raises InputError for a file that cannot be used."""
    return own_year(config) if config.profiles.path else typical_day(config)


def typical_day(config: Config) -> Profiles:
    """Hourly typical days of the config's months, in the region's tables: load in MW, output over capacity 0 to 1."""
    by_hour = month_by_hour(config)

    def of_days(name: str) -> dict[str, list[float]]:
        days = region_tables.typical(name)
        return {code: [days[code, month][hour % HOURS_A_DAY] for hour, month in enumerate(by_hour)] for code in config.region.provinces}

    return Profiles(by_hour, of_days(f"load_{config.time.day}_24x12"), {name: of_days(f"{name}_24x12") for name in names()})


def month_by_hour(config: Config) -> tuple[int, ...]:
    """The month (1 to 12) in which every hour of the run falls."""
    hours = range(config.run.hours)
    if config.profiles.path:
        return tuple((datetime(2018, 1, 1) + timedelta(hours=hour)).month for hour in hours)
    months = months_of_days(config)
    return tuple(months[hour // HOURS_A_DAY] for hour in hours)


def months_of_days(config: Config) -> list[int]:
    """The month (1 to 12) whose typical day each simulated day is."""
    days, first = range(-(-config.run.hours // HOURS_A_DAY)), config.time.month
    if config.time.calendar == "year":
        return [(config.run.start + timedelta(days=day)).month for day in days]
    step = {"day": 0, "months": 1, "seasons": 3}[config.time.calendar]
    return [(first - 1 + step * day) % 12 + 1 for day in days]


def own_year(config: Config) -> Profiles:
    """A CSV of 8,760 rows from 1 January 0:00 on.

    The header is `hour` and, for every province of the region, `<code>_load_mw` and `<code>_` with the name of every profile; `hour` counts
    from 0.
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
    kinds = (LOAD, *names())
    needed = ["hour", *(f"{code}_{kind}" for code in config.region.provinces for kind in kinds)]
    for column in needed:
        if column not in header:
            raise InputError(f"{path}: column {column} is missing; the header should be {','.join(needed)}")
    for column in header:
        if column not in ("hour", *(f"{code}_{kind}" for code in region_tables.PROVINCES for kind in kinds)) or header.count(column) > 1:
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
    load, *shares = ({code: columns[f"{code}_{kind}"][:hours] for code in config.region.provinces} for kind in kinds)
    return Profiles(month_by_hour(config), load, dict(zip(names(), shares, strict=True)))


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
