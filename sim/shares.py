"""Pro rata in whole kWh: how ties, pools, gaps and claims are shared."""

from __future__ import annotations

from collections.abc import Sequence


def shares(weights: Sequence[int], volume: int) -> list[int]:
    """`volume` kWh pro rata by `weights`, rounded down; what remains one kWh each, in order, to shares that are not whole."""
    total = sum(weights)
    parts = [weight * volume // total for weight in weights]
    rest = volume - sum(parts)
    for place, weight in enumerate(weights):
        if rest and weight * volume % total:
            parts[place] += 1
            rest -= 1
    return parts
