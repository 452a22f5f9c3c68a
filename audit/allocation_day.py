"""A plant's day and a province's in one allocation, against the rule: limits, ramps, contract, status, load and share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog

from shengdian.audit.deployment import Seller
from shengdian.sim.base.units import PPM
from shengdian.sim.chain.abi_words import unpack_words
from shengdian.sim.solve.allocation import STATUSES


@dataclass(frozen=True, slots=True)
class Day:
    """A plant's day in one call; energy in kWh by hour of the day."""

    seller: Seller
    contract: int
    initial: int
    """kWh put out in the hour before"""
    status: str
    available: tuple[int, ...]
    energy: tuple[int, ...]


def day_of(seller: Seller, words: Sequence[int], place: int, length: int) -> Day:
    """A plant's day out of the calldata of `allocate`."""
    width = -(-length // 8)
    head, *rest = words[place * (1 + 2 * width) : (place + 1) * (1 + 2 * width)]
    available, energy = unpack_words(rest[:width], 32)[:length], unpack_words(rest[width:], 32)[:length]
    return Day(seller, head & (1 << 64) - 1, head >> 64 & 0xFFFFFFFF, STATUSES[head >> 96], tuple(available), tuple(energy))


def _steps(day: Day, now: int) -> list[tuple[int, int]]:
    """kWh by which output may rise and fall from the hour before, by planned hour; outages override ramps."""
    ramp, minimum, capacity = day.seller.ramp, day.seller.minimum, day.seller.capacity
    steps = []
    for hour in range(now, len(day.available)):
        up = max(ramp, minimum) if hour and not day.available[hour - 1] else ramp
        down = ramp if day.available[hour] else max(ramp, capacity)
        steps.append((up, max(ramp, day.initial - day.available[hour]) if hour == now else down))
    return steps


def _range(day: Day, now: int) -> tuple[int, int] | None:
    """Least and most kWh of the planned hours that limits and ramps allow; None where nothing does."""
    available, steps = day.available[now:], _steps(day, now)
    size = len(available)
    bounds = [(day.seller.minimum if most else 0, most) for most in available]
    if any(low > high for low, high in bounds):
        return None
    change = np.eye(size) - np.eye(size, k=-1)
    begin = np.zeros(size)
    begin[0] = day.initial
    limits = np.concatenate(([up for up, _ in steps] + begin, [down for _, down in steps] - begin))
    ends = []
    for sign in (1.0, -1.0):
        solved: Any = linprog(np.full(size, sign), A_ub=np.vstack((change, -change)), b_ub=limits, bounds=bounds, method="highs-ds")
        if not solved.success:
            return None
        ends.append(round(float(solved.x.sum())))
    return ends[0], ends[1]


def breaks(day: Day, now: int, reading: str) -> list[str]:
    """What is wrong with one plant's day."""
    planned, total = day.energy[now:], sum(day.energy)
    if day.status == "band_empty":
        if any(planned) or _range(day, now) is not None:
            return ["is marked as unable to run, but it could, or it delivers something"]
        return []
    last = day.initial
    for hour, (energy, (up, down)) in enumerate(zip(planned, _steps(day, now), strict=True), now):
        least, most = (day.seller.minimum if day.available[hour] else 0), day.available[hour]
        if not least <= energy <= most:
            return [f"delivers {energy} kWh in hour {hour} of the day; it can deliver {least} to {most}"]
        if not last - down <= energy <= last + up:
            return [f"goes from {last} to {energy} kWh in hour {hour} of the day, more than its ramp"]
        last = energy
    if reading == "province":
        return []
    if day.status in ("below_min", "above_max"):
        ends = _range(day, now)
        end = None if ends is None else ends[day.status == "above_max"]
        beyond = total > day.contract if day.status == "below_min" else total < day.contract
        if sum(planned) != end or not beyond:
            return [f"is marked {day.status}, but delivers {total} kWh of a contract of {day.contract}, {sum(planned)} of them planned"]
    elif total < day.contract or (reading == "per-plant" and total > day.contract):
        return [f"delivers {total} kWh of a contract of {day.contract}"]
    return []


def of_province(days: Sequence[Day], load: Sequence[int], now: int, reading: str, share: int, bidding: int) -> list[str]:
    """What is wrong with what the plants deliver together."""
    total, found = sum(sum(day.energy) for day in days), []
    if bidding != sum(load) - total:
        found.append(f"leaves {sum(load) - total} kWh to bidding, not {bidding}")
    for hour in range(now, len(load)):
        if sum(day.energy[hour] for day in days) <= load[hour]:
            continue
        free = [day for day in days if day.status == "ok" and day.energy[hour] > (day.seller.minimum if day.available[hour] else 0)]
        if any(_could_give_way(day, now, hour) for day in free):
            found.append(f"contracts exceed the load in hour {hour} of the day although a plant that is not oversupplied could give way")
    able: Mapping[str, bool] = {day.status: True for day in days if day.status != "band_empty"}
    contracted = sum(load) * share // PPM
    if reading == "province" and able:
        only = next(iter(able)) if len(able) == 1 else ""
        holds = total > contracted if only == "below_min" else total < contracted if only == "above_max" else total == contracted
        if not holds:
            found.append(f"delivers {total} kWh; the contract share of the load is {contracted}")
    return found


def _could_give_way(day: Day, now: int, hour: int) -> bool:
    """Whether the plant could deliver less in the hour, all ramps kept."""
    available, steps = day.available[now:], _steps(day, now)
    low = [day.seller.minimum if most else 0 for most in available]
    least = day.initial
    for at, (_, down) in enumerate(steps):
        low[at] = least = max(low[at], least - down)
    for at in range(len(low) - 2, -1, -1):
        low[at] = max(low[at], low[at + 1] - steps[at + 1][0])
    return day.energy[hour] > low[hour - now]
