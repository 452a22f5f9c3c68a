"""The 31 provinces of `china-2016` beside the six on revm: time an order under three designs, and memory over the hours."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from benchmarks.memory import child, fast_chain
from benchmarks.sizes import Size
from benchmarks.table import Report, Row, ratios
from benchmarks.workload import simulate

QUESTION = "31 provinces on revm: time an order against the six provinces', design by design; peak memory of one day and of four"
DESIGNS = ("provincial", "two_stage", "coupled")
REGION = ("region.path", "china-2016")
DAYS = 4


def measure(size: Size) -> Report:
    """Both regions' July day, one after the other, as often as there are repeats; set-up is not counted."""
    chain, large = fast_chain(), replace(size, changes=(*size.changes, REGION))
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    notes: dict[str, str] = {}
    for _ in range(size.repeats):
        for design in DESIGNS:
            for name, asked in (("six", size), ("31", large)):
                day = simulate(asked, chain, size.hours, design, keep=False)
                seconds[name, design].append(day.seconds / day.orders)
                notes[name] = f"{day.traders} traders"
    rows = [
        Row(
            f"{chain}, {design}: time an order, 31 provinces / six",
            ratios(seconds["31", design], seconds["six", design]),
            "x",
            "at most",
            5,
            note=f"{size.hours} h; {notes['31']} and {notes['six']}",
        )
        for design in DESIGNS
    ]
    rows += [
        Row(f"{chain}, {design}: an order, {name} provinces", tuple(each * 1e6 for each in seconds[name, design]), "us")
        for design in DESIGNS
        for name in ("six", "31")
    ]
    short, long = (child(large, hours, chain) for hours in (size.hours, DAYS * size.hours))
    note = f"{short['end']:.0f} and {long['end']:.0f} MiB; the limit is this benchmark's own"
    rows.append(
        Row(
            f"{chain}, 31 provinces: peak memory, {DAYS * size.hours} h / {size.hours} h",
            (long["end"] / short["end"],),
            "x",
            "at most",
            1.25,
            note=note,
        )
    )
    raw = {f"{name}/{design}": each for (name, design), each in seconds.items()}
    return Report(rows, {"chain": chain, "seconds_an_order": raw, "memory": {"short": short, "long": long}})
