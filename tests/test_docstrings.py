"""Everything public says what it is."""

from __future__ import annotations

import ast
import builtins
import importlib
import os
from collections.abc import Iterator
from functools import cache
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


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Public classes and functions, and methods of public classes, that say nothing of themselves and override nothing that does."""
    for node in public(tree.body):
        if not ast.get_docstring(node):
            yield node.name
        if isinstance(node, ast.ClassDef):
            yield from (
                f"{node.name}.{item.name}" for item in public(node.body) if not ast.get_docstring(item) and not overrides(item, node, tree)
            )


def public(body: list[ast.stmt]) -> Iterator[Definition]:
    """Public definitions of a body; of what is defined for a type checker or as a setter too, the one that says what it does."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            words = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
            if not words & {"overload", "setter", "deleter"}:
                yield node


def overrides(method: Definition, node: ast.ClassDef, tree: ast.Module) -> bool:
    """Whether a base class defines the method: one of the project with a docstring, or one from outside the project."""
    return any(_defines(base.value if isinstance(base, ast.Subscript) else base, method.name, tree) for base in node.bases)


def _defines(base: ast.expr, method: str, tree: ast.Module) -> bool:
    """Whether the class that `base` names in a file defines a method or inherits it."""
    first, _, rest = ast.unparse(base).partition(".")
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == first:
            own = [item for item in node.body if isinstance(item, Definition) and item.name == method]
            return any(map(ast.get_docstring, own)) or any(overrides(item, node, tree) for item in own or [_named(method)])
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            for alias in node.names:
                if (alias.asname or alias.name) == first:
                    home = node.module or "" if isinstance(node, ast.ImportFrom) else alias.name
                    return _imported(home, alias.name if isinstance(node, ast.ImportFrom) else rest, method)
    return hasattr(getattr(builtins, first), method)


def _imported(home: str, name: str, method: str) -> bool:
    """Whether the class `name` of a module defines a method or inherits it."""
    if not home.startswith("shengdian"):
        return hasattr(getattr(importlib.import_module(home), name), method)
    path = ROOT / "/".join(home.split("."))
    return _defines(ast.Name(name), method, parsed(path / "__init__.py" if path.is_dir() else path.with_suffix(".py")))


def _named(method: str) -> ast.FunctionDef:
    """A method of which only the name matters."""
    module = ast.parse(f"def {method}(): ...")
    assert isinstance(module.body[0], ast.FunctionDef)
    return module.body[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_public_class_and_function_has_a_docstring(path: Path) -> None:
    assert list(undocumented(parsed(path))) == []


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("class A:\n 'a'\n def f(self): ...", ["A.f"]),
        ("class A:\n 'a'\n def f(self): 'f'\nclass B(A):\n 'b'\n def f(self): ...\n def g(self): ...", ["B.g"]),
        ("class A:\n 'a'\n def f(self): 'f'\nclass B(A):\n 'b'\nclass C(B):\n 'c'\n def f(self): ...", []),
        ("class _A:\n def f(self): ...\nclass B(_A):\n 'b'\n def f(self): ...", ["B.f"]),
        ("from argparse import ArgumentParser\nclass A(ArgumentParser):\n 'a'\n def error(self): ...\n def own(self): ...", ["A.own"]),
        ("import argparse\nclass A(argparse.ArgumentParser):\n 'a'\n def error(self): ...\n def own(self): ...", ["A.own"]),
        ("from shengdian.sim.twins import Twin\nclass A(Twin):\n 'a'\n def state(self): ...\n def own(self): ...", ["A.own"]),
        ("class A(list[int]):\n 'a'\n def append(self): ...\n def own(self): ...", ["A.own"]),
    ],
)
def test_only_what_a_base_class_documents_needs_no_docstring(source: str, missing: list[str]) -> None:
    assert list(undocumented(ast.parse(source))) == missing
