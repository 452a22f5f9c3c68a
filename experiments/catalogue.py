"""What there is to choose from, found by looking at the files."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import agents.strategies
import contracts
from experiments import config
from experiments.clear import MECHANISMS
from sim.chain import chain_names
from sim.designs import design_names

WHOM: Final = {"plant": "plants", "user": "users", "either": "plants and users"}


def strategies() -> dict[str, str]:
    """By name, one a file in agents/strategies: for whom it is, what it does, and its parameters with their defaults."""
    return {name: _strategy(name) for name in agents.strategies.names()}


def _strategy(name: str) -> str:
    found = agents.strategies.strategy(name)
    words = str(import_module(found.__module__).__doc__).partition("\n")[0]
    known = ", ".join(f"{key} = {parameter.default:g}" for key, parameter in found.known.items())
    return f"{WHOM[found.kind]}: {words}" + (f" [{known}]" if known else "")


def auctions() -> list[str]:
    """Contracts that clear an hour."""
    return [name for name in contracts.names() if name.endswith("Auction")]


def experiments() -> dict[str, str]:
    """Question by name."""
    return {name: config.load_config(name).question for name in config.names()}


def catalogue() -> dict[str, dict[str, str]]:
    """Names of every kind, with a remark where there is one."""
    return {
        "experiments": experiments(),
        "strategies": strategies(),
        "auctions": dict.fromkeys(auctions(), ""),
        "mechanisms": dict.fromkeys(MECHANISMS, ""),
        "designs": dict.fromkeys(design_names(), ""),
        "chains": dict.fromkeys(chain_names(), ""),
    }
