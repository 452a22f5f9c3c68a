"""The region of a config: where its folder is, which of its zones take part, and the digest of its files."""

from __future__ import annotations

from pathlib import Path

from shengdian.experiments.config.messages import no_repeats, one_of
from shengdian.experiments.schema import Config
from shengdian.regions.region import Region, find, region_of
from shengdian.sim.base.errors import InputError


def in_region(config: Config, folder: Path, given: str = "") -> Config:
    """The config with its region found, with all zones where it names none, and with the digest of the region's files.

    The region is looked for from `folder`, the config's, or is in `given`. Raises InputError where it is not there, or is another one.
    """
    try:
        place = given or str(find(config.region.path, config.region.sha256, folder))
        placed = config.model_copy(update={"region": config.region.at(place)})
        region = region_of(placed)
    except InputError as error:
        raise InputError(f"{error}" if str(error).startswith("region.path") else f"region.path: {error}") from error
    return placed.model_copy(update={"region": _known(placed, region)})


def _known(config: Config, region: Region) -> object:
    """The table [region] of the config, complete."""
    zones = config.region.zones or region.zones
    for at, code in enumerate(zones):
        one_of(f"region.zones[{at}]", code, region.zones)
    no_repeats("region.zones", zones)
    return config.region.model_copy(update={"zones": zones, "sha256": region.sha256})
