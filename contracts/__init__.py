"""Loads the committed artifacts: ABI, bytecode and what they were compiled from. Users need no compiler."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

_NOT_SOURCES = {"artifacts", "cache", "node_modules", "out", "test"}
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


@cache
def artifact(name: str) -> Artifact:
    """The committed artifact `artifacts/<name>.json`; KeyError names the known ones."""
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


def sources() -> list[Path]:
    """The Solidity files that artifacts are compiled from, sorted. Needs the repository: they are not packaged; empty without it."""
    root = Path(__file__).parent
    return sorted(path for path in root.rglob("*.sol") if path.relative_to(root).parts[0] not in _NOT_SOURCES)
