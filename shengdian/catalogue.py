"""What there is to choose from, found by looking at the files: nothing is loaded that only a run needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from importlib import import_module
from importlib.resources import files
from typing import Any, Final

from shengdian import contracts
from shengdian.agents import strategies as strategy_files
from shengdian.experiments.config.presets import missing, presets
from shengdian.sim.adapters import chain_names
from shengdian.sim.base.parsing import toml_of
from shengdian.sim.designs import design_names
from shengdian.sim.mechanisms import MECHANISMS

CONFIGS: Final = files("shengdian.experiments") / "configs"
LISTING: Final = "Orders are posted at their price and taken in the order in which takers come."

WHOM: Final = {"plant": "plants", "user": "users", "storage": "storage", "either": "plants and users"}


def strategies() -> dict[str, str]:
    """By name, one a file in agents/strategies: for whom it is, what it does, and its parameters with their defaults."""
    return {name: _strategy(name) for name in strategy_files.names()}


def _strategy(name: str) -> str:
    found = strategy_files.strategy(name)
    words = str(import_module(found.__module__).__doc__).partition("\n")[0]
    known = ", ".join(f"{key} = {parameter.default:g}" for key, parameter in found.known.items())
    return f"{WHOM[found.kind]}: {words}" + (f" [{known}]" if known else "")


def auctions() -> list[str]:
    """Contracts that clear an hour."""
    return [name for name in contracts.names() if name.endswith("Auction")]


def experiments() -> dict[str, str]:
    """Question by name; that of base.toml where a file has none."""
    read = {path.name.removesuffix(".toml"): toml_of(path.read_text(encoding="utf-8")) for path in CONFIGS.iterdir()}
    return {name: str(read[name].get("question", read["base"]["question"])) for name in sorted(read)}


def catalogue() -> dict[str, dict[str, str]]:
    """Names of every kind, with a line on each: an experiment's question, else the beginning of its file."""
    return {
        "experiments": experiments(),
        "strategies": strategies(),
        "auctions": {name: _auction(name) for name in auctions()},
        "mechanisms": {**{each.name: each.summary for each in MECHANISMS}, "listing": LISTING},
        "designs": {name: _first_line("designs", name) for name in design_names()},
        "structures": {name: _structure(name) for name in presets()},
        "chains": {name: _first_line("adapters", name.replace("-", "_")) for name in chain_names()},
    }


def structure_keys() -> dict[str, str]:
    """What every key of `[structure]` decides, by key."""
    from shengdian.structure import Structure  # brings pydantic, which the list need not wait for

    return {name: field.description for name, field in Structure.model_fields.items() if field.description}


def structure_values(name: str) -> dict[str, str]:
    """A preset key by key, in the words of a config, and then where it comes from and what it leaves out."""
    preset = presets()[name]
    said = {"from": preset.fact, **({"leaves out": preset.aside} if preset.aside else {})}
    return {**{key: _value(value) for key, value in preset.keys.items()}, **said}


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_value(inner)}" for key, inner in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _structure(name: str) -> str:
    """What the paper says of a preset, and what it waits for."""
    waits = "; ".join(missing(presets()[name].keys))
    return presets()[name].seed + (f" Cannot run yet: {waits}." if waits else "")


def _first_line(room: str, module: str) -> str:
    """Of the documentation of a module in a room of `sim`; nothing of it is carried out."""
    source = files("shengdian.sim").joinpath(room, f"{module}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def _auction(name: str) -> str:
    """What stands in the auction's twin; the twin of a sealed one, or one with a record of prices, is that of the plain one."""
    plain = name.removeprefix("Sealed").removeprefix("Priced")
    words = _first_line("twins", re.sub(r"(?<!^)(?=[A-Z])", "_", plain).lower()).partition(": ")[2]
    if plain != name:
        own = ("orders in sealed envelopes" * name.startswith("Sealed"), "a record of its prices" * ("Priced" in name))
        return f"As {plain}, with {' and '.join(filter(None, own))}."
    return words[:1].upper() + words[1:].rstrip(",")
