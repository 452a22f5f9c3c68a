"""What a market is made from, as the hashes that its first block fixes: config, figures, contracts, and code of a user's own.

Two runs of the same market have the same, whichever chain they are on and whatever they are called.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shengdian import contracts
from shengdian.experiments.runs import provenance
from shengdian.experiments.schema import Config, Rulebook
from shengdian.regions.region import region_of
from shengdian.sim.base.errors import InputError
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.record.run_folder import config_hash, sha256_of
from shengdian.sim.scenario import Scenario

NOT_BOUND: Final[Mapping[str, str]] = {
    "name": "a name decides nothing",
    "question": "it is text for readers",
    "description": "it is text for readers",
    "run.chain": "every chain carries the same market out",
    "code_folder": "it is a place; the files in it are bound",
    "profiles.path": "it is a place; the file there is bound",
    "region.path": "it is a place; the files there are bound",
}
"""keys of a config that its hash leaves out, and why"""
PROFILE: Final = "profiles.path"
"""what the file of a user's own year is called among the figures"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is bound, by name: SHA-256 in hexadecimal digits."""

    config: Mapping[str, Any]
    """resolved, without the keys of NOT_BOUND"""
    data: Mapping[str, str]
    """by file of figures"""
    code: Mapping[str, str]
    """of the creation code, by contract of the market"""
    own_code: Mapping[str, str]
    """by strategy of a user's own, as the run found its file"""

    def hashes(self) -> tuple[bytes, ...]:
        """As the contract `Terms` is created with: 32 bytes each."""
        return tuple(bytes.fromhex(config_hash(part)) for part in (self.config, self.data, self.code, self.own_code))


def of_run(config: Rulebook, scenario: Scenario, own_code: Mapping[str, str] | None = None) -> Terms:
    """The terms of a run. `own_code` is what a finished run kept of a user's own code; without it files are read as they are now.

    Raises InputError for a file of figures that cannot be read.
    """
    if own_code is None:
        own_code = provenance.own_code(config) if isinstance(config, Config) else {}
    names = [name for name in MarketRules.of(scenario).contracts if name != "Terms"]
    code = {name: hashlib.sha256(contracts.artifact(name).bytecode).hexdigest() for name in names}
    return Terms(bound_config(config.resolved()), figures(config), code, own_code)


def bound_config(resolved: Mapping[str, Any]) -> dict[str, Any]:
    """A resolved config without the keys of NOT_BOUND."""
    kept = {key: dict(value) if isinstance(value, Mapping) else value for key, value in resolved.items() if key not in NOT_BOUND}
    for table, _, key in (name.partition(".") for name in NOT_BOUND if "." in name):
        kept.get(table, {}).pop(key, None)
    return kept


def figures(config: Rulebook) -> dict[str, str]:
    """SHA-256 by file of figures that a scenario is built from; none for one made in Python, whose config has that of its scenario.json."""
    if not isinstance(config, Config):
        return {}
    found = {f"region/{name}": digest for name, digest in region_of(config).files.items()}
    if config.profiles.path:
        try:
            found[PROFILE] = sha256_of(Path(config.profiles.path))
        except OSError as cause:
            raise InputError(f"{config.profiles.path}: cannot be read ({cause.strerror})") from cause
    return found
