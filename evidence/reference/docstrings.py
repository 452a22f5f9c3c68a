"""Docstrings as Markdown: examples and tables become code, numpy's sections become lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence.reference.markdown import prose

RULED: Final = re.compile(r"^(=+  =[\s\S]*^=+  =[= ]+)$", re.MULTILINE)
"""a table between rules of ="""
EXAMPLE: Final = re.compile(r"^(>>> [\s\S]*?)(?=\n\n|\Z)", re.MULTILINE)


def markdown(words: str) -> str:
    """A docstring, as it should stand on a page."""
    fenced = EXAMPLE.sub(r"```pycon\n\1\n```", RULED.sub(r"```text\n\1\n```", words))
    return prose("\n".join(_listed(fenced.splitlines())))


def _listed(lines: list[str]) -> Iterator[str]:
    """Sections such as Parameters, underlined by -, as a list of what they name."""
    inside = False
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if re.fullmatch("-{4,}", line):
            continue
        inside = inside and bool(line) and not line.startswith("```")
        if re.fullmatch("-{4,}", after):
            inside = True
            yield f"**{line}**\n"
        elif inside and line and not line.startswith(" "):
            yield f"- `{line}`:"
        elif inside and line:
            yield f"  {line.strip()}"
        else:
            yield line
