"""What an explorer needs to verify a contract: its sources and the compiler's settings, as the compiler's standard JSON input.

Sources are not packaged. This needs the repository, and in `contracts/node_modules` what `npm ci` installs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shengdian import contracts

OUTPUT = ("abi", "metadata", "evm.bytecode", "evm.deployedBytecode")
"""what the compiler is asked for"""


def verified_source(name: str, root: Path = Path(contracts.__file__).parent) -> dict[str, Any]:
    """`compilerVersion`, `contractIdentifier` and `stdJsonInput`: what Sourcify is asked with at `/v2/verify`.

    KeyError for a contract without an artifact, FileNotFoundError where a source is not below `root`, ValueError where the sources have
    changed since the artifact was made.
    """
    artifact = contracts.artifact(name)
    texts = {source: _path(root, source).read_bytes().decode() for source in artifact.sources}
    if _hash(texts) != artifact.source_hash:
        raise ValueError(f"the sources of {name} have changed since it was compiled")
    defined = re.compile(rf"^contract {name}\b", re.MULTILINE)
    source = next(source for source, text in texts.items() if defined.search(text))
    return {
        "compilerVersion": artifact.compiler.removesuffix(".Emscripten.clang"),
        "contractIdentifier": f"{source}:{name}",
        "stdJsonInput": {
            "language": "Solidity",
            "sources": {each: {"content": text} for each, text in texts.items()},
            "settings": {**artifact.settings, "outputSelection": {source: {name: list(OUTPUT)}}},
        },
    }


def _path(root: Path, source: str) -> Path:
    return root / "node_modules" / source if source.startswith("@") else root / source


def _hash(texts: Mapping[str, str]) -> str:
    """Of the project's own sources, as compile.js takes it."""
    digest = hashlib.sha256()
    for source in sorted(source for source in texts if not source.startswith("@")):
        digest.update(f"{source}\0{texts[source]}\0".encode())
    return digest.hexdigest()
