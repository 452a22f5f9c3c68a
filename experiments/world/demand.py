"""The users of a province: a whole share of every hour's load for each, which together are the load."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shengdian.experiments.schema import SECTORS, Config, Sector, Strategy
from shengdian.experiments.world.profiles import Profiles
from shengdian.regions.region import Region
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.streams import stream
from shengdian.sim.base.units import PPM, kwh, ppm
from shengdian.sim.scenario import UserSpec

WHOLE = 1_000_000_000_000
"""sum of the weights of a province's users"""


@dataclass(frozen=True, slots=True)
class Weight:
    """A user before it meets the hours."""

    id: str
    sector: Sector
    weight: int
    """of `WHOLE`, its part of every hour's load"""


def weights(config: Config, region: Region, code: str, seed: int) -> tuple[Weight, ...]:
    """The users that the region's files name, else industry, then commerce, then residential, with sizes within a sector that are a
    seeded lognormal draw."""
    if named := [row for row in region.users if row.zone == code]:
        parts = largest_remainder(WHOLE, [1 + int(row.share * 1e9) for row in named])
        return tuple(Weight(row.user, row.sector, part) for row, part in zip(named, parts, strict=True))
    found: list[Weight] = []
    for sector in SECTORS:
        count = getattr(config.users.count, sector)
        if not count:
            continue
        sizes = stream(seed, "user sizes", code, sector).lognormal(0.0, abs(config.users.size_spread), count)  # abs: -0.0
        parts = largest_remainder(ppm(getattr(config.users.load_share, sector)) * PPM, [1 + int(size * 1e9) for size in sizes])
        found += [Weight(f"{code}_{sector}_{number}", sector, part) for number, part in enumerate(parts, start=1)]
    return tuple(found)


def users(config: Config, region: Region, code: str, profile: Profiles, seed: int) -> tuple[UserSpec, ...]:
    """The users of a province with their demand by hour.

    Of a sector of which a part may choose, every user is two accounts: one has that share of each hour's demand, rounded down, and keeps
    the name; the other is captive and has the rest.
    """
    sized = weights(config, region, code, seed)
    hourly = [largest_remainder(kwh(load), [each.weight for each in sized]) for load in profile.load[code]]
    found: list[UserSpec] = []
    for at, each in enumerate(sized):
        chosen: Strategy = getattr(config.strategies, each.sector)
        whole = UserSpec(
            id=each.id,
            zone=code,
            sector=each.sector,
            captive=each.sector in config.users.captive,
            demand=tuple(parts[at] for parts in hourly),
            strategy=chosen.name,
            parameters=chosen.parameters,
        )
        share = (config.users.choice or {}).get(each.sector)
        found += [whole] if share is None else _parted(whole, ppm(share))
    return tuple(found)


def _parted(user: UserSpec, share: int) -> tuple[UserSpec, UserSpec]:
    """Who may choose, with `share` (ppm) of the demand, and who may not."""
    free = tuple(energy * share // PPM for energy in user.demand)
    rest = tuple(energy - part for energy, part in zip(user.demand, free, strict=True))
    return replace(user, demand=free), replace(user, id=f"{user.id}_captive", captive=True, demand=rest)
