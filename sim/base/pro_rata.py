"""Pro rata in whole numbers: nothing is lost to rounding."""

from __future__ import annotations

from collections.abc import Sequence


def largest_remainder(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`total` (0 or more) split in proportion to `weights` (0 or more) into whole parts that sum to it.

    Every part is its exact share rounded down; what is left goes one by one to the largest remainders, the first of equals first. A part is
    thus never above its weight while `total` is not above the sum of weights. Raises ValueError where there is something to split and no
    weight above 0.
    """
    whole = sum(weights)
    if total == 0:
        return (0,) * len(weights)
    if total < 0 or whole <= 0 or min(weights) < 0:
        raise ValueError(f"cannot split {total} by weights {list(weights)}")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(total * weights[at] % whole))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return tuple(parts)


def shares(weights: Sequence[int], volume: int) -> list[int]:
    """`volume` kWh pro rata by `weights`, rounded down; what remains one kWh each, in order, to shares that are not whole.

    Raises ZeroDivisionError where there are weights and they sum to 0.
    """
    total = sum(weights)
    parts = [weight * volume // total for weight in weights]
    rest = volume - sum(parts)
    for place, weight in enumerate(weights):
        if rest and weight * volume % total:
            parts[place] += 1
            rest -= 1
    return parts
