"""Work that waits is done in its order: what waits too long at once, the rest when there is time."""

from __future__ import annotations

from shengdian.sim.record.later import MOST_LATE, Later


def waiting(pieces: int) -> tuple[Later, list[int]]:
    later, done = Later(), list[int]()
    for number in range(pieces):
        later.soon(lambda number=number: done.append(number))  # type: ignore[misc]
    return later, done


def test_a_few_pieces_wait_until_there_is_time() -> None:
    later, done = waiting(MOST_LATE)
    assert done == []
    later.catch_up()
    assert done == list(range(MOST_LATE))


def test_what_waits_too_long_is_done_at_once() -> None:
    later, done = waiting(MOST_LATE + 2)
    assert done == [0, 1]
    later.catch_up()
    later.catch_up()
    assert done == list(range(MOST_LATE + 2))
