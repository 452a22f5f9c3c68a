"""The users of a province: a whole share of every hour's load for each, which together are the load."""

from __future__ import annotations

from agents import strategies
from experiments.profiles import Profiles
from experiments.schema import SECTORS, Config, Sector, Strategy
from sim.scenario import UserSpec
from sim.split import largest_remainder
from sim.streams import stream
from sim.units import kwh, ppm


def users(config: Config, code: str, profile: Profiles, seed: int) -> tuple[UserSpec, ...]:
    """Industry, then commerce, then residential; sizes within a sector are a seeded lognormal draw."""
    keys: list[tuple[str, Sector]] = []
    weights: list[int] = []
    for sector in SECTORS:
        count = getattr(config.users.count, sector)
        if not count:
            continue
        sizes = stream(seed, "user sizes", code, sector).lognormal(0.0, config.users.size_spread, count)
        weights += largest_remainder(ppm(getattr(config.users.load_share, sector)) * 1_000_000, [1 + int(size * 1e9) for size in sizes])
        keys += [(f"{code}_{sector}_{number}", sector) for number in range(1, count + 1)]
    hourly = [largest_remainder(kwh(load), weights) for load in profile.load[code]]
    found = []
    for at, (user, group) in enumerate(keys):
        chosen: Strategy = getattr(config.strategies, group)
        found.append(
            UserSpec(
                id=user,
                zone=code,
                sector=group,
                captive=group in config.users.captive,
                demand=tuple(parts[at] for parts in hourly),
                strategy=chosen.name,
                parameters=strategies.parameters(chosen.name, chosen.parameters),
            )
        )
    return tuple(found)
