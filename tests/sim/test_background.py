"""Work in the background is done in order, and what it raises is not lost."""

import pytest

from shengdian.sim.record.background import MOST_WAITING, Background


def test_pieces_are_done_in_the_order_given() -> None:
    background, done = Background(), list[int]()
    for piece in range(3 * MOST_WAITING):
        background.do(done.append, piece)
    background.wait()
    assert done == list(range(3 * MOST_WAITING))
    background.stop()


def test_what_a_piece_raises_comes_out_of_wait() -> None:
    background = Background()
    background.do(int, "no number")
    with pytest.raises(ValueError, match="no number"):
        background.wait()
    background.wait()
    background.stop()


def test_stopping_raises_nothing() -> None:
    background = Background()
    background.do(int, "no number")
    background.stop()
