"""Files that are whole or not there, also after a power cut; folders that one process at a time writes to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from shengdian.sim.base.errors import InputError

PATIENCE = 60.0
"""seconds to wait for a process that was told to stop"""


def replace_with(path: Path, data: bytes) -> None:
    """Puts `data` in the place of the file at `path`: under another name first, on disk, and then renamed.

    OSError where it cannot; the file is then as it was, and nothing stands beside it.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Makes the names in a folder durable, where the system can."""
    if sys.platform != "win32":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def sole_writer(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Makes `folder`, if need be, and keeps other processes that ask for it out; a killed process keeps nobody out.

    Raises InputError where another process has it all the time. On a disk that knows no locks nobody is kept out.
    """
    if sys.platform == "win32":
        folder.mkdir(parents=True, exist_ok=True)
        yield
        return
    import fcntl

    begun = monotonic()
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if monotonic() - begun > patience:
                    raise InputError(f"{folder}: another process is writing this run; wait for it, or stop it") from None
                sleep(0.1)
                continue
            except OSError:
                yield
                return
            if folder.exists() and os.path.samestat(os.fstat(descriptor), folder.stat()):  # it may have been moved meanwhile
                yield
                return
        finally:
            os.close(descriptor)
