"""A whole year of hourly orders, recorded, in a process of its own: how long it takes and how much memory."""

from __future__ import annotations

from benchmarks.memory import LIMIT, child, fast_chain
from benchmarks.sizes import Size
from benchmarks.table import Report, Row

QUESTION = "8,760 hours of the six provinces: minutes and peak memory"


def measure(size: Size) -> Report:
    """Once, whatever the repeats: it is long, and an average over many hours already."""
    chain = fast_chain()
    found = child(size, size.year_hours, chain)
    named = f"{chain}: {size.year_hours:,} h"
    note = f"{found['before']:.0f} before the first hour, {found['day']:.0f} after a day"
    rows = [
        Row(f"{named}, peak memory", (found["end"],), "MiB", "at most", LIMIT, note=note),
        Row(f"{named}, time", ((found["set_up_s"] + found["hours_s"]) / 60,), "min", note=f"set-up {found['set_up_s']:.0f} s of it"),
        Row(f"{named}, an hour", (found["hours_s"] / size.year_hours * 1e3,), "ms"),
    ]
    return Report(rows, {"chain": chain, **found})
