"""What the installed rooms import is what setup.cfg asks for."""

from __future__ import annotations

import ast
import configparser
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

from tests.test_imports import FILES, INSTALLED, ROOT, imports

SETUP = configparser.ConfigParser()
SETUP.read(ROOT / "setup.cfg")
NAMES = {
    "eth": "py-evm",
    "pydantic_core": "pydantic",  # which asks for exactly one version of it
    "sha3": "safe-pysha3",
    "tomli_w": "tomli-w",
}
"""package by module, where they are called differently"""
NOT_IMPORTED = {"dask": "distributed runs on it"}
"""what the core and the extras of users ask for without importing it, and why"""
OF_MESA = {"altair", "networkx", "solara-server", "solara-ui", "solara-assets", "ipyvuetify", "ipyvue"}
"""what mesa.visualization and solara import"""
EXTRAS = ("fast", "viz", "serve", "dask", "pypsa", "rl")
"""what users may add"""


def asked(*lists: str) -> set[str]:
    """Packages that the core, or extras by name, ask for."""
    found = [SETUP["options"]["install_requires"] if name == "core" else SETUP["options.extras_require"][name] for name in lists]
    return {Requirement(line).name for one in found for line in one.split("\n") if line}


def package(module: str) -> str:
    top = module.split(".")[0]
    return NAMES.get(top, top.replace("_", "-"))


def foreign(modules: Iterator[str] | tuple[str, ...]) -> set[str]:
    """The packages of modules that are neither of Python nor of the project."""
    own = {"shengdian", "shengdian_native", "tests", "benchmarks", "evidence", "__future__"}
    return {package(name) for name in modules if name.split(".")[0] not in own and name.split(".")[0] not in sys.stdlib_module_names}


def guarded(path: Path) -> set[str]:
    """The packages whose imports stand where they may fail, or where only some chain or command comes by."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = [node for block in ast.walk(tree) if isinstance(block, ast.Try | ast.FunctionDef) for node in ast.walk(block)]
    names = [name.name for node in inner if isinstance(node, ast.Import) for name in node.names]
    return foreign((*names, *(node.module for node in inner if isinstance(node, ast.ImportFrom) and node.module)))


def test_installed_rooms_import_what_setup_cfg_asks_for() -> None:
    found = {name for path in INSTALLED for name in foreign(imports(path))}
    assert found - asked("core", *EXTRAS) == set()


def test_setup_cfg_asks_for_what_installed_rooms_import() -> None:
    found = {name for path in INSTALLED for name in foreign(imports(path))}
    assert asked("core") - found == set()
    assert asked(*EXTRAS) - found == set(NOT_IMPORTED) | OF_MESA


def test_what_only_an_extra_brings_is_imported_where_it_may_be_missing() -> None:
    app, adapters = ROOT / "app", ROOT / "sim" / "adapters"
    for path in INSTALLED:
        if not path.is_relative_to(app):  # opened by app/serve.py, which looks first
            optional = foreign(imports(path)) - asked("core")
            assert optional <= guarded(path) or path.parent == adapters, path


def test_test_tools_and_comparisons_stay_out_of_what_users_install() -> None:
    tools = asked("dev", "browser")
    assert tools & asked("core", *EXTRAS) == set()
    assert tools & {name for path in INSTALLED for name in foreign(imports(path))} == set()


def test_what_is_not_installed_imports_nothing_that_nobody_asks_for() -> None:
    everything = asked("core", *EXTRAS, "dev", "browser")
    foreign_benchmarks = ROOT / "benchmarks" / "foreign"  # run in an environment of their own
    found = {name for path in FILES if not path.is_relative_to(foreign_benchmarks) for name in foreign(imports(path))}
    assert found - everything == set()
