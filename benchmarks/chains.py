"""Orders a second from end to end on every chain, and the share that is the chain's own."""

from __future__ import annotations

from collections import defaultdict

from benchmarks.sizes import Size
from benchmarks.table import Report, Row, ratios
from benchmarks.workload import Day, replay, simulate
from shengdian.sim.base.errors import MissingExtra

QUESTION = "orders a second from end to end on every chain; revm against eth-tester on the same hours"
SLOW = ("eth-tester", "pyevm")


def measure(size: Size) -> Report:
    seconds: dict[str, list[float]] = defaultdict(list)
    alone: dict[str, list[float]] = defaultdict(list)
    rates: dict[str, list[float]] = defaultdict(list)
    days: dict[str, Day] = {}
    missing: dict[str, str] = {}
    fast = ("revm", "mirror")
    for _ in range(size.repeats):
        for chain in (*SLOW, *fast):
            try:
                day = simulate(size, chain, size.hours)
            except MissingExtra as error:
                missing[chain] = str(error)
                continue
            days[chain] = day
            seconds[chain].append(day.seconds)
            rates[chain].append(day.orders / day.seconds)
            if chain != "eth-tester":
                alone[chain].append(replay(day))
    digests = {day.digest for day in days.values()}
    assert len(digests) == 1, "the chains do not agree"

    rows = [
        Row(f"{chain}: orders a second, end to end", tuple(rates[chain]), "1/s", note=missing.get(chain, "")) for chain in (*SLOW, *fast)
    ]
    rows += [Row(f"{chain}: end to end / chain adapter alone", ratios(seconds[chain], alone[chain])) for chain in alone]
    if "revm" in days:
        note = f"the same {size.hours} h, {days['revm'].orders} orders, equal digests"
        rows.append(Row("eth-tester / revm, end to end", ratios(seconds["eth-tester"], seconds["revm"]), "x", "at least", 100, note=note))
    parts = {chain: {**day.model.seconds, **day.model.market.seconds} for chain, day in days.items()}
    return Report(rows, {"hours": size.hours, "seconds": seconds, "adapter_alone": alone, "seconds_by_part_of_last_repeat": parts})
