"""What there is to choose from, found by looking at the files."""

from __future__ import annotations

from importlib.resources import files

import contracts
from experiments import config
from experiments.clear import MECHANISMS
from sim.chain import chain_names
from sim.designs import design_names


def strategies() -> list[str]:
    """One a file in agents/strategies."""
    found = (entry.name for entry in files("agents.strategies").iterdir())
    return sorted(name.removesuffix(".py") for name in found if name.endswith(".py") and not name.startswith("_"))


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
        "strategies": dict.fromkeys(strategies(), ""),
        "auctions": dict.fromkeys(auctions(), ""),
        "mechanisms": dict.fromkeys(MECHANISMS, ""),
        "designs": dict.fromkeys(design_names(), ""),
        "chains": dict.fromkeys(chain_names(), ""),
    }
