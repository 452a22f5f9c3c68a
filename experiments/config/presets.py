"""The market structures that have a name, as their file has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shengdian.sim.base.parsing import toml_of


@dataclass(frozen=True, slots=True)
class Preset:
    """A structure by name, with what it is read from."""

    seed: str
    """what the paper says, a sentence"""
    fact: str
    aside: str
    """what the preset leaves out; empty: nothing"""
    keys: Mapping[str, Any]
    """every key of a Structure but its preset"""


@cache
def presets() -> dict[str, Preset]:
    """Every preset by name, in the order of their file."""
    content = toml_of((files("shengdian.experiments") / "structures.toml").read_text(encoding="utf-8"))
    words = ("seed", "fact", "aside")
    return {
        name: Preset(**{word: table[word] for word in words}, keys={key: value for key, value in table.items() if key not in words})
        for name, table in content.items()
    }


def missing(keys: Mapping[str, Any]) -> Iterator[str]:
    """The parts of a structure, key by key, that there are not yet, a phrase each."""
    agreed = keys["contracts"]
    if keys["dispatch"] == "equal":
        yield "dispatch by equal shares ('equal') is missing"
    if keys["dispatch"] == "self":
        yield "dispatch by contracts alone ('self') is missing"
    if keys["price"] == "tariff" and keys["dispatch"] != "utility":
        yield "a tariff in place of the hour's price is missing"
    if agreed["kind"] == "auction":
        yield "auctions of contracts for distributors are missing"
    if agreed["kind"] != "none" and agreed["tariff"] == "cost_plus":
        yield "contract prices of cost and a margin are missing"
