"""What a run in progress can go on from: written at the end of every simulated day, whole or not at all.

Files of the run only grow between checkpoints. `checkpoint.json` says how long each was and what its SHA-256 was, and has one of its own;
whatever a stop left beyond that is cut off. It is written under another name, made durable and renamed, so that a kill at any moment finds
the old one or the new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from shengdian.sim.base.errors import InputError
from shengdian.sim.base.parsing import json_of
from shengdian.sim.record.durable import replace_with

NAME = "checkpoint.json"
CHAIN_STATE = "chain.state"
RESENT = ".resent"
"""ends the name of a record that takes another one's place with the next checkpoint"""
VERSION = 2
LENGTH = 4
"""bytes of a length in `chain.state`"""
PART = 2**20
"""bytes read at a time"""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a run has come, and what it needs to go on from there."""

    hours: int
    """simulated so far"""
    sizes: Mapping[str, int]
    """bytes by file"""
    sha256: Mapping[str, str]
    """of so many bytes, by file"""
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

    @property
    def only_once(self) -> bool:
        """Whether it stands on a chain with a clock of its own, which cannot carry it out again."""
        return "start" in self.model

    def write(self, directory: Path) -> None:
        """Takes the place of the checkpoint before it."""
        content = json.loads(json.dumps(asdict(self)))  # as it will be read: every key is text
        replace_with(directory / NAME, json.dumps({"version": VERSION, "own_sha256": _own(content), **content}).encode())


class Grown:
    """The SHA-256 of a file that only grows, as far as it was read."""

    def __init__(self, path: Path) -> None:
        self._path, self._size, self._hash = path, 0, hashlib.sha256()

    def upto(self, size: int) -> str:
        """Hexadecimal digits for the first `size` bytes; sizes never fall from one call to the next."""
        with self._path.open("rb") as file:
            file.seek(self._size)
            while self._size < size and (part := file.read(min(size - self._size, PART))):
                self._hash.update(part)
                self._size += len(part)
        return self._hash.hexdigest()

    def moves_to(self, path: Path) -> None:
        """Renames the file."""
        self._path = self._path.replace(path)


def _own(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read_checkpoint(directory: Path, made_with: Mapping[str, Any]) -> Checkpoint | None:
    """The last checkpoint of a run in progress, its files cut to what it knows; None where no day was finished.

    Raises InputError, and changes nothing, where the checkpoint is of another version, or stands on a node with a clock of its own, or it
    or a file is not as it was written.
    """
    path = directory / NAME
    if not path.is_file():
        return None
    advice = f"remove {directory} to simulate the run from its beginning"
    try:
        content = json_of(path.read_text(encoding="utf-8"))
        version, own = content.pop("version"), content.pop("own_sha256", "")
        found = Checkpoint(**content) if version == VERSION else None
        differing = [key for key, value in made_with.items() if found and found.made_with.get(key) != value]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise InputError(f"{path}: damaged ({cause}); {advice}") from cause
    if found is None:
        raise InputError(f"{path}: a checkpoint of version {version!r}; this program reads version {VERSION}; {advice}")
    if differing:
        raise InputError(f"{path}: written by another version of the program ({differing[0]} differs); go on with that one, or {advice}")
    if own != _own(content):
        raise InputError(f"{path}: damaged (its SHA-256 is not that of its content); {advice}")
    if found.only_once:
        raise InputError(
            f"{directory}: cannot be gone on with, because it was simulated on a node with a clock of its own, whose time has passed; "
            f"its first {found.hours} hours stay there; without --resume it is simulated from its beginning"
        )
    for path in directory.glob(f"*{RESENT}"):  # a stop just after the checkpoint, or before it
        name = path.name.removesuffix(RESENT)
        if Grown(path).upto(found.sizes.get(name, 0)) == found.sha256.get(name):
            path.replace(directory / name)
        else:
            path.unlink()
    for name, size in found.sizes.items():
        there = (directory / name).stat().st_size if (directory / name).is_file() else 0
        if there < size:
            raise InputError(f"{directory / name}: cut short, {there} of {size} bytes; {advice}")
        if Grown(directory / name).upto(size) != found.sha256[name]:
            raise InputError(f"{directory / name}: damaged (its SHA-256 is not that of the checkpoint); {advice}")
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
