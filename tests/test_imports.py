"""Folders are the architecture: imports run one way, room by room, without a circle, and the chain stays behind its port."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEVELS = (
    "contracts",
    "sim.base",
    "sim.scenario",
    "sim.mechanisms",
    "sim.designs",
    "sim.chain",
    "sim.solve",
    "sim.twins",
    "sim.adapters",
    "sim.market",
    "sim.record",
    "sim.model",
    "agents",
    "experiments.table",
    "experiments.own_rules",
    "structure",
    "experiments.schema",
    "regions",
    "experiments.world",
    "experiments.config",
    "ahead",
    "experiments.scenario",
    "experiments.results",
    "experiments.runs",
    "cases",
    "importing",
    "audit",
    "serving",
    "app",
    "shengdian",
)
"""rooms from the lowest on: a file imports its own room and those before it"""
AROUND = ("evidence", "benchmarks")
"""what is not installed and may import everything; nothing imports it"""
CHAINS = {"web3", "eth", "eth_tester", "pyrevm", "shengdian_native"}


def found(folder: str) -> list[Path]:
    """The Python files of a top-level folder; the links in `shengdian` are not followed."""
    paths = (Path(at) / name for at, _, names in os.walk(ROOT / folder) for name in names if name.endswith(".py"))
    return sorted(path for path in paths if "node_modules" not in path.parts)


FILES = [path for folder in ("contracts", "sim", "agents", "experiments", "audit", "app", "shengdian", *AROUND) for path in found(folder)]
INSTALLED = [path for path in FILES if path.relative_to(ROOT).parts[0] not in AROUND]


def module(path: Path) -> str:
    """The dotted name of a file, as it is imported."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts if parts[0] in ("shengdian", *AROUND) else ["shengdian", *parts])


MODULES = {module(path): path for path in FILES}


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module that a file imports, wherever in the file it does; of a package's module, the module."""
    every: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            every += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            base = node.module or ""
            every += [full if (full := f"{base}.{name.name}") in MODULES else base for name in node.names]
    return tuple(every)


def level(name: str) -> int:
    """The place of a module's room in LEVELS."""
    own = name.removeprefix("shengdian.")
    return next((place for place, room in enumerate(LEVELS[:-1]) if f"{own}.".startswith(f"{room}.")), len(LEVELS) - 1)


def name_of(path: Path) -> str:
    """What a test of the file is called."""
    return path.relative_to(ROOT).as_posix()


def ours(path: Path) -> Iterator[str]:
    """The project's own modules among those that a file imports."""
    return (name for name in imports(path) if name.split(".")[0] in ("shengdian", *AROUND, "tests"))


@pytest.mark.parametrize("path", INSTALLED, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    assert not [name for name in ours(path) if not name.startswith("shengdian") or level(name) > level(module(path))]


def test_every_file_stands_in_a_room() -> None:
    plain = {"sim", "experiments"}
    assert not [path for path in INSTALLED if path.name != "__init__.py" and module(path).removeprefix("shengdian.") in plain]
    places = {room: [top / room.replace(".", "/") for top in (ROOT, ROOT / "shengdian")] for room in LEVELS}
    assert not [room for room, found in places.items() if not any(at.is_dir() or at.with_suffix(".py").is_file() for at in found)]
    lowest = [path for path in INSTALLED if level(module(path)) == len(LEVELS) - 1 and path.name != "__init__.py"]
    assert {path.relative_to(ROOT).parts[0] for path in lowest} == {"shengdian"}


def test_no_file_imports_itself_by_way_of_others() -> None:
    graph: Mapping[str, set[str]] = {
        module(path): {name for name in ours(path) if name in MODULES and name != module(path)} for path in FILES
    }
    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("path", INSTALLED, ids=name_of)
def test_only_chain_files_import_a_chain(path: Path) -> None:
    if path.parent == ROOT / "sim" / "adapters":
        return
    hashes = {"shengdian_native"} if path == ROOT / "sim" / "base" / "keccak.py" else set()
    assert not {name.split(".")[0] for name in imports(path)} & CHAINS - hashes


@pytest.mark.parametrize("path", found("agents"), ids=name_of)
def test_agents_do_not_import_the_chain(path: Path) -> None:
    closed = tuple(f"shengdian.sim.{room}" for room in ("chain", "twins", "adapters", "record"))
    assert not [name for name in ours(path) if name.startswith(closed)]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_file_is_longer_than_350_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


def test_no_solidity_file_is_longer_than_350_lines() -> None:
    folders = (ROOT / "contracts", ROOT / "tests" / "solidity")
    files = [path for folder in folders for path in folder.rglob("*.sol") if not {"node_modules", "out"} & set(path.parts)]
    assert len(files) > 80
    assert [path for path in files if len(path.read_text(encoding="utf-8").splitlines()) > 350] == []


def test_experiments_stay_small() -> None:
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in found("experiments")) < 7500
