"""Random meshed networks with books: twin branches, one-sided limits, ties, empty nodes, several scales; no limit below 100 kWh."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from shengdian.sim.base.types import Network, Rules
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.ptdf import Branch, factors_of


class Meshed(NamedTuple):
    """A book and its rules, with the branches that the factors come from."""

    book: Book
    rules: Rules
    branches: tuple[Branch, ...]


def meshed(branches: list[Branch], up: list[int], down: list[int | None], zones: int) -> Network:
    return Network(factors_of(branches, zones), tuple(up), tuple(down))


@st.composite
def networks(draw: st.DrawFn, most_zones: int = 12, most_orders: int = 40, least: int = 100) -> Meshed:
    """`least` is kWh that every limit is at least."""
    zones = draw(st.integers(2, most_zones))
    size = draw(st.sampled_from((1_000, 100_000, 777_777, 1_000_000)))
    pairs = [(zone, draw(st.integers(0, zone - 1))) for zone in range(1, zones)]
    zone = st.integers(0, zones - 1)
    pairs += draw(st.lists(st.tuples(zone, zone).filter(lambda pair: pair[0] != pair[1]), max_size=zones))
    reactance = st.sampled_from((0.5, 1.0, 1.0, 2.0, 0.0281, 0.0297))
    branches = [Branch(*pair, draw(reactance)) for pair in pairs]
    if draw(st.booleans()):
        branches.append(branches[-1])
    limit = st.integers(least, 2 * least) | st.integers(least, size) | st.integers(size, 20 * size)
    up = [draw(limit) for _ in branches]
    down = [draw(st.sampled_from((each, each, each, each, None)) | limit) for each in up]
    floor = draw(st.sampled_from((0, 0, -100)))
    cap = floor + draw(st.sampled_from((50, 1_000, 100_000)))
    price = st.sampled_from((floor, cap)) | st.integers(floor, cap) | st.integers(floor, floor + 20)
    quantity = st.integers(1, 30) | st.integers(1, size)
    rows = draw(st.lists(st.tuples(zone, st.booleans(), price, quantity), max_size=most_orders))
    k = draw(st.sampled_from((0, 333_333, 500_000, 1_000_000)))
    return Meshed(Book.of(rows), Rules(zones, (), floor, cap, k, meshed(branches, up, down, zones)), tuple(branches))
