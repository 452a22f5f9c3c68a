"""What a plant can do on a day: the lowest and the highest output of every hour.

Output lies between the plant's minimum and what is available (an hour with nothing available is an outage: the plant is off), and changes
by at most the ramp. A forward pass from the last real output and a backward pass leave what the ramps allow. Outages override ramps: output
may fall to nothing where nothing is available, or from the last real output to what is left, and restarts at the minimum.

Inside the band an output that follows another within the ramp always exists, so a plan can be clipped hour by hour. A ramp is at least
1 kWh an hour, so that whole kWh can be moved between hours one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlantCase:
    """A seller of contract energy on one day."""

    id: str
    capacity: int
    """kWh an hour"""
    minimum: int
    """kWh an hour, while it runs"""
    ramp: int
    """kWh an hour from one hour to the next; 0 counts as 1"""
    initial: int
    """kWh, real output in the hour before the first one planned"""
    available: tuple[int, ...]
    """kWh by hour of the day"""
    contract: int | None
    """kWh of the day; None in the reading `province`"""
    delivered: tuple[int, ...] = ()
    """kWh of contract energy by hour, of the hours before `from_hour`"""


@dataclass(frozen=True, slots=True)
class Band:
    """What a plant can do from the first planned hour on; tuples by planned hour."""

    low: tuple[int, ...]
    """kWh"""
    high: tuple[int, ...]
    """kWh"""
    up: tuple[int, ...]
    """kWh by which output may rise from the hour before"""
    down: tuple[int, ...]
    """kWh by which output may fall from the hour before"""

    @property
    def empty(self) -> bool:
        """Whether some hour has no output that keeps minimum, availability and ramps."""
        return any(low > high for low, high in zip(self.low, self.high, strict=True))


def band(plant: PlantCase, from_hour: int = 0, caps: Sequence[int] | None = None) -> Band:
    """The plant's band from `from_hour` on; `caps` (kWh by planned hour) lower it further."""
    hours = range(from_hour, len(plant.available))
    ramp = max(plant.ramp, 1)
    up = [max(ramp, plant.minimum) if hour and not plant.available[hour - 1] else ramp for hour in hours]
    down = [ramp if plant.available[hour] else max(ramp, plant.capacity) for hour in hours]
    down[0] = max(ramp, plant.initial - plant.available[from_hour])
    low = [plant.minimum if plant.available[hour] else 0 for hour in hours]
    high = list(plant.available[from_hour:])
    if caps is not None:
        high = list(map(min, high, caps))
    least = most = plant.initial
    for i in range(len(low)):
        low[i] = least = max(low[i], least - down[i])
        high[i] = most = min(high[i], most + up[i])
    for i in reversed(range(len(low) - 1)):
        low[i] = max(low[i], low[i + 1] - up[i + 1])
        high[i] = min(high[i], high[i + 1] + down[i + 1])
    return Band(tuple(low), tuple(high), tuple(up), tuple(down))
