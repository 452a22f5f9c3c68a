"""The folder of a run: its name, what stands in it, and where it stands before and after it is finished."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.parsing import json_of
from shengdian.sim.record.chain_record import NAME as CHAIN
from shengdian.sim.record.durable import sole_writer, sync_folder
from shengdian.sim.record.tables import SCHEMAS

CONFIG = "config.toml"
SUMMARY = "summary.json"
MANIFEST = "manifest.json"
SWEEP = "runs.parquet"
"""of a directory of runs that a sweep left: a row a run, column `run_id`"""
FILES = (CONFIG, SUMMARY, CHAIN, *(f"{name}.parquet" for name in SCHEMAS))
"""what a finished run has at least, beside its manifest"""


def plain(config: Any) -> Any:
    """A config as TOML and JSON can hold it: tables, lists, text, numbers; keys without a value left out."""
    if isinstance(config, Mapping):
        return {str(key): plain(value) for key, value in config.items() if value is not None}
    if isinstance(config, list | tuple):
        return [plain(value) for value in config]
    return config


def config_hash(config: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no blanks) of a resolved config."""
    text = json.dumps(plain(config), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def run_id(name: str, design: str, seed: int, config: Mapping[str, Any]) -> str:
    """The name of a run's directory; the same resolved config, design and seed always have the same."""
    return f"{name}-{design}-seed{seed}-{config_hash(config)[:8]}"


def unfinished(directory: Path, run_id: str) -> Path:
    """Where a run stands until it is finished."""
    return directory / f".{run_id}.unfinished"


def complete(directory: Path, run_id: str) -> Path:
    """Moves a run whose manifest is written to its final place, if it is not there yet; returns that place.

    Raises InputError where another process has it all the time.
    """
    temporary = unfinished(directory, run_id)
    if (temporary / MANIFEST).is_file():
        with sole_writer(temporary):
            to_its_place(directory, run_id)
            with suppress(OSError):
                temporary.rmdir()  # another process moved the run while this one waited
    return directory / run_id


def to_its_place(directory: Path, run_id: str) -> Path:
    """As `complete`, for whoever is the sole writer."""
    temporary, final = unfinished(directory, run_id), directory / run_id
    if (temporary / MANIFEST).is_file():
        kept = {MANIFEST, *read_json(temporary / MANIFEST)["contents"]}
        for path in list(temporary.iterdir()):
            if path.name not in kept:
                path.unlink()
        replaced = final.with_name(f".{run_id}.replaced")
        shutil.rmtree(replaced, ignore_errors=True)
        if final.exists():
            os.rename(final, replaced)
        os.rename(temporary, final)
        sync_folder(directory)
        shutil.rmtree(replaced, ignore_errors=True)
    return final


def sha256_of(path: Path) -> str:
    """Hexadecimal digits of the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_json(value: Mapping[str, Any]) -> str:
    """As manifest and summary are written."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_json(path: Path) -> dict[str, Any]:
    """What `to_json` wrote; InputError where it is missing, damaged or no object."""
    try:
        value = json_of(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise InputError(f"{path}: missing or damaged ({cause})") from cause
    if not isinstance(value, dict):
        raise InputError(f"{path}: holds no object")
    return value
