"""JSON and TOML that others wrote: ValueError for everything that cannot be read, also for lists in lists without end."""

from __future__ import annotations

import json
import tomllib
from typing import Any


def json_of(text: str) -> Any:
    """The value that JSON text holds."""
    try:
        return json.loads(text)
    except RecursionError as cause:
        raise ValueError("too many lists or objects in each other") from cause


def toml_of(text: str) -> dict[str, Any]:
    """The table that TOML text holds."""
    try:
        return tomllib.loads(text)
    except RecursionError as cause:
        raise ValueError("too many arrays or tables in each other") from cause
