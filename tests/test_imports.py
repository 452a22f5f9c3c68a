"""Folders are the architecture: imports run one way, and the chain stays behind its port."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BELOW = {
    "contracts": set(),
    "sim": {"contracts"},
    "agents": {"sim"},
    "experiments": {"contracts", "sim", "agents"},
    "validation": {"sim", "agents", "experiments"},
}
CHAINS = {"web3", "eth", "eth_tester", "pyrevm"}
FILES = [path for package in BELOW for path in sorted((ROOT / package).rglob("*.py")) if "node_modules" not in path.parts]


def modules(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    roots = {module.split(".")[0] for module in modules(path)}
    assert not roots & (set(BELOW) - BELOW[package] - {package})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_only_chain_files_import_a_chain(path: Path) -> None:
    if path.parent == ROOT / "sim" / "chain":
        return
    assert not {module.split(".")[0] for module in modules(path)} & CHAINS


@pytest.mark.parametrize("path", [path for path in FILES if path.relative_to(ROOT).parts[0] == "agents"], ids=lambda path: path.name)
def test_agents_do_not_import_the_chain_port(path: Path) -> None:
    assert not [module for module in modules(path) if module.startswith(("sim.chain", "sim.mirror", "sim.abi"))]
