"""Keys that once had another name: the old one is accepted, and told."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Final

RENAMED: Final[Mapping[str, str]] = {
    "region.provinces": "region.zones",
    "costs.coal_factor": "costs.fuel_factor.coal",
    "costs.gas_factor": "costs.fuel_factor.gas",
}
"""the name of today by the old one"""


def renamed(values: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The tables of a config with the names of today, also where its sweep names keys."""
    found = dict(values)
    for old, new in RENAMED.items():
        table, _, key = old.partition(".")
        if isinstance(found.get(table), Mapping) and key in found[table]:
            kept = {name: value for name, value in found[table].items() if name != key}
            _put(kept, new.split(".")[1:], found[table][key])
            found[table] = kept
            tell(old, source)
    sweep = found.get("sweep")
    if isinstance(sweep, Mapping):
        found["sweep"] = dict(sweep)
        for name in ("grid", "latin_hypercube"):
            if isinstance(sweep.get(name), Mapping):
                found["sweep"][name] = renamed_keys(sweep[name], source)
        if isinstance(sweep.get("list"), list):
            found["sweep"]["list"] = [renamed_keys(each, source) if isinstance(each, Mapping) else each for each in sweep["list"]]
    return found


def renamed_keys(values: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Values under full keys, under the names of today."""
    for key in values:
        if key in RENAMED:
            tell(key, source)
    return {RENAMED.get(key, key): value for key, value in values.items()}


def tell(old: str, source: str) -> None:
    """Says the name of today, as a FutureWarning."""
    warnings.warn(f"{source}: {old} is now called {RENAMED[old]}", FutureWarning, stacklevel=2)


def _put(table: dict[str, Any], path: list[str], value: Any) -> None:
    *above, last = path
    for key in above:
        table[key] = dict(table.get(key, {}))
        table = table[key]
    table[last] = value
