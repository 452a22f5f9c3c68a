"""What plants and large users ask and pay when they trade months ahead.

The price that both know is the benchmark tariff: without the market a plant's energy earns it and a user's energy costs it. A plant keeps a
share of the difference between the benchmark and its own cost, a user wants to save a share of the benchmark; both shares are drawn.
"""

from __future__ import annotations

from math import ceil, floor

import numpy as np

from shengdian.agents.negotiation import Negotiation, buyer, negotiate, seller

Span = tuple[float, float]
"""lowest and highest value of a uniform draw"""


def asks(cost: int, benchmark: int, keeps: Span, rng: np.random.Generator) -> int:
    """fen/MWh: `cost` and a drawn share of what the `benchmark` is above it; never below cost."""
    share = rng.uniform(*keeps)
    return ceil(cost + share * max(0, benchmark - cost))


def pays(benchmark: int, saves: Span, rng: np.random.Generator) -> int:
    """fen/MWh: the `benchmark` less a drawn share of it."""
    return floor(benchmark * (1 - rng.uniform(*saves)))


def bargain(ask: int, bid: int, quantity: int, rounds: int, rng: np.random.Generator) -> Negotiation:
    """A plant that asks at least `ask` and a user that pays at most `bid` (fen/MWh) about `quantity` kWh; the plant begins."""
    return negotiate(seller(ask, 0.0, quantity, rng), buyer(bid, 0.0, quantity, rng), rounds)
