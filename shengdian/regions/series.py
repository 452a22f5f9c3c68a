"""Hourly series of a region: by hour of the year, or by time stamp; and which of its hours a run is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from shengdian.regions.faults import Faults, RegionFault, listed, near
from shengdian.regions.parsing import number
from shengdian.regions.text_table import TextTable
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.units import HOURS_A_DAY

YEARS = (8760, 8784)
"""rows of a series by hour of the year"""
STEPS = {timedelta(hours=1): 1, timedelta(minutes=30): 2, timedelta(minutes=15): 4}
"""time stamps of an hour, by what lies between two"""
HOUR, TIME = "hour", "time"
"""the first column: an hour of the year, or a time stamp"""


@dataclass(frozen=True, slots=True)
class Series:
    """One value an hour for every column."""

    name: str
    """of the file"""
    first: datetime | None
    """the first hour, on the region's clock; None where rows are hours of any year"""
    columns: Mapping[str, tuple[float, ...]]
    """by hour"""
    finer: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """the same by step of the time stamps, where that is 30 or 15 minutes; empty where it is an hour"""

    @property
    def rows(self) -> int:
        """How many hours there are."""
        return len(next(iter(self.columns.values())))

    def of_run(self, column: str, start: date, hours: int) -> tuple[float, ...]:
        """The values of a run's hours, from 0:00 of `start` on. Raises InputError for a run that time stamps do not cover.

        By hour of the year, the year goes round, and with 8,760 rows the 29th of February is the 28th.
        """
        places = self.places(start, hours)
        values = self.columns[column]
        return tuple(values[place] for place in places)

    def within(self, column: str, start: date, hours: int, parts: int) -> tuple[tuple[float, ...], ...] | None:
        """What the value of each of a run's hours is the mean of, in `parts` parts of it: as the time stamps have it, or on average over
        each part. None where the stamps are full hours. Raises InputError as `of_run`."""
        if not self.finer:
            return None
        values = self.finer[column]
        steps = len(values) // self.rows
        found = []
        for place in self.places(start, hours):
            hour = values[place * steps : (place + 1) * steps]
            each = [hour[part * steps // parts : max((part + 1) * steps // parts, part * steps // parts + 1)] for part in range(parts)]
            found.append(tuple(sum(part) / len(part) for part in each))
        return tuple(found)

    def mean(self, column: str, month: int) -> float:
        """Of the hours of a month (1 to 12), of all hours where it has none of that month."""
        begin = self.first or datetime(2016 if self.rows == max(YEARS) else 2015, 1, 1)
        values = self.columns[column]
        found = [value for hour, value in enumerate(values) if (begin + timedelta(hours=hour)).month == month] or values
        return sum(found) / len(found)

    def places(self, start: date, hours: int) -> Sequence[int]:
        """The rows of a run's hours."""
        begin = datetime(start.year, start.month, start.day)
        if self.first is None:
            return [_hour_of_year(begin + timedelta(hours=hour), self.rows) for hour in range(hours)]
        skipped = int((begin - self.first) / timedelta(hours=1))
        if begin < self.first or skipped + hours > self.rows:
            last = self.first + timedelta(hours=self.rows)
            raise InputError(
                f"{self.name}: it has the hours from {self.first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}; the run is from "
                f"{begin:%Y-%m-%d %H:%M} to {begin + timedelta(hours=hours):%Y-%m-%d %H:%M} (run.start and run.hours)"
            )
        return range(skipped, skipped + hours)


def _hour_of_year(at: datetime, rows: int) -> int:
    leap = rows == max(YEARS)
    day = 28 if (at.month, at.day) == (2, 29) and not leap else at.day
    of_year = (datetime(2016 if leap else 2015, at.month, day) - datetime(2016 if leap else 2015, 1, 1)).days
    return HOURS_A_DAY * of_year + at.hour


def read(table: TextTable, allowed: Sequence[str], most: float, clock: timezone, faults: Faults) -> Series | None:
    """The series of a file whose columns after the first are among `allowed`, with values from 0 to `most`; None where it has faults."""
    stamp = table.header[0] if table.header[0] in (HOUR, TIME) else next((name for name in (HOUR, TIME) if name in table.header), None)
    if stamp is None:
        faults.add(f"{table.name}: column {HOUR} is missing; it counts the hours of a year from 0, or {TIME} has time stamps instead")
        return None
    unknown = [column for column in table.header if column != stamp and column not in allowed]
    for column in unknown:
        faults.add(f"{table.name}: column {column!r} is unknown{near(column, allowed)}{listed(allowed)}")
    if unknown or not table.rows or len(table.header) == 1:
        if not unknown:
            faults.add(f"{table.name}: it has no {'rows' if not table.rows else 'series beside ' + stamp}")
        return None
    at = table.header.index(stamp)
    stamps = [(line, cells[at]) for line, cells in table.rows]
    try:
        first, steps = None, 1
        if stamp == HOUR:
            _check_year(table.name, stamps)
        else:
            first, steps = _of_stamps(table.name, stamps, clock)
        columns = {column: _values(table, place, most) for place, column in enumerate(table.header) if column != stamp}
    except RegionFault as fault:
        faults.add(str(fault))
        return None
    if steps == 1:
        return Series(table.name, first, columns)
    return Series(table.name, first, {column: _by_hour(values, steps) for column, values in columns.items()}, columns)


def _by_hour(values: Sequence[float], steps: int) -> tuple[float, ...]:
    """The mean of every hour."""
    return tuple(sum(values[at : at + steps]) / steps for at in range(0, len(values), steps))


def _check_year(name: str, stamps: Sequence[tuple[int, str]]) -> None:
    for due, (line, cell) in enumerate(stamps):
        if cell != str(due):
            raise RegionFault([f"{name}: line {line}, column {HOUR} is {cell!r}; it should be {due}: hours count from 0 without gaps"])
    if len(stamps) not in YEARS:
        raise RegionFault([f"{name}: it has {len(stamps)} rows; by hour of the year there should be 8760 or 8784, or use column {TIME}"])


def _of_stamps(name: str, stamps: Sequence[tuple[int, str]], clock: timezone) -> tuple[datetime, int]:
    """The first hour, and how many stamps an hour has: 1, 2 or 4, as the second one says. Stamps with an offset are brought to the region's
    clock, others are on it."""
    found: list[datetime] = []
    step = timedelta(hours=1)
    for line, cell in stamps:
        try:
            at = datetime.fromisoformat(cell)
        except ValueError:
            raise RegionFault([f"{name}: line {line}, column {TIME} is {cell!r}; it should be a time as 2016-01-31 13:00"]) from None
        at = at.astimezone(clock).replace(tzinfo=None) if at.tzinfo else at
        if len(found) == 1 and (at - found[0]) in STEPS:
            step = at - found[0]
        due = found[-1] + step if found else at.replace(minute=0, second=0, microsecond=0)
        if at != due:
            what = "full hours" if step == timedelta(hours=1) else f"times every {step.seconds // 60} minutes"
            raise RegionFault(
                [f"{name}: line {line}, column {TIME} is {cell!r}; it should be {due:%Y-%m-%d %H:%M}: {what} follow without gaps"]
            )
        found.append(at)
    steps = STEPS[step]
    if len(found) % steps:
        raise RegionFault([f"{name}: it has {len(found)} rows; there should be whole hours of {steps} rows each"])
    return found[0], steps


def _values(table: TextTable, place: int, most: float) -> tuple[float, ...]:
    found = []
    for line, cells in table.rows:
        value = number(cells[place], table)
        where = f"{table.name}: line {line}, column {table.header[place]} is {cells[place]!r}"
        if value is None:
            raise RegionFault([f"{where}; it should be a number"])
        if not 0 <= value <= most:  # nan, too
            raise RegionFault([f"{where}; it should be from 0 to {most:g}"])
        found.append(value)
    return tuple(found)


def seconds(start: date, clock: timezone) -> int:
    """Since 1970, of 0:00 of a date on a clock."""
    return int(datetime(start.year, start.month, start.day, tzinfo=clock).astimezone(UTC).timestamp())
