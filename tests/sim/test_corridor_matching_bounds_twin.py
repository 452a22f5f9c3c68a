"""CorridorMatchingAuction.sol and its twin at their bounds: ties, a kWh of room, full words, long paths, prices below zero."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pair import START, error
from test_corridor_matching import line
from test_corridor_matching_twin import GATE, KIND, Region
from tiny_books import tiny_book

from shengdian.sim.base.types import READINGS, Line, Rules, SurplusDeficit
from shengdian.sim.chain.abi import interface
from shengdian.sim.solve.book import Book
from shengdian.sim.solve.corridor_matching import Match, matches_of


def cleared(
    book: Book, rules: Rules, reading: SurplusDeficit = "economic", owner: tuple[int, ...] = (), paths: list[int] | None = None
) -> tuple[Region, list[Match]]:
    """The auction after its hour, alike on both chains, and the matches that it made."""
    owner = owner or tuple(range(len(book)))
    auction = Region(book, rules, reading, owner, paths)
    auction.place(owner)
    receipt = auction.block([auction.clear(auction.solution())], START + GATE).receipts[0]
    assert error(receipt) == ""
    log = next(log for log in reversed(receipt.logs) if log.address == auction.contracts[KIND])
    return auction, matches_of(interface(KIND).event(log)[1]["matches"])


def met(
    text: str, *lines: Line, zones: int, reading: SurplusDeficit = "economic", paths: list[tuple[int, ...]] | None = None
) -> list[tuple[int, int, int]]:
    """Path, kWh sent and received of every match of a tiny book; `paths` by their legs, all where left out."""
    words = None if paths is None else [len(legs) | sum(leg << 8 * (place + 1) for place, leg in enumerate(legs)) for legs in paths]
    _, matches = cleared(tiny_book(text), Rules(zones, lines, 0, 100, 500_000), reading, paths=words)
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
        ("A s1@10, s5@20, B b10@50", [line(0, 1)], 2, [(0, 1, 1), (0, 5, 5)]),
        # alone on its line a path gets what it can carry: of 3 kWh 2 may arrive
        ("A s100@10, B b100@50", [line(0, 1, 3, loss=400_000)], 2, [(0, 3, 2)]),
        # into the first zone, also where nothing is gained
        ("A b10@50, B s10@10", [line(1, 0)], 2, [(0, 10, 10)]),
        ("A b10@10, B s10@10", [line(1, 0)], 2, [(0, 10, 10)]),
        # B's kWh would gain more and lapses, A's are not touched
        ("A s10@10, B s1@10, C b10@50", [line(0, 2, tariff=35), line(1, 2, loss=600_000)], 3, [(0, 10, 10)]),
        # a group that is too small for one of its tied paths lapses for both
        ("A s1@10, B b5@20, C b5@50", [line(0, 1), line(0, 2, loss=600_000)], 3, []),
        # tied with a line that is full
        ("A s30@10, B s10@10, C b20@50", [line(0, 2), line(1, 2, 0)], 3, [(0, 20, 20)]),
        # tied twice
        ("A s20@10, s20@20, B b60@50, C b20@50", [line(0, 1), line(0, 2)], 3, [(0, 15, 15), (1, 5, 5), (0, 15, 15), (1, 5, 5)]),
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
        ("A s60@10, B b200@50, C s60@10", [line(3, 1, 60), line(0, 3, 10), line(2, 3)], 4),
        # half of what the second line is sent is lost on it
        ("A s20@10, B s20@10, C b40@50", [line(0, 3), line(1, 3), line(3, 2, 10, loss=500_000)], 4),
        # tied over a hub in both directions; B may not sell and buy in one round
        ("A s30@10, B b20@50, s9@60, C b40@50, s7@60", hub(25, 3, 8, 17, 100, 23), 4),
        ("A s7@10, B s7@10, C s7@10, D b10@50", hub(3, 0, 5, 0, 100, 0, 0, 7), 5),
        ("A s1@10, B s1@10, C s1@10, D b1@50", hub(9, 0, 9, 0, 9, 0, 0, 9), 5),
        ("A s10@10, B b10@50, C s10@10, D b10@50", [line(0, 1), line(0, 3), line(2, 1), line(2, 3, 4)], 4),
    ],
)
@pytest.mark.parametrize("reading", ["physical", "economic"])
def test_tied_paths_share_their_lines_alike(text: str, lines: list[Line], zones: int, reading: SurplusDeficit) -> None:
    assert met(text, *lines, zones=zones, reading=reading)


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


@pytest.mark.parametrize(
    ("text", "lines", "expected"),
    [
        # C buys from B's plant and D would replace it, both for a gain of 10
        ("B s30@50, b20@90, C b10@60, D s10@40", [line(1, 2), line(3, 1)], [(0, 10, 10)]),
        # A replaces B's plant first, which then sells nothing to C
        ("A s20@40, B s30@50, b20@90, C b10@60", [line(0, 1), line(1, 2)], [(0, 20, 20)]),
        # one of two equal plants is replaced, and only the other one sells
        ("A s1@10, B s30@50, s30@50, b20@90, C b20@60", [line(0, 1), line(1, 2)], [(0, 1, 1), (1, 20, 20)]),
    ],
)
def test_province_does_not_buy_and_sell_in_one_round(text: str, lines: list[Line], expected: list[tuple[int, int, int]]) -> None:
    assert met(text, *lines, zones=4, paths=[(0,), (1,)]) == expected


def test_equal_gains_tie_whatever_is_asked() -> None:
    narrow = [line(0, 4), line(1, 4), line(4, 5, 10), line(5, 2), line(5, 3)]
    found = met("A s10@10, B s10@20, C b10@50, D b10@60", *narrow, zones=6, paths=[(0, 2, 3), (1, 2, 4)])
    assert found == [(0, 5, 5), (1, 5, 5)]


def test_of_equally_violated_lines_the_first_is_relieved() -> None:
    """A's energy passes both lines of 60, B's the first and C's the second: 20, 30 and 40, and then the 10 that are left of the first."""
    lines = [line(0, 6), line(1, 6), line(2, 7), line(6, 7, 60), line(7, 8, 60), line(8, 3), line(7, 4), line(8, 5)]
    text = "A s60@10, B s60@10, C s60@10, D b60@50, E b60@50, F b60@50"
    found = met(text, *lines, zones=9, paths=[(0, 3, 4, 5), (1, 3, 6), (2, 4, 7)])
    assert found == [(0, 20, 20), (1, 30, 30), (2, 40, 40), (1, 10, 10)]


