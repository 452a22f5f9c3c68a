"""docs/reference/contracts.md: the interfaces of the contracts and the words they pass, from their NatSpec."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from evidence.reference.markdown import code, prose, table
from evidence.reference.natspec import Comment, Declared, declarations

FOLDER: Final = Path(__file__).resolve().parents[2] / "contracts"
HEAD: Final = """# Contracts

Written by `python -m evidence.reference` from the NatSpec comments of the interfaces in `contracts/`. Units everywhere: price in fen/MWh
(0.01 CNY/MWh, the tick), energy in kWh, money in 1e-5 CNY. [Roles](../../SECURITY.md) says who may call what.

"""
GROUPS: Final = ("function", "event", "error")


def page() -> str:
    """The text of the page."""
    shared = next(path for path in sorted(FOLDER.rglob("Types.sol")) if "node_modules" not in path.parts)
    words = "\n".join(filter(None, map(word, sorted(FOLDER.rglob("libraries/*.sol")))))
    return HEAD + "\n".join(section(path) for path in (*interfaces(), shared)) + f"\n## Packed words\n\n{words}"


def interfaces() -> list[Path]:
    """Every interface of the market's contracts, by name."""
    return sorted((path for path in FOLDER.rglob("interfaces/*.sol") if "node_modules" not in path.parts), key=lambda path: path.stem)


def word(path: Path) -> str:
    """A value type and where its fields stand in the word; empty for a file that declares none with fields."""
    found = declarations(path.read_text(encoding="utf-8"))
    numbers = {name: value for each in found if each.kind == "uint256" for name, value in re.findall(r"constant (\w+) = (\w+)$", each.text)}
    fields = [name.removesuffix("_AT") for name in numbers if name.endswith("_AT") and f"{name[:-3]}_BITS" in numbers]
    kinds = [each for each in found if each.kind == "type"]
    if not kinds or not fields:
        return ""
    rows = [[name.lower().replace("_", " "), numbers[f"{name}_AT"], numbers[f"{name}_BITS"]] for name in fields]
    return f"### {path.stem}\n{_said(kinds[0].comment)}\n" + table(["field", "lowest bit", "bits"], rows)


def section(path: Path) -> str:
    """One file."""
    found = declarations(path.read_text(encoding="utf-8"))
    tops = [each for each in found if each.kind in ("interface", "library", "abstract", "contract")]
    parts = [f"## {path.stem}\n"]
    parts += [_said(top.comment) for top in tops]
    for kind in ("struct", "enum", "type", "uint256"):
        parts += [f"```solidity\n{each.text}\n```\n{_said(each.comment)}" for each in found if each.kind == kind]
    for group in GROUPS:
        members = [each for each in found if each.kind == group]
        if group == "function":
            parts += [f"### {_name(each)}\n\n```solidity\n{each.text}\n```\n{_said(each.comment)}" for each in members]
        elif members:
            parts.append(table([group, "meaning"], [[code(_short(each)), _line(each.comment)] for each in members]))
    return "\n".join(parts)


def _name(declared: Declared) -> str:
    return declared.text.removeprefix("function ").partition("(")[0]


def _short(declared: Declared) -> str:
    return declared.text.removeprefix(f"{declared.kind} ")


def _line(comment: Comment) -> str:
    more = [f"`{name}`: {words}." for name, words in comment.params.items()]
    return " ".join([*comment.notice, *comment.dev, *more])


def _said(comment: Comment) -> str:
    lines = [f"{comment.title}\n"] if comment.title else []
    lines += [f"{text}\n" for text in (*comment.notice, *comment.dev)]
    lines += ["".join(f"- `{name}`: {words}\n" for name, words in comment.params.items())] if comment.params else []
    lines += ["".join(f"- returns {words}\n" for words in comment.returns)] if comment.returns else []
    return prose("\n".join(["", *lines]))
