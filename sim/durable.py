"""Files that are whole or not there, also after a power cut."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def replace_with(path: Path, data: bytes) -> None:
    """Puts `data` in the place of the file at `path`: under another name first, on disk, and then renamed."""
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Makes the names in a folder durable, where the system can."""
    if sys.platform != "win32":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