def test_the_first_path_goes_on_alone_where_no_tied_path_gets_a_kwh() -> None:
    """B and C share a kWh of the hub, of which each gets none; at first A gets its part of D's 3 kWh, then the rest."""
    lines = [line(0, 3), line(1, 4), line(2, 4), line(4, 3, 1)]
    found = met("A s10@10, B s10@10, C s10@10, D b3@50", *lines, zones=5, paths=[(0,), (1, 3), (2, 3)])
    assert found == [(0, 1, 1), (0, 2, 2)]


@pytest.mark.parametrize(("bid", "price"), [(-3, -4), (-4, -5)])
def test_half_of_prices_below_zero_is_rounded_down(bid: int, price: int) -> None:
    _, matches = cleared(tiny_book(f"A s10@-5, B b10@{bid}"), Rules(2, (line(0, 1),), -7, 10, 500_000))
    assert [each.price for each in matches] == [price]


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
@given(region=tied_regions(), reading=st.sampled_from(READINGS), data=st.data())
def test_random_tied_regions(region: tuple[Book, Rules], reading: SurplusDeficit, data: st.DataObject) -> None:
    book, rules = region
    owner = [0]
    for row in range(1, len(book)):
        alike = book.zone[row] == book.zone[row - 1] and book.sells[row] == book.sells[row - 1] and owner.count(owner[-1]) < 5
        owner.append(owner[-1] if alike and data.draw(st.booleans()) else row)
    auction, _ = cleared(book, rules, reading, tuple(owner))
    assert sum(auction.balances()) == 0
