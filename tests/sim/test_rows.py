"""Columns are the rows that they stand for."""

import numpy as np
import pytest

from shengdian.sim.base.columns import OptionalColumn, Rows, TextColumn, plain, same
from shengdian.sim.base.hour_result import Learned
from shengdian.sim.base.types import Segment

SEGMENTS = (Segment(10, 1), Segment(20, 2), Segment(30, 3))


def test_columns_equal_the_rows_they_were_made_of() -> None:
    rows = Rows.of(Segment, SEGMENTS)
    assert rows == SEGMENTS
    assert tuple(rows) == SEGMENTS
    assert (rows[1], rows[-1], rows[:2], len(rows)) == (SEGMENTS[1], SEGMENTS[2], SEGMENTS[:2], 3)
    assert rows != SEGMENTS[:2]


def test_rows_of_arrays_hold_plain_numbers() -> None:
    rows = Rows(Segment, price=np.array([10, 20]), quantity=np.array([1, 2]))
    assert rows == SEGMENTS[:2]
    assert {type(row.price) for row in rows} == {int}


def test_joined_rows_follow_one_another() -> None:
    assert Rows.joined([Rows.of(Segment, SEGMENTS[:1]), Rows.of(Segment, SEGMENTS[1:])]) == SEGMENTS


def test_no_row_is_made_beyond_the_last() -> None:
    with pytest.raises(IndexError):
        Rows.of(Segment, SEGMENTS)[3]


def test_columns_of_words_hold_their_text() -> None:
    sides = TextColumn(("buy", "sell"), np.array([0, 1, 1]))
    assert (list(sides), sides[1], list(sides[1:]), len(sides)) == (["buy", "sell", "sell"], "sell", ["sell", "sell"], 3)
    assert list(same("buy", 2)) == ["buy", "buy"]


def test_joined_words_of_other_lists_follow_one_another() -> None:
    parts = [Rows(Learned, key=TextColumn(words, np.array([0, 0]))) for words in (("a", "b"), ("c",))]
    assert list(Rows.joined(parts).column("key")) == ["a", "a", "c", "c"]


def test_numbers_that_are_absent_are_none_also_when_joined() -> None:
    part = Rows(Learned, value=OptionalColumn(np.array([1, 2]), np.array([False, True])))
    assert part.column("value")[1] is None
    assert plain(Rows.joined([part, part]).column("value")) == [1, None, 1, None]
