"""Keys that once had another name: the old one is accepted, and told."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Final

from shengdian.agents.strategies import is_own

RENAMED: Final[Mapping[str, str]] = {
    "region.provinces": "region.zones",
    "costs.coal_factor": "costs.fuel_factor.coal",
    "costs.gas_factor": "costs.fuel_factor.gas",
    "market.price_floor_cny_mwh": "market.price_floor_per_mwh",
    "market.price_cap_cny_mwh": "market.price_cap_per_mwh",
    "market.bond_cny_mwh": "market.bond_per_mwh",
    "collateral.fund_cny": "collateral.fund",
}
"""the name of today by the old one"""

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "plants": {"cost_cny_mwh": "cost_per_mwh"},
    "lines": {"charge_cny_mwh": "charge_per_mwh"},
    "parameters": {"highest_cny_mwh": "highest_per_mwh", "lowest_cny_mwh": "lowest_per_mwh"},
}
"""the same of what stands in [[plants]], [[lines]] and in the parameters of a strategy that comes with the package"""


def renamed(values: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The tables of a config with the names of today, also where its sweep names keys."""
    found = dict(values)
    for old, new in RENAMED.items():
        table, _, key = old.partition(".")
        if isinstance(found.get(table), Mapping) and key in found[table]:
            kept = {name: value for name, value in found[table].items() if name != key}
            _put(kept, new.split(".")[1:], found[table][key])
            found[table] = kept
            tell(old, new, source)
    for table in ("plants", "lines"):
        if isinstance(found.get(table), list):
            found[table] = [_row(each, table, table, source) for each in found[table]]
    if isinstance(found.get("strategies"), Mapping):
        found["strategies"] = {key: _strategy(each, f"strategies.{key}", source) for key, each in found["strategies"].items()}
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
    found = {}
    for key, value in values.items():
        table, _, last = key.rpartition(".")
        new = RENAMED.get(key)
        if table.endswith(".parameters") and last in COLUMNS["parameters"]:
            new = f"{table}.{COLUMNS['parameters'][last]}"
        if new:
            tell(key, new, source)
        found[new or key] = value
    return found


def tell(old: str, new: str, source: str) -> None:
    """Says the name of today, as a FutureWarning."""
    warnings.warn(f"{source}: {old} is now called {new}", FutureWarning, stacklevel=2)


def _row(row: Any, table: str, where: str, source: str) -> Any:
    if not isinstance(row, Mapping):
        return row
    for old in COLUMNS[table].keys() & row.keys():
        tell(f"{where}.{old}", f"{where}.{COLUMNS[table][old]}", source)
    return {COLUMNS[table].get(key, key): value for key, value in row.items()}


def _strategy(strategy: Any, where: str, source: str) -> Any:
    """One of [strategies], or the list [[strategies.own]]; what a strategy of a user's own calls its parameters is its own."""
    if isinstance(strategy, list):
        return [_strategy(each, where, source) for each in strategy]
    if not isinstance(strategy, Mapping) or "parameters" not in strategy or is_own(str(strategy.get("name", ""))):
        return strategy
    return {**strategy, "parameters": _row(strategy["parameters"], "parameters", f"{where}.parameters", source)}


def _put(table: dict[str, Any], path: list[str], value: Any) -> None:
    *above, last = path
    for key in above:
        table[key] = dict(table.get(key, {}))
        table = table[key]
    table[last] = value
