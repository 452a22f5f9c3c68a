"""Case files: JSON with one object or a list of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from sim.errors import InputError


def read_cases(path: str) -> tuple[list[dict[str, Any]], bool]:
    """The cases of a file (`-` is stdin), and whether they were a list. Raises InputError for anything else."""
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        reason = cause.strerror if isinstance(cause, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path}: the case file cannot be read ({reason})") from cause
    try:
        content = json.loads(text)
    except ValueError as cause:
        raise InputError(f"{path}: not JSON ({cause})") from cause
    cases = content if isinstance(content, list) else [content]
    for place, case in enumerate(cases):
        if not isinstance(case, dict):
            raise InputError(f"{path}: case {place} is {type(case).__name__}; a case is an object")
    return cases, isinstance(content, list)
