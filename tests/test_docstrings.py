"""Everything public says what it is."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("contracts", "sim", "agents", "experiments", "audit", "app", "shengdian")
FILES = sorted(
    Path(at) / name
    for room in ROOMS
    for at, _, names in os.walk(ROOT / room)
    for name in names
    if name.endswith(".py") and "node_modules" not in at
)
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Public classes and functions, and methods of public classes, that say nothing of themselves; what overrides needs no words."""
    for node in tree.body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node.name
        if isinstance(node, ast.ClassDef):
            plain = (each for each in node.body if isinstance(each, Definition) and not each.name.startswith("_"))
            yield from (f"{node.name}.{each.name}" for each in plain if not ast.get_docstring(each) and not _inherits(node))


def _inherits(node: ast.ClassDef) -> bool:
    """Whether a class says what it does in the class that it comes from."""
    return any(
        not (isinstance(base, ast.Name) and base.id in ("object", "Protocol", "NamedTuple", "Enum", "IntEnum")) for base in node.bases
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_public_class_and_function_has_a_docstring(path: Path) -> None:
    assert list(undocumented(ast.parse(path.read_text(encoding="utf-8")))) == []
