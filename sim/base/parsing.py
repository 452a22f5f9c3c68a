"""JSON and TOML that others wrote: ValueError for everything that cannot be read, also for lists in lists without end."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import numpy as np

DEEPEST = 100
"""lists and objects in each other; nothing that this program writes has more than six"""


def json_of(text: str) -> Any:
    """The value that JSON text holds. Raises ValueError where it cannot be read, or is too deep."""
    return json.loads(_shallow(text))


def toml_of(text: str) -> dict[str, Any]:
    """The table that TOML text holds. Raises ValueError where it cannot be read, or is too deep."""
    return tomllib.loads(_shallow(text))


def _shallow(text: str) -> str:
    """The text itself, if brackets (those in strings too) are not too deep in each other.

    Counted before anything is parsed: py-evm raises the recursion limit so far that json's parser, which is C, would end the process.
    """
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    opened, closed = (data == ord("[")) | (data == ord("{")), (data == ord("]")) | (data == ord("}"))
    if len(data) and int(np.cumsum(opened.astype(np.int32) - closed).max()) > DEEPEST:
        raise ValueError("too many lists or objects in each other")
    return text
