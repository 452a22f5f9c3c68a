"""Small parts of Markdown pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def prose(text: str) -> str:
    """Text in which `<name>` is no HTML, inside code and outside."""
    return re.sub(r"```.*?```|`[^`]*`|<", lambda match: "&lt;" if match[0] == "<" else match[0], text, flags=re.DOTALL)


def cell(text: str) -> str:
    """One line that may stand in a table."""
    return prose(" ".join(text.split())).replace("|", "\\|")


def code(text: str) -> str:
    """As code; nothing for nothing."""
    return f"`{text}`" if text else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, with a line at its end."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell(each) for each in line)} |\n" for line in lines)
