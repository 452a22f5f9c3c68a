"""`import shengdian` is quick and says what there is; examples in docstrings are true."""

from __future__ import annotations

import doctest
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import shengdian

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ["shengdian", *(f"shengdian.api.{name}" for name in ("chain", "model", "running", "runs", "scenario"))]
HEAVY = ("mesa", "web3", "scipy", "pandas", "pydantic", "numpy", "matplotlib", "pyarrow", "eth_utils", "eth_tester")


def loaded(code: str) -> set[str]:
    """The heavy packages among the modules that the code loads, in a process of its own."""
    ask = f"{code}; import sys; sys.stderr.write(' '.join(name for name in {HEAVY!r} if name in sys.modules))"
    return set(subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True).stderr.split())


def test_importing_shengdian_loads_no_package() -> None:
    assert loaded("import shengdian") == set()


def test_the_help_loads_no_package() -> None:
    assert loaded("from shengdian.cli import parser; parser().format_help()") == set()


def test_the_list_loads_neither_chain_nor_mesa_nor_schema() -> None:
    assert loaded("from shengdian.cli import main; main(['list', '--json'])") <= {"numpy"}


def test_every_name_leads_somewhere_and_is_listed() -> None:
    assert set(shengdian.__all__) <= set(dir(shengdian))
    for name in shengdian.__all__:
        assert callable(getattr(shengdian, name))
        assert getattr(shengdian, name).__doc__


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'shengdian' has no attribute 'runs'"):
        _ = shengdian.runs  # type: ignore[attr-defined]


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert shengdian.__version__ == version("shengdian")


def test_type_checkers_see_the_names_that_there_are() -> None:
    import ast

    tree = ast.parse((ROOT / "shengdian" / "__init__.py").read_text())
    seen = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(shengdian.__all__) <= seen


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_true(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS)
    assert found.failed == 0
    assert found.attempted > 0


def test_examples_of_the_guide_are_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = doctest.testfile(str(ROOT / "docs" / "guide" / "python.md"), module_relative=False)
    assert found.failed == 0
    assert found.attempted > 0
