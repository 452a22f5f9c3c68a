"""How time and gas grow with the number of orders and of zones, on synthetic books through the whole market adapter."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from math import log
from statistics import median

import numpy as np

from benchmarks.sizes import Size
from benchmarks.synthetic import Market, lines
from benchmarks.table import Report, Row, ratios
from shengdian.sim.adapters import open_chain
from shengdian.sim.base.errors import MissingExtra

QUESTION = "time and gas over 100, 1,000, 10,000 orders an hour; 31 zones and 60 lines against 6 and 18"
FEW, MANY = (6, 18), (31, 60)
"""zones and lines"""
SEGMENTS = (1, 2, 3)


def exponent(sizes: tuple[int, ...], values: list[float]) -> float:
    """The slope of log(value) over log(size), by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def measure(size: Size) -> Report:
    """Hour 0 writes fresh slots and warms up; it is not counted. Gas is as on py-evm."""
    try:
        open_chain("revm")
    except MissingExtra as error:
        return Report([Row("time over orders an hour, exponent", (), note=str(error))])
    small, middle = size.books[0], size.books[-2]
    shapes = [(orders, *FEW) for orders in size.books] + [(orders, *MANY) for orders in sorted({small, middle})]
    markets = {(orders, zones, count): Market("revm", orders, zones, lines(zones, count), SEGMENTS) for orders, zones, count in shapes}
    for market in markets.values():
        market.hour(0)
    seconds: dict[tuple[int, int, int], list[float]] = defaultdict(list)
    gas: dict[tuple[int, int, int], list[float]] = defaultdict(list)
    clear: dict[tuple[int, int, int], list[float]] = defaultdict(list)
    hour = 0
    for _ in range(size.repeats):
        hours = []
        for shape, market in markets.items():
            # small books again and again, so that a repeat of each takes about as long
            times = max(1, min(8, middle // shape[0]))
            hours = [market.hour(hour + 1 + time) for time in range(times)]
            seconds[shape].append(median(each.seconds for each in hours))
            gas[shape].append(median(sum(each.gas.values()) for each in hours))
            clear[shape].append(median(each.gas["clear"] for each in hours))
        hour += 8

    line = [(orders, *FEW) for orders in size.books]
    over = f"{small:,} to {size.books[-1]:,} orders an hour, 6 zones, 18 lines, 1 to 3 segments"

    def exponents(values: dict[tuple[int, int, int], list[float]]) -> tuple[float, ...]:
        return tuple(exponent(size.books, [values[shape][repeat] for shape in line]) for repeat in range(size.repeats))

    def steepest(values: dict[tuple[int, int, int], list[float]]) -> str:
        steps = [log(median(values[to]) / median(values[of])) / log(to[0] / of[0]) for of, to in pairwise(line)]
        return "steps " + ", ".join(f"{step:.2f}" for step in steps)

    rows = [
        Row("time of an hour, exponent over orders", exponents(seconds), "n^", "at most", 1.1, note=f"{over}; {steepest(seconds)}"),
        Row("gas of an hour, exponent over orders", exponents(gas), "n^", "at most", 1.1, note=steepest(gas)),
        Row("gas of clear, exponent over orders", exponents(clear), "n^", note=steepest(clear)),
    ]
    for orders in sorted({small, middle}):
        few, many, note = (orders, *FEW), (orders, *MANY), f"{orders:,} orders in both, 60 and 18 lines"
        rows.append(Row("gas of clear an order, 31 zones / 6 zones", ratios(clear[many], clear[few]), "x", "at most", 3, note=note))
        rows.append(Row("time of an hour, 31 zones / 6 zones", ratios(seconds[many], seconds[few]), note=note))
    for shape in shapes:
        named = f"{shape[0]:,} orders, {shape[1]} zones, {shape[2]} lines"
        rows.append(Row(f"{named}: time an order", tuple(value / shape[0] * 1e6 for value in seconds[shape]), "us"))
        rows.append(Row(f"{named}: gas of clear an order", tuple(value / shape[0] for value in clear[shape]), "gas"))
    keep = {"seconds": seconds, "gas": gas, "gas_of_clear": clear}
    return Report(rows, {what: {"/".join(map(str, shape)): got for shape, got in values.items()} for what, values in keep.items()})
