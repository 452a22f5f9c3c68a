"""manifest.json and summary.json against what the chain, the config and the rebuilt tables make of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shengdian.audit.verdict import Difference
from shengdian.experiments.runs import provenance
from shengdian.experiments.runs.terms import Terms
from shengdian.experiments.schema import Rulebook
from shengdian.sim.record.run_folder import MANIFEST, config_hash, run_id, sha256_of
from shengdian.sim.record.tables import VERSION

NOT_HERE = ("versions", "git_commit", "seconds", "own_code")
"""keys of the manifest that this file leaves to `layout` and `terms`"""
CONTENTS = "contents"
"""key of the manifest with the SHA-256 of every other file"""


def due_manifest(config: Rulebook, bound: Terms, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the manifest should say; `facts` is what the chain makes it say."""
    return {
        "version": VERSION,
        "run_id": run_id(config.name, config.run.design, config.run.seeds[0], config.resolved()),
        "name": config.name,
        "design": config.run.design,
        "seed": config.run.seeds[0],
        "chain": config.run.chain,
        "config_hash": config_hash(config.resolved()),
        "artifact_hashes": provenance.artifact_hashes(),
        "data_hashes": dict(bound.data),
        **facts,
    }


def compare(file: str, found: Mapping[str, Any], due: Mapping[str, Any], ignored: tuple[str, ...] = ()) -> list[Difference]:
    """A difference for every key that does not say what it should, is missing or is unknown."""
    differences = []
    for key, value in due.items():
        if key not in found:
            differences.append(Difference(f"{key} is missing; it should be {_short(value)}", table=file))
        elif _text(found[key]) != _text(value):
            differences.append(Difference(_sentence(key, found[key], value), table=file))
    unknown = [key for key in found if key not in due and key not in ignored]
    return differences + [Difference(f"{key} is a key that no run writes", table=file) for key in unknown]


def changed(directory: Path, manifest: Mapping[str, Any]) -> list[Difference]:
    """Files that are other bytes than the manifest says, whatever they mean."""
    listed = manifest.get(CONTENTS)
    if not isinstance(listed, dict):
        return [Difference(f"{CONTENTS} is missing; it should hold the SHA-256 of every file", table=MANIFEST)]
    there = sorted(path.name for path in directory.iterdir() if path.is_file() and path.name != MANIFEST)
    found = {f"{CONTENTS}.{name}": sha256_of(directory / name) for name in there}
    return compare(MANIFEST, {f"{CONTENTS}.{name}": digest for name, digest in listed.items()}, found)


def _text(value: Any) -> str:
    """So that 1, 1.0 and true are three things, in whatever order keys come."""
    return json.dumps(value, sort_keys=True, default=str)


def _sentence(key: str, found: Any, due: Any) -> str:
    if isinstance(found, dict) and isinstance(due, dict):
        inner = next((name for name in [*due, *found] if _text(found.get(name)) != _text(due.get(name))), None)
        if inner is not None:
            return f"{key}.{inner} is {_short(found.get(inner))}; it should be {_short(due.get(inner))}"
    return f"{key} is {_short(found)}; it should be {_short(due)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 90 else f"{text[:60]}...{text[-20:]}"
