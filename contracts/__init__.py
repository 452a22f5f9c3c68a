"""Loads the committed artifacts: ABI, bytecode and what they were compiled from. Users need no compiler.

A contract of a user's own is added as data, with `add`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

_NOT_SOURCES = {"artifacts", "cache", "node_modules", "out"}
"""as in compile.js; what forge leaves in out/ are folders named after sources"""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract."""

    name: str
    abi: list[dict[str, Any]]
    bytecode: bytes
    """creation code"""
    runtime_sizes: dict[str, int]
    """bytes of deployed code, by name: of the contract, and of those that its constructor creates"""
    compiler: str
    """version and commit of solc"""
    settings: dict[str, Any]
    """solc's settings, as given"""
    sources: tuple[str, ...]
    """what it was compiled from: paths below `contracts/`, and OpenZeppelin's, which begin with `@`"""
    source_hash: str
    """SHA-256 over every source of the project that the contract was compiled from"""


_ADDED: dict[str, Artifact] = {}
"""contracts of a user's own, by the name that `add` gave them"""


@cache
def add(name: str, abi: str, bytecode: str) -> str:
    """Makes a contract of a user's own known in this process, from its ABI (JSON) and its creation code (hex, with or without 0x).

    Gives the name that it has from then on: that of its content, so that no two contracts share one. Raises ValueError for what is neither.
    """
    code = bytes.fromhex(bytecode.removeprefix("0x"))
    known_as = f"Own{name}_{hashlib.sha256(abi.encode() + code).hexdigest()[:8]}"
    _ADDED[known_as] = Artifact(known_as, json.loads(abi), code, {}, "", {}, (), "")
    return known_as


@cache
def artifact(name: str) -> Artifact:
    """The committed artifact `artifacts/<name>.json`, or one that was added; KeyError names the known ones."""
    if name in _ADDED:
        return _ADDED[name]
    path = files(__name__) / "artifacts" / f"{name}.json"
    if not path.is_file():
        raise KeyError(f"no contract {name!r}; known: {', '.join(names())}")
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Artifact(
        name=raw["name"],
        abi=raw["abi"],
        bytecode=bytes.fromhex(raw["bytecode"].removeprefix("0x")),
        runtime_sizes=raw["runtimeSizes"],
        compiler=raw["compiler"],
        settings=raw["settings"],
        sources=tuple(raw["sources"]),
        source_hash=raw["sourceHash"],
    )


def names() -> list[str]:
    """Every contract that has an artifact, in alphabetical order."""
    return sorted(path.name.removesuffix(".json") for path in (files(__name__) / "artifacts").iterdir() if path.name.endswith(".json"))


def known() -> list[str]:
    """Every contract that has an artifact, and those that were added."""
    return [*names(), *_ADDED]


def sources() -> list[Path]:
    """The Solidity files that artifacts are compiled from, sorted. Needs the repository: they are not packaged; empty without it."""
    root = Path(__file__).parent
    return sorted(path for path in root.rglob("*.sol") if path.relative_to(root).parts[0] not in _NOT_SOURCES)
