"""The words in which orders travel."""

from hypothesis import given
from hypothesis import strategies as st

from sim.orders import pack, unpack, unpack_fills
from sim.types import Bid, Offer, Segment

segments = st.builds(Segment, st.integers(-(2**31), 2**31 - 1), st.integers(1, 2**32 - 1))


@given(st.lists(segments, min_size=1, max_size=5), st.booleans(), st.integers(0, 2**24 - 1))
def test_packed_order_unpacks_to_itself(parts: list[Segment], sells: bool, hour: int) -> None:
    order = (Offer if sells else Bid)("plant", tuple(parts))
    word, more = pack(order, hour)
    assert (more is None) == (len(parts) <= 3)
    assert unpack(word, more or 0) == (0, 0, hour, sells, tuple(parts))


def test_fills_are_read_from_the_lowest_bits_first() -> None:
    assert unpack_fills([2 << 32 | 1, 9], 9) == [1, 2, 0, 0, 0, 0, 0, 0, 9]
