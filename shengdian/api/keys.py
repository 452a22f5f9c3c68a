"""The words that choose how something is run, as full keys of a config."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any, Final

from shengdian.agents import strategies
from shengdian.experiments.config.designs import keys_of
from shengdian.experiments.config.loading import OPEN_TABLES
from shengdian.experiments.config.messages import nearest
from shengdian.experiments.schema import Rulebook
from shengdian.sim.base.errors import InputError

WORDS: Final = {"design": "run.design", "seed": "run.seeds", "hours": "run.hours", "chain": "run.chain"}
"""short words for keys; `design` and `seed` take one value or several; a design may be given with its reading, as in `run.compare`"""
CHOOSES: Final = ("strategies.plants", "strategies.industry", "strategies.commerce", "strategies.residential")
"""keys whose value may be a strategy's name or class alone"""


def full_keys(kind: type[Rulebook], given: Mapping[str, Any], more: tuple[str, ...] = ()) -> dict[str, Any]:
    """`given` by full key such as `contracts.share`, as plain values.

    A key is a word of WORDS, a full key, or the name of a table whose value holds keys of that table. Raises InputError for any other
    word, with the nearest one; `more` are the words that the caller takes itself. A config refuses full keys that it does not have.
    """
    found: dict[str, Any] = {}
    tables = [name for name in kind.model_fields if name != "scenario"]
    for key, value in given.items():
        if key == "design":
            several = isinstance(value, list | tuple)
            found |= {"run.compare": [_plain(each) for each in value]} if several else {**_one(_plain(value)), "run.compare": []}
        elif key == "seed":
            found["run.seeds"] = _plain(value if isinstance(value, list | tuple | range) else [value])
        elif key in WORDS:
            found[WORDS[key]] = _plain(value)
        elif "." in key or key in tables:
            found |= dict(_flat(key, value))
        else:
            words = [*WORDS, *more, *tables]
            raise InputError(
                f"unknown word {key!r}; allowed: {', '.join([*WORDS, *more])}, or a key of a config such as 'market.k'{nearest(key, words)}"
            )
    return found


def _one(design: Any) -> dict[str, Any]:
    """What a word for one design says; what is no text is left for the config to refuse."""
    return {**keys_of(design)} if isinstance(design, str) else {"run.design": design}


def _flat(key: str, value: Any) -> list[tuple[str, Any]]:
    """Every full key of a table with its value; tables of free keys stay whole."""
    if key in CHOOSES and isinstance(value, str | type):
        return [(key, {"name": _plain(value), "parameters": {}})]
    if isinstance(value, Mapping) and key.rpartition(".")[2] not in OPEN_TABLES:
        return [pair for name, inner in value.items() for pair in _flat(f"{key}.{name}", inner)]
    return [(key, _plain(value))]


def _plain(value: Any) -> Any:
    """As TOML can hold it: strategies by name, paths as text, numbers of NumPy as numbers."""
    if isinstance(value, type):
        return strategies.name_of(value)
    if isinstance(value, PathLike):
        return fspath(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | range):
        return [_plain(each) for each in value]
    return value.item() if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0 else value
