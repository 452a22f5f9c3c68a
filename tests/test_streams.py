from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.streams import stream

DRAW = """import sys; from shengdian.sim.base.streams import stream
sys.stdout.write(str(stream(7, "agent", "GD_coal_300_1").integers(1 << 60)))"""


def test_a_stream_is_the_same_in_every_process() -> None:
    drawn = {
        subprocess.run([sys.executable, "-c", DRAW], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout
        for seed in ("0", "12345")
    }
    assert drawn == {str(stream(7, "agent", "GD_coal_300_1").integers(1 << 60))}


def test_streams_of_other_names_or_seeds_differ() -> None:
    first = [int(stream(*key).integers(1 << 60)) for key in ((1, "a", "b"), (1, "ab"), (1, "a"), (2, "a", "b"))]
    assert len(set(first)) == 4


def test_largest_remainder_gives_the_rest_to_the_largest_remainders() -> None:
    assert largest_remainder(10, (1, 1, 1)) == (4, 3, 3)
    assert largest_remainder(7, (50, 30, 20)) == (4, 2, 1)
    assert largest_remainder(0, (0, 0)) == (0, 0)


def test_nothing_can_be_split_without_weights() -> None:
    with pytest.raises(ValueError, match="cannot split 5"):
        largest_remainder(5, (0, 0))


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any), st.data())
def test_parts_sum_to_the_whole_and_stay_within_their_weights(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    parts = largest_remainder(total, weights)
    assert sum(parts) == total
    assert all(part <= weight for part, weight in zip(parts, weights, strict=True))
