"""In which order the transactions of a block stand: a policy of whoever makes the block."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shengdian.sim.base.orders import Integers, Orders
from shengdian.sim.base.types import Ordering


def arrange(ordering: Ordering, orders: Orders, late: int, priority: Mapping[str, float], rng: np.random.Generator) -> Integers:
    """The rows of `orders` in the order of the block. The last `late` rows are of those who looked at the others before they decided.

    `seeded` shuffles, `fifo` takes them as they were decided, `gas_priority` by falling priority: what a trader states, or a draw from
    [0, 1) for one who states nothing. `adversarial` shuffles and then puts those first who looked: the maker of the block is with them.
    """
    rows = len(orders)
    if ordering == "fifo":
        return np.arange(rows)
    if ordering == "gas_priority":
        drawn = rng.random(rows).tolist()
        stated = [priority.get(trader, draw) for trader, draw in zip(orders.traders, drawn, strict=True)]
        return np.argsort(-np.array(stated), kind="stable")
    shuffled = rng.permutation(rows)
    if ordering == "adversarial":
        looked = shuffled >= rows - late
        return np.concatenate((shuffled[looked], shuffled[~looked]))
    return shuffled
