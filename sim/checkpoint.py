"""What a run in progress can go on from: written at the end of every simulated day, whole or not at all.

Files of the run only grow between checkpoints. `checkpoint.json` says how long each was; whatever a stop left beyond that is cut off. It is
written under another name, made durable and renamed, so that a kill at any moment finds the old one or the new one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sim.durable import replace_with
from sim.errors import InputError

NAME = "checkpoint.json"
CHAIN_STATE = "chain.state"
VERSION = 1
LENGTH = 4
"""bytes of a length in `chain.state`"""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    hours: int
    """simulated so far"""
    sizes: Mapping[str, int]
    """bytes by file"""
    record: Mapping[str, Any]
    """what the chain's record has counted"""
    counted: Mapping[str, Any]
    """what the writer has counted by phase"""
    model: Mapping[str, Any]
    """agents, random streams and plans as plain values"""
    seconds: float
    """wall seconds of the run so far"""
    made_with: Mapping[str, Any]
    """versions of the program and its packages, and the contracts' hashes"""

    def write(self, directory: Path) -> None:
        """Takes the place of the checkpoint before it."""
        replace_with(directory / NAME, json.dumps({"version": VERSION, **asdict(self)}).encode())


def read_checkpoint(directory: Path, made_with: Mapping[str, Any]) -> Checkpoint | None:
    """The last checkpoint of a run in progress, its files cut to what it knows; None where no day was finished.

    Raises InputError, and changes nothing, where the checkpoint is of another version or a file is shorter than it says.
    """
    path = directory / NAME
    if not path.is_file():
        return None
    advice = f"remove {directory} to simulate the run from its beginning"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = content.pop("version")
        found = Checkpoint(**content) if version == VERSION else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise InputError(f"{path}: damaged ({cause}); {advice}") from cause
    if found is None:
        raise InputError(f"{path}: a checkpoint of version {version!r}; this program reads version {VERSION}; {advice}")
    for key, value in made_with.items():
        if found.made_with.get(key) != value:
            raise InputError(f"{path}: written by another version of the program ({key} differs); go on with that one, or {advice}")
    for name, size in found.sizes.items():
        there = (directory / name).stat().st_size if (directory / name).is_file() else 0
        if there < size:
            raise InputError(f"{directory / name}: cut short, {there} of {size} bytes; {advice}")
    for name, size in found.sizes.items():
        with (directory / name).open("r+b") as file:
            file.truncate(size)
    return found


class StateFile:
    """The chain's state as pairs of key and value; every checkpoint appends the pairs that are new or changed."""

    def __init__(self, file: BinaryIO, written: Mapping[bytes, bytes]) -> None:
        """`written`: the pairs that `file` holds already."""
        self._file, self._written = file, dict(written)

    def add(self, state: Mapping[bytes, bytes]) -> None:
        """Appends what differs from what was written before; a key never goes away."""
        for key, value in state.items():
            if self._written.get(key) != value:
                self._written[key] = value
                for part in (key, value):
                    self._file.write(len(part).to_bytes(LENGTH, "big") + part)


def read_state(path: Path) -> dict[bytes, bytes]:
    """The last value by key."""
    parts = list(_parts(path.read_bytes()))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _parts(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        begin = at + LENGTH
        at = begin + int.from_bytes(data[at:begin], "big")
        yield data[begin:at]
