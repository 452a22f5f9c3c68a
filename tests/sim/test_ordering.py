"""The order of a block: each policy on four orders, the last of which looked."""

from __future__ import annotations

import numpy as np

from shengdian.sim.base.orders import Orders
from shengdian.sim.base.streams import stream
from shengdian.sim.base.types import Offer, Ordering, Segment
from shengdian.sim.market.ordering import arrange

FOUR = Orders.of([Offer(name, (Segment(1, 1),)) for name in ("a", "b", "c", "d")])
SHUFFLED = stream(1, "arrival", "0").permutation(4).tolist()


def placed(ordering: Ordering, **priority: float) -> list[int]:
    rows: list[int] = arrange(ordering, FOUR, 1, priority, stream(1, "arrival", "0")).tolist()
    return rows


def test_first_come_is_first() -> None:
    assert placed("fifo") == [0, 1, 2, 3]


def test_seeded_order_is_the_permutation_of_the_stream() -> None:
    assert placed("seeded") == SHUFFLED


def test_adversary_puts_those_who_looked_first_and_shuffles_the_others() -> None:
    assert placed("adversarial") == [3, *(row for row in SHUFFLED if row != 3)]


def test_higher_priority_goes_first_and_the_unstated_are_drawn() -> None:
    assert placed("gas_priority", a=0.2, b=0.9, c=0.9, d=1.0) == [3, 1, 2, 0]
    draws = stream(1, "arrival", "0").random(4)
    assert placed("gas_priority") == np.argsort(-draws).tolist()
    assert placed("gas_priority", c=1.0)[0] == 2
