"""Declarations of a Solidity file with their NatSpec comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

TAG: Final = re.compile(r"@(\w+)\s*(.*)")
OPENS: Final = ("interface", "contract", "abstract", "library", "struct", "enum")


@dataclass
class Comment:
    """What is said above a declaration."""

    title: str = ""
    notice: list[str] = field(default_factory=list)
    dev: list[str] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)
    returns: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Declared:
    """A declaration, without its body, and its comment."""

    kind: str
    """`interface`, `struct`, `event`, `error`, `function`, `type`, `uint256` ..."""
    text: str
    comment: Comment


def comment(lines: list[str]) -> Comment:
    """Reads the lines of `///` comments; text without a tag goes on from the line before, or is a notice."""
    made, tag, parts = Comment(), "notice", list[tuple[str, str]]()
    for line in lines:
        if match := TAG.match(line):
            tag = match[1]
            parts.append((tag, match[2]))
        elif parts:
            parts[-1] = (parts[-1][0], f"{parts[-1][1]} {line}")
        else:
            parts.append((tag, line))
    for tag, text in parts:
        if tag == "title":
            made.title = text
        elif tag == "param":
            name, _, words = text.partition(" ")
            made.params[name] = words
        elif tag == "return":
            made.returns.append(text)
        elif tag in ("notice", "dev"):
            getattr(made, tag).append(text)
    return made


def declarations(source: str) -> list[Declared]:
    """Everything declared outside function bodies, in order. Members of structs and enums stand in the text of their struct or enum."""
    found: list[Declared] = []
    said: list[str] = []
    held: list[str] = []
    inside = ""
    for line in source.splitlines():
        text = line.strip()
        if inside:
            held.append(line[4:] if line.startswith("    }") or line.startswith("        ") else line)
            if text == "}":
                found.append(Declared(inside, "\n".join(held), comment(said)))
                said, held, inside = [], [], ""
            continue
        if text.startswith("///"):
            said.append(text[3:].strip())
            continue
        if not text or text.startswith(("//", "pragma", "import", "}")):
            said = said if text else []
            continue
        held.append(text)
        kind = held[0].split()[0]
        if kind in ("struct", "enum"):
            inside = kind
        elif text.endswith((";", "{")) or kind in OPENS:
            found.append(Declared(kind, " ".join(held).rstrip("{; "), comment(said)))
            said, held = [], []
    return found
