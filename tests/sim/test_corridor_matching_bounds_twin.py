"""CorridorMatchingAuction.sol and its twin at their bounds: ties, a kWh of room, full words, long paths, prices below zero."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import START, error
from test_corridor_matching import line
from test_corridor_matching_twin import GATE, KIND, Region
from tiny_books import tiny_book

from sim.abi import interface
from sim.book import Book
from sim.corridor_matching import Match, matches_of
from sim.types import Line, Rules


def cleared(
    book: Book, rules: Rules, economic: bool = True, owner: tuple[int, ...] = (), paths: list[int] | None = None
) -> tuple[Region, list[Match]]:
    """The auction after its hour, alike on both chains, and the matches that it made."""
    owner = owner or tuple(range(len(book)))
    auction = Region(book, rules, economic, owner, paths)
    auction.place(owner)
    receipt = auction.block([auction.clear(auction.solution())], START + GATE).receipts[0]
    assert error(receipt) == ""
    log = next(log for log in reversed(receipt.logs) if log.address == auction.contracts[KIND])
    return auction, matches_of(interface(KIND).event(log)[1]["matches"])


def met(text: str, *lines: Line, zones: int, floor: int = 0, economic: bool = True) -> list[tuple[int, int, int]]:
    """Path, kWh sent and received of every match of a tiny book."""
    _, matches = cleared(tiny_book(text), Rules(zones, lines, floor, 100, 500_000), economic)
    return [(each.path, each.sent, each.received) for each in matches]


def hub(*rooms: int) -> list[Line]:
    """Lines from and to the zone behind the last province, without charge: 2 p is p's to it, 2 p + 1 the one back."""
    middle = len(rooms) // 2
    return [line(place // 2, middle, room) if place % 2 == 0 else line(middle, place // 2, room) for place, room in enumerate(rooms)]


LOSSY = [line(0, 1, tariff=10, loss=100_000)]
CHANNEL = [line(0, 4), line(1, 4), line(4, 5, 50), line(5, 2), line(5, 3)]


@pytest.mark.parametrize(
    ("text", "lines", "zones", "expected"),
    [
        ("A s90@20, s90@40, s90@50, B b100@100, b100@60", LOSSY, 2, [(0, 90, 81), (0, 21, 19), (0, 69, 62)]),
        ("A s30@10, B b25@60, C b20@80", [line(0, 1), line(0, 2)], 3, [(1, 20, 20), (0, 10, 10)]),
        ("A s10@10, B b10@50", [line(0, 1, tariff=40)], 2, [(0, 10, 10)]),
        ("A s10@10, B b10@50", [line(0, 1, tariff=41)], 2, []),
        ("A s10@10, B b10@50", [line(0, 1, capacity=1)], 2, [(0, 1, 1)]),
        ("A s10@10, B b10@50", [line(0, 1, capacity=0)], 2, []),
        # of 1 kWh sent nothing arrives, so that it lapses; of 9 and one more would arrive 4, so 3 do, for which 8 are sent
        ("A s1@10, s9@20, B b10@50", [line(0, 1, loss=600_000)], 2, [(0, 8, 3)]),
        # tied for one buyer, tied for one seller
        ("A s30@10, B s10@10, C b20@50", [line(0, 2), line(1, 2)], 3, [(0, 15, 15), (1, 5, 5)]),
        ("A s20@10, B b30@50, C b10@50", [line(0, 1), line(0, 2)], 3, [(0, 15, 15), (1, 5, 5)]),
    ],
)
def test_tiny_region_is_matched_by_the_rule(text: str, lines: list[Line], zones: int, expected: list[tuple[int, int, int]]) -> None:
    assert met(text, *lines, zones=zones) == expected


@pytest.mark.parametrize(
    ("text", "lines", "zones"),
    [
        # 60 and 40 for a channel of 50
        ("A s60@10, B s40@10, C b60@50, D b40@50", CHANNEL, 6),
        # a line six times overloaded, and one by a sixth
        ("A s60@10, B b200@50, C s60@10", [line(0, 3, 10), line(2, 3), line(3, 1, 60)], 4),
        # tied over a hub in both directions; B may not sell and buy in one round
        ("A s30@10, B b20@50, s9@60, C b40@50, s7@60", hub(25, 3, 8, 17, 100, 23), 4),
        ("A s7@10, B s7@10, C s7@10, D b10@50", hub(3, 0, 5, 0, 100, 0, 0, 7), 5),
        ("A s1@10, B s1@10, C s1@10, D b1@50", hub(9, 0, 9, 0, 9, 0, 0, 9), 5),
        ("A s10@10, B b10@50, C s10@10, D b10@50", [line(0, 1), line(0, 3), line(2, 1), line(2, 3, 4)], 4),
    ],
)
@pytest.mark.parametrize("economic", [False, True])
def test_tied_paths_share_their_lines_alike(text: str, lines: list[Line], zones: int, economic: bool) -> None:
    assert met(text, *lines, zones=zones, economic=economic)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # B's plant sells 20 of its 30 kWh at home; it buys them back from A, and then sells nothing to C
        ("A s20@10, B s30@50, b20@90, C b10@60", [(0, 20, 20)]),
        # it sells 10 kWh to C first, and then is not replaced by A
        ("A s20@30, B s30@50, b20@95, C b10@90", [(1, 10, 10)]),
    ],
)
def test_who_traded_on_one_side_is_off_the_other(text: str, expected: list[tuple[int, int, int]]) -> None:
    book, lines = tiny_book(text), (line(0, 1), line(1, 2))
    _, matches = cleared(book, Rules(3, lines, 0, 100, 500_000), paths=[1 | 0 << 8, 1 | 1 << 8])
    assert [(each.path, each.sent, each.received) for each in matches] == expected


@st.composite
def tied_regions(draw: st.DrawFn) -> tuple[Book, Rules]:
    """Few prices, few losses and narrow lines to and from a hub, and some between provinces."""
    provinces = draw(st.integers(2, 4))
    room, loss = st.sampled_from((0, 1, 7, 20, 100)), st.sampled_from((0, 0, 0, 100_000, 600_000))
    ends = [(zone, provinces) for zone in range(provinces)] + [(provinces, zone) for zone in range(provinces)]
    pairs = st.tuples(st.integers(0, provinces - 1), st.integers(0, provinces - 1)).filter(lambda pair: pair[0] != pair[1])
    ends += draw(st.lists(pairs, max_size=2))
    figures = [(end, draw(room), draw(st.sampled_from((0, 0, 1))), draw(loss)) for end in ends]
    lines = tuple(line(*end, most, max(charge, -(-7 * lost // 10**6)), lost) for end, most, charge, lost in figures)
    order = st.tuples(st.integers(0, provinces - 1), st.booleans(), st.sampled_from((-5, 10, 20, 50)), st.integers(1, 30))
    rows = sorted(draw(st.lists(order, min_size=2, max_size=12)), key=lambda row: row[:2])
    return Book.of(rows), Rules(provinces + 1, lines, -7, 60, draw(st.sampled_from((0, 500_000, 1_000_000))))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(region=tied_regions(), economic=st.booleans(), data=st.data())
def test_random_tied_regions(region: tuple[Book, Rules], economic: bool, data: st.DataObject) -> None:
    book, rules = region
    owner = [0]
    for row in range(1, len(book)):
        alike = book.zone[row] == book.zone[row - 1] and book.sells[row] == book.sells[row - 1] and owner.count(owner[-1]) < 5
        owner.append(owner[-1] if alike and data.draw(st.booleans()) else row)
    auction, _ = cleared(book, rules, economic, tuple(owner))
    assert sum(auction.balances()) == 0
