"""The words in which orders travel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shengdian.sim.base.orders import Orders, pack, unpack
from shengdian.sim.base.types import Bid, Offer, Order, Segment

segments = st.builds(Segment, st.integers(-(2**31), 2**31 - 1), st.integers(1, 2**32 - 1))


@given(st.lists(segments, min_size=1, max_size=5), st.booleans(), st.integers(0, 2**24 - 1))
def test_packed_order_unpacks_to_itself(parts: list[Segment], sells: bool, hour: int) -> None:
    order = (Offer if sells else Bid)("plant", tuple(parts))
    word, more = pack(order, hour)
    assert (more is None) == (len(parts) <= 3)
    assert unpack(word, more or 0) == (0, 0, hour, sells, tuple(parts))


orders = st.lists(
    st.builds(
        lambda sells, name, parts: (Offer if sells else Bid)(name, tuple(parts)),
        st.booleans(),
        st.sampled_from(["a", "b"]),
        st.lists(segments, min_size=1, max_size=5),
    ),
    max_size=6,
)


@given(orders, st.integers(0, 2**24 - 1))
def test_orders_packed_in_bulk_are_those_packed_one_by_one(many: list[Order], hour: int) -> None:
    columns = Orders.of(many)
    assert [columns.order(row) for row in range(len(columns))] == many
    packed = columns.words(hour)
    for row, order in enumerate(many):
        word, more = pack(order, hour)
        assert packed[64 * row : 64 * row + 64] == word.to_bytes(32, "big") + (more or 0).to_bytes(32, "big")


def test_more_than_five_segments_are_refused() -> None:
    with pytest.raises(ValueError, match="an order of 6 segments"):
        Orders.of([Offer("a", (Segment(1, 1),) * 6)])
