"""Columns are the rows that they stand for."""

import numpy as np
import pytest

from sim.rows import Rows
from sim.types import Segment

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
