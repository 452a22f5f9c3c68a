"""Hourly series of a region: by hour of the year, or by time stamp; and which of its hours a run is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from shengdian.regions.faults import Faults, RegionFault, listed, near
from shengdian.regions.parsing import number
from shengdian.regions.text_table import TextTable
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.units import HOURS_A_DAY

YEARS = (8760, 8784)
"""rows of a series by hour of the year"""
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
        first = None
        if stamp == HOUR:
            _check_year(table.name, stamps)
        else:
            first = _of_stamps(table.name, stamps, clock)
        columns = {column: _values(table, place, most) for place, column in enumerate(table.header) if column != stamp}
    except RegionFault as fault:
        faults.add(str(fault))
        return None
    return Series(table.name, first, columns)


def _check_year(name: str, stamps: Sequence[tuple[int, str]]) -> None:
    for due, (line, cell) in enumerate(stamps):
        if cell != str(due):
            raise RegionFault([f"{name}: line {line}, column {HOUR} is {cell!r}; it should be {due}: hours count from 0 without gaps"])
    if len(stamps) not in YEARS:
        raise RegionFault([f"{name}: it has {len(stamps)} rows; by hour of the year there should be 8760 or 8784, or use column {TIME}"])


def _of_stamps(name: str, stamps: Sequence[tuple[int, str]], clock: timezone) -> datetime:
    """The first hour. Stamps with an offset are brought to the region's clock, others are on it."""
    found: list[datetime] = []
    for line, cell in stamps:
        try:
            at = datetime.fromisoformat(cell)
        except ValueError:
            raise RegionFault([f"{name}: line {line}, column {TIME} is {cell!r}; it should be a time as 2016-01-31 13:00"]) from None
        at = at.astimezone(clock).replace(tzinfo=None) if at.tzinfo else at
        due = found[-1] + timedelta(hours=1) if found else at.replace(minute=0, second=0, microsecond=0)
        if at != due:
            raise RegionFault(
                [f"{name}: line {line}, column {TIME} is {cell!r}; it should be {due:%Y-%m-%d %H:%M}: full hours follow without gaps"]
            )
        found.append(at)
    return found[0]


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
