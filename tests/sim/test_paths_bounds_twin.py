"""Paths.sol and its twin at their bounds: 31 legs, zones passed twice, halves of a kWh, and what is one 1e-18 above a whole price."""

from __future__ import annotations

import pytest
from pair import error
from test_corridor_matching import line
from test_corridor_matching_bounds_twin import cleared, met
from test_corridor_matching_twin import KIND, Region
from tiny_books import tiny_book

from shengdian.sim.base.types import Line, Rules
from shengdian.sim.solve.book import Book

LOWEST, HIGHEST = -(2**31), 2**31 - 1


def created(lines: list[Line], zones: int, word: int) -> str:
    """The error of an auction that is told this path."""
    return error(Region(Book.of([(0, True, 1, 1)]), Rules(zones, tuple(lines), 0, 10, 0), "economic", [0], [word]).created)


def word(*legs: int) -> int:
    return len(legs) | sum(leg << 8 * (place + 1) for place, leg in enumerate(legs))


def test_path_of_31_legs_is_one_and_of_32_is_not() -> None:
    chain = [line(zone, zone + 1) for zone in range(32)]
    assert created(chain, 33, word(*range(31))) == ""
    assert created(chain, 33, word(*range(31)) + 1) == "PathLength"
    assert created(chain, 33, 0) == "PathLength"


@pytest.mark.parametrize("legs", [(0, 1, 2), (1, 2), (3, 0)])
def test_no_zone_is_passed_twice(legs: tuple[int, ...]) -> None:
    """A to B to C and back to B; B to C and back; C to A and A to B is a path."""
    lines = [line(0, 1), line(1, 2), line(2, 1), line(2, 0)]
    assert created(lines, 3, word(*legs)) == ("" if legs == (3, 0) else "PassedTwice")


@pytest.mark.parametrize(("loss", "legs", "refusal"), [(999_999, 3, ""), (999_999, 4, "NothingArrives"), (0, 31, "")])
def test_a_path_over_which_less_than_1e_18_arrives_is_refused(loss: int, legs: int, refusal: str) -> None:
    """It would divide what is sent by nothing, and no hour with offers at the floor could be cleared."""
    lines = [line(zone, zone + 1, loss=loss) for zone in range(legs)]
    assert created(lines, legs + 1, word(*range(legs))) == refusal


def test_half_a_kwh_is_sent_as_a_whole_one() -> None:
    """Of what is sent two fifths arrive: 1 kWh takes 2.5; one 1e-18 more is seen where 2e17 kWh are asked for."""
    auction = Region(Book.of([(0, True, 1, 1)]), Rules(2, (line(0, 1, loss=600_000),), 0, 10, 0), "economic", [0])
    assert [auction.read(KIND, "convert", 0, 5, energy)[1] for energy in (1, 2 * 10**17)] == [3, 5 * 10**17]


HALF, TENTHS = 500_000, 400_000


@pytest.mark.parametrize(
    ("text", "lines", "zones", "expected"),
    [
        # of 2 kWh exactly 1 would arrive of 2.5, so that none may; of 3 kWh 1 may, for which 3 are sent
        ("A s2@10, B b9@50", [line(0, 1, loss=600_000)], 2, []),
        ("A s3@10, B b9@50", [line(0, 1, loss=600_000)], 2, [(0, 3, 1)]),
        # 1.5 of 3 kWh pass the hub, which count as 2
        ("A s3@10, B b1@50", [line(0, 2, loss=HALF), line(2, 1, loss=TENTHS)], 3, [(0, 3, 1)]),
        # ... and so find no room in 1 kWh
        ("A s9@10, B b9@50", [line(0, 2, loss=HALF), line(2, 1, 1, loss=TENTHS)], 3, []),
        ("A s9@10, B b9@50", [line(0, 2, loss=HALF), line(2, 1, 2, loss=TENTHS)], 3, [(0, 3, 1)]),
        # 1.6 of 4 kWh are 2, and 2.4 of 6 are 2
        ("A s4@10, B b9@50", [line(0, 1, loss=600_000)], 2, [(0, 3, 1)]),
        ("A s6@10, B b9@50", [line(0, 1, loss=600_000)], 2, [(0, 5, 2)]),
    ],
)
def test_energy_is_rounded_to_the_kwh(text: str, lines: list[Line], zones: int, expected: list[tuple[int, int, int]]) -> None:
    assert met(text, *lines, zones=zones) == expected


@pytest.mark.parametrize(
    ("ask", "bid", "losses", "tariffs", "price"),
    [
        # 999,998 below zero and tariffs are 1e-18 fen/MWh, which are a tick
        (-999_998, 1, (1, 3, 3), (777_777, 111_112, 111_111), 1),
        # a price of 1 and tariffs are 1e-18 more than 48,583 ticks are worth at the seller
        (1, 48_584, (1, 13, 19), (5_916, 42_665, 0), 48_584),
    ],
)
def test_landed_price_is_rounded_up_from_the_least_fraction(
    ask: int, bid: int, losses: tuple[int, ...], tariffs: tuple[int, ...], price: int
) -> None:
    lines = tuple(line(zone, zone + 1, tariff=tariffs[zone], loss=losses[zone]) for zone in range(3))
    book = Book.of([(0, True, ask, 10), (3, False, bid, 10)])
    path = word(0, 1, 2)
    _, matches = cleared(book, Rules(4, lines, min(0, ask), 10**6, 0), paths=[path])
    assert [each.price for each in matches] == [price]


@pytest.mark.parametrize(
    ("losses", "room", "offered", "arriving"),
    [
        # what may arrive is 1e-11 kWh more than this and a half, and 1e-18 more
        ((1, 11, 13), 2 * 10**9, 82_260_549, 82_258_493),
        ((503_183, 957_567, 998_267), 2 * 10**9, 7_691_438, 281),
        # the fourth line has room for 121,786,474 kWh sent, and 1e-9 more
        ((3, 7, 11, 1), 121_783_916, 2 * 10**9, 121_783_795),
    ],
)
def test_not_a_kwh_is_lost_by_rounding_on_a_long_path(losses: tuple[int, ...], room: int, offered: int, arriving: int) -> None:
    last = len(losses) - 1
    lines = tuple(line(zone, zone + 1, room if zone == last else 2 * 10**9, loss=loss) for zone, loss in enumerate(losses))
    book = Book.of([(0, True, 0, offered), (last + 1, False, 9, 2 * 10**9)])
    _, matches = cleared(book, Rules(last + 2, lines, 0, 10, 0), paths=[word(*range(last + 1))])
    assert [each.received for each in matches] == [arriving]


def test_price_below_zero_lands_exactly_over_a_line_without_loss() -> None:
    _, matches = cleared(tiny_book("A s10@-5, B b10@-3"), Rules(2, (line(0, 1),), -7, 10, 500_000))
    assert [(each.price, each.received) for each in matches] == [(-4, 10)]


def test_bids_come_after_offers_of_any_zone_in_the_widest_range_of_prices() -> None:
    rows = [(0, True, LOWEST, 5), (1, False, HIGHEST, 1), (1, False, HIGHEST - 1, 1), (1, False, 7, 1)]
    _, matches = cleared(Book.of(rows), Rules(2, (line(0, 1),), LOWEST, HIGHEST, 500_000))
    assert [each.bid for each in matches] == [HIGHEST, HIGHEST - 1, 7]
    _, matches = cleared(Book.of([(3, False, 9, 1), (200, True, 1, 1)]), Rules(201, (line(200, 3),), 0, 10, 0))
    assert [each.bid for each in matches] == [9]
