"""Reservations and their twin: what is reserved in an hour, and when it can be said."""

from __future__ import annotations

from pair import START, Pair, error

NINE = tuple(range(11, 20))
"""kWh on nine lines, which take two words"""
WORDS = tuple(sum(energy << 32 * place for place, energy in enumerate(lines)) for lines in (NINE[:8], NINE[8:]))


def deployed() -> Pair:
    pair = Pair()
    pair.block([pair.create("Registry", pair.address["operator"], 2), pair.create("Reservations", pair.contracts["Registry"])], START)
    return pair


def test_reservations_of_more_than_eight_lines_take_two_words() -> None:
    pair = deployed()
    assert error(pair.block([pair.to("Reservations", "reserve", 3, WORDS)], START + 1).receipts[0]) == ""
    assert pair.read("Reservations", "reservedAt", 3) == NINE + (0,) * 7
    assert [pair.read("Reservations", "reservedAt", hour) for hour in (2, 4)] == [(), ()]


def test_hour_is_said_once_and_in_order_by_the_operator() -> None:
    pair = deployed()
    said = [(1, "stranger"), (1, "operator"), (1, "operator"), (0, "operator"), (2, "operator")]
    block = pair.block([pair.to("Reservations", "reserve", hour, (hour,), sender=sender) for hour, sender in said], START + 1)
    assert [error(receipt) for receipt in block.receipts] == ["NotOperator", "", "HourNotAhead", "HourNotAhead", ""]
    assert pair.read("Reservations", "reservedAt", 1) == ()
    assert pair.read("Reservations", "reservedAt", 2) == (2,) + (0,) * 7
