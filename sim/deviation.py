"""Deviation of metered from scheduled energy: which price regulation is called up to."""

from __future__ import annotations

from collections.abc import Sequence


def marginal(net: int, offers: Sequence[tuple[int, int]], floor: int, cap: int) -> int:
    """fen/MWh of the last kWh called for a zone that is short of `net` kWh (negative: has too much); 0 where nothing is called.

    `offers`: price and kWh of every plant in the direction needed, up by rising price, down by falling price. Where they do not suffice,
    the grid gives the rest at `cap` or takes it at `floor`, and that is the last price.
    """
    left = abs(net)
    if not left:
        return 0
    for price, energy in sorted(offers, reverse=net < 0):
        left -= energy
        if left <= 0:
            return price
    return cap if net > 0 else floor
