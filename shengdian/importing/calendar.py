"""From the times of another tool to the hours of a year."""

from __future__ import annotations

from calendar import isleap

import numpy as np
import pandas as pd

from shengdian.sim.base.errors import InputError

YEAR = 8760
LEAP_YEAR = 8784


def hourly(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A row an hour: shorter periods are averaged, longer ones hold over their hours.

    Times with an offset become UTC. Where the index has no times, its rows are hours from 1 January 0:00 on. Raises InputError, which names
    the file, for times that do not rise.
    """
    if not len(table):
        raise InputError(f"{name}: there are no rows under the header")
    labels = table.index.astype(str)
    if labels.str.fullmatch(r"\d+|now").all():
        return table.set_axis(pd.date_range("2001-01-01", periods=len(table), freq="h"))
    try:
        times = pd.DatetimeIndex(pd.to_datetime(labels, utc=True, format="ISO8601")).tz_localize(None)
    except ValueError as cause:
        raise InputError(f"{name}: its first column has no times such as 2016-01-01 00:00:00") from cause
    if not (times.is_monotonic_increasing and times.is_unique):
        raise InputError(f"{name}: its times do not rise from row to row")
    step = times[1:] - times[:-1]
    last = times[-1] + (step[-1] if len(step) else pd.Timedelta("1h"))
    found = table.set_axis(times).resample("h").mean()
    return found.reindex(pd.date_range(found.index[0], last, freq="h", inclusive="left")).ffill()


def hours_of(table: pd.DataFrame) -> int:
    """Of the year that an hourly table stands for: 8,784 where it covers a leap year, else 8,760."""
    return LEAP_YEAR if len(table) >= LEAP_YEAR and isleap(table.index[0].year) else YEAR


def over_year(table: pd.DataFrame, hours: int) -> pd.DataFrame:
    """An hourly table with a row for each of the `hours` of a year: what is longer is cut, what is shorter repeated."""
    first = table.index[0]
    start = int((first - pd.Timestamp(first.year, 1, 1)) / pd.Timedelta("1h"))
    places = (np.arange(hours) - start) % hours % min(len(table), hours)
    return table.iloc[places].reset_index(drop=True).rename_axis("hour").reset_index()


def notes(table: pd.DataFrame, hours: int, name: str) -> list[str]:
    """What `over_year` does to an hourly table of a file, where it does something."""
    if len(table) > hours:
        return [f"{name}: only the first {hours:,} of its {len(table):,} hours are taken over"]
    if len(table) in (0, 1, hours):
        return []
    torn = "" if len(table) % 24 == 0 else ", which is no whole number of days: its hours of the day shift from one time to the next"
    return [f"{name}: its {len(table):,} hours are repeated over the year{torn}"]
