"""docs/reference/api.md: the public names of Python, with their signatures and docstrings."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import shengdian
from evidence.reference.docstrings import markdown
from evidence.reference.markdown import prose

HEAD: Final = """# Python

Written by `python -m evidence.reference` from signatures and docstrings: first what `import shengdian` gives, then the modules that
strategies, scenarios and analyses are written against. [Python](../guide/python.md) shows how to use them.

"""
MODULES: Final = (
    "shengdian.sim.model",
    "shengdian.sim.scenario",
    "shengdian.sim.market.view",
    "shengdian.sim.base.types",
    "shengdian.sim.base.orders",
    "shengdian.sim.base.hour_result",
    "shengdian.sim.base.units",
    "shengdian.sim.base.errors",
    "shengdian.sim.chain.port",
    "shengdian.sim.record.finished_run",
    "shengdian.agents.strategy",
    "shengdian.agents.trader",
    "shengdian.agents.ladder",
    "shengdian.experiments.config.loading",
    "shengdian.experiments.scenario",
    "shengdian.experiments.runs.one_run",
    "shengdian.experiments.runs.experiment",
    "shengdian.experiments.results.metrics",
    "shengdian.experiments.results.compare",
    "shengdian.experiments.results.plots",
    "shengdian.env",
    "shengdian.env.orders",
    "shengdian.env.parallel",
    "shengdian.env.single",
    "shengdian.env.played",
    "shengdian.audit",
)
"""besides `shengdian` itself"""
Defined = ast.FunctionDef | ast.ClassDef


def page() -> str:
    """The text of the page."""
    front = [_entry(node) for name in getattr(shengdian, "__all__", ()) if (node := _found(name)) is not None]
    parts = [_module("shengdian", front)]
    parts += [_module(name, [_entry(node) for node in _public(_tree(name))]) for name in MODULES]
    return HEAD + "\n".join(parts)


@cache
def _tree(name: str) -> ast.Module:
    spec = find_spec(name)
    assert spec is not None, name
    assert spec.origin is not None, name
    return ast.parse(Path(spec.origin).read_text(encoding="utf-8"))


def _found(name: str) -> Defined | None:
    """Where a name of `shengdian` is defined; None for one that is no function and no class."""
    value = getattr(shengdian, name)
    if not (inspect.isfunction(value) or inspect.isclass(value)):
        return None
    tree = _tree(import_module(value.__module__).__name__)
    return next((node for node in _public(tree) if node.name == value.__name__), None)


def _public(tree: ast.Module | ast.ClassDef) -> Iterator[Defined]:
    return (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"))


def _module(name: str, entries: list[str]) -> str:
    words = ast.get_docstring(_tree(name)) or ""
    return f"## {name}\n\n{markdown(words)}\n\n" + "".join(entries)


def _entry(node: Defined) -> str:
    """A function, or a class with its fields and methods."""
    if isinstance(node, ast.FunctionDef):
        return f"### {node.name}\n\n```python\n{_signature(node)}\n```\n\n{_text(node)}"
    methods = [each for each in _public(node) if isinstance(each, ast.FunctionDef) and ast.get_docstring(each)]
    begin = next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
    shown = _signature(begin).replace("def __init__(self, ", f"class {node.name}(").replace("def __init__(self)", f"class {node.name}()")
    head = shown.removesuffix(" -> None") if begin else f"class {node.name}"
    parts = [f"### {node.name}\n\n```python\n{head}\n```\n\n{_text(node)}"]
    if begin and ast.get_docstring(begin):
        parts.append(_text(begin))
    if "Parameters\n---" not in (ast.get_docstring(node) or ""):
        parts += list(_fields(node))
    for each in methods:
        head = "".join(f"@{ast.unparse(mark)}\n" for mark in each.decorator_list)
        parts.append(f"#### {node.name}.{each.name}\n\n```python\n{head}{_signature(each)}\n```\n\n{_text(each)}")
    return "".join(parts)


def _signature(node: ast.FunctionDef | None) -> str:
    if node is None:
        return ""
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"def {node.name}({ast.unparse(node.args)}){returns}"


def _text(node: Defined) -> str:
    words = ast.get_docstring(node)
    return f"{markdown(words)}\n\n" if words else ""


def _fields(node: ast.ClassDef) -> Iterator[str]:
    """The annotated fields, with the text under each."""
    rows = []
    for each, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and not each.target.id.startswith("_"):
            kind, column = _column(each.annotation)
            said = column or (after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else "")
            if kind.startswith("ClassVar[") and not said:
                continue
            rows.append(f"- `{each.target.id}: {kind}`" + (f": {prose(' '.join(str(said).split()))}" if said else ""))
    if rows:
        yield "\n".join(rows) + "\n\n"


def _column(annotation: ast.expr) -> tuple[str, str]:
    """The type of a field, and what its column means where it declares one: `Annotated[int, Column(ENERGY, "energy sent")]`."""
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Annotated" and isinstance(annotation.slice, ast.Tuple):
        kind, note = annotation.slice.elts
        texts = [each.value for each in ast.walk(note) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if isinstance(note, ast.Call) and ast.unparse(note.func) == "Column":
            return ast.unparse(kind), f"{texts[0]} ({ast.unparse(note.args[0])})"
    return ast.unparse(annotation), ""
