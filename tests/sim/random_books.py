"""Random books for the laws: few zones, meshed and parallel lines, ties, empty sides, 1 kWh orders, prices at floor and cap."""

from __future__ import annotations

from hypothesis import strategies as st

from shengdian.sim.base.types import Line, Rules
from shengdian.sim.solve.book import Book

Market = tuple[Book, Rules]


@st.composite
def markets(draw: st.DrawFn, losses: bool = True, most_zones: int = 10, most_orders: int = 30) -> Market:
    """A book and its rules; every line meets charge + loss x floor >= 0."""
    zones = draw(st.integers(1, most_zones))
    floor = draw(st.sampled_from((0, 0, -50)))
    cap = floor + draw(st.sampled_from((10, 200, 100_000)))
    size = st.one_of(st.integers(1, 30), st.integers(1, 1_000_000))
    zone, price = st.integers(0, zones - 1), st.one_of(st.sampled_from((floor, cap)), st.integers(floor, cap))
    book = Book.of(draw(st.lists(st.tuples(zone, st.booleans(), price, size), max_size=most_orders)))
    loss = st.sampled_from((0, 10_000, 50_000, 66_667, 123_456)) if losses else st.just(0)
    ends = st.tuples(zone, zone).filter(lambda pair: pair[0] != pair[1])
    lines = []
    if zones > 1:
        figures = st.tuples(ends, st.one_of(st.sampled_from((0, 1, 10**7)), size), st.sampled_from((0, 0, 3, 500)), loss)
        for (source, target), capacity, charge, share in draw(st.lists(figures, max_size=12)):
            least = -(share * floor // 1_000_000) if share * floor < 0 else 0
            lines.append(Line(source, target, capacity, max(charge, least), share))
    return book, Rules(zones, tuple(lines), floor, cap, draw(st.sampled_from((0, 333_333, 500_000, 1_000_000))))
