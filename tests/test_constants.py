"""A constant has one home: no two installed files give the same name to the same value."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.test_imports import INSTALLED, name_of

PLAIN = (ast.Constant, ast.UnaryOp, ast.BinOp, ast.unaryop, ast.operator)
"""what the value of a plain number or text is written with"""
DIFFERENT: Mapping[str, str] = {
    "PATIENCE": "seconds to wait for a process that ends, and for a node that makes no block",
    "VERSION": "of the tables' layout, and of the checkpoint's",
}
"""names that mean something else in each file"""


def constants(path: Path) -> Iterator[tuple[str, object]]:
    """Names of a file's own constants with their value, of those that are one number or text."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            if isinstance(target, ast.Name) and target.id.isupper() and value and all(isinstance(part, PLAIN) for part in ast.walk(value)):
                yield target.id, eval(compile(ast.Expression(value), str(path), "eval"))


def test_no_two_files_define_the_same_constant() -> None:
    homes: dict[tuple[str, object], list[str]] = defaultdict(list)
    for path in INSTALLED:
        for name, value in constants(path):
            homes[name, value].append(name_of(path))
    assert not {name: paths for (name, _), paths in homes.items() if len(paths) > 1 and name not in DIFFERENT}


def test_a_second_home_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("HOURS_A_DAY = 24\nNO_PRICE: Final = -(2**31)\nWORDS = ('a',)\nlower = 1\n")
    assert dict(constants(tmp_path / "one.py")) == {"HOURS_A_DAY": 24, "NO_PRICE": -(2**31)}
