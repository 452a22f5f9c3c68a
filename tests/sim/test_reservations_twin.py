"""Reservations and their twin: what is reserved in an hour, and when it can be said."""

from __future__ import annotations

from collections.abc import Sequence

from pair import CLOCK, START, Pair, error

from shengdian.sim.base.timetable import HOUR, Timetable

GATE = Timetable(0).gate(0)

NINE = tuple(range(11, 20))
"""kWh on nine lines, which take two words"""
WORDS = tuple(sum(energy << 32 * place for place, energy in enumerate(lines)) for lines in (NINE[:8], NINE[8:]))


def deployed() -> Pair:
    pair = Pair()
    pair.block(
        [pair.create("Registry", pair.address["operator"], 2), pair.create("Reservations", pair.contracts["Registry"], CLOCK)], START - 1
    )
    return pair


def said(pair: Pair, hour: int, words: Sequence[int], timestamp: int, sender: str = "operator") -> str:
    return error(pair.block([pair.to("Reservations", "reserve", hour, list(words), sender=sender)], timestamp).receipts[0])


def test_reservations_of_more_than_eight_lines_take_two_words() -> None:
    pair = deployed()
    assert said(pair, 3, WORDS, START + 3 * HOUR) == ""
    assert pair.read("Reservations", "reservedAt", 3) == NINE + (0,) * 7


def test_hour_is_said_once_and_in_order_by_the_operator() -> None:
    pair, at = deployed(), START + HOUR
    calls = [(1, "stranger"), (1, "operator"), (1, "operator"), (0, "operator")]
    block = pair.block([pair.to("Reservations", "reserve", hour, (hour,), sender=sender) for hour, sender in calls], at)
    assert [error(receipt) for receipt in block.receipts] == ["NotOperator", "", "HourNotAhead", "HourNotAhead"]
    assert said(pair, 2, (2,), at + HOUR) == ""
    assert pair.read("Reservations", "reservedAt", 1) == ()
    assert pair.read("Reservations", "reservedAt", 2) == (2,) + (0,) * 7


def test_hours_in_which_the_operator_says_nothing_keep_what_it_said_last() -> None:
    pair = deployed()
    assert pair.read("Reservations", "reservedAt", 0) == ()
    assert said(pair, 0, (7,), START) == ""
    assert [pair.read("Reservations", "reservedAt", hour)[0] for hour in (0, 1, 2, 8759)] == [7] * 4
    assert said(pair, 5, (), START + 5 * HOUR) == ""
    assert pair.read("Reservations", "reservedAt", 5) == ()


def test_an_hour_is_said_while_its_gate_is_open() -> None:
    """So nothing that a clearing depends on changes once it may be sent."""
    pair, begins = deployed(), START + 2 * HOUR
    assert said(pair, 2, (7,), begins - 1) == "OutsideWindow"
    assert said(pair, 2, (7,), begins + GATE) == "OutsideWindow"
    assert said(pair, 3, (7,), begins + HOUR + GATE - 1) == ""


def test_more_words_than_an_auction_has_lines_for_are_refused() -> None:
    pair = deployed()
    assert said(pair, 0, (1,) * 33, START) == "TooManyWords"
    assert said(pair, 0, (1,) * 32, START + 1) == ""
    assert len(pair.read("Reservations", "reservedAt", 0)) == 256
