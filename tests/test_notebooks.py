"""Every notebook runs from top to bottom with the public API alone, shows its figures, and is committed without its outputs."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from shengdian.sim.adapters import revm

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 60
"""from the start of its kernel to its last cell"""
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PACKAGES = {"shengdian", "numpy", "pandas", "matplotlib", "pyarrow", "web3", "IPython"}
"""what notebooks import besides the standard library; of shengdian, only the package itself"""
SERVES = "07_look_around"
"""needs an extra, a chain that carries blocks out again, and the sources of what contracts import"""
DRAWS = re.compile(r"subplots\(|figures(\(.*\))?\[[^\]]*\]$")
"""what a cell has that makes a figure: it draws one, or ends with one"""


def code(path: Path) -> list[Any]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.mark.long
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_within_a_minute_and_shows_its_figures(path: Path) -> None:
    if path.stem == SERVES:
        pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")
        if not revm.installed():
            pytest.skip("neither shengdian_native nor pyrevm is installed")
        if not (ROOT / "contracts" / "node_modules").is_dir():
            pytest.skip("contracts/node_modules is not installed")
    notebook = nbformat.read(path, as_version=4)
    begun = perf_counter()
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    assert perf_counter() - begun < SECONDS
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        shown = [output.get("data", {}) for output in cell.outputs]
        if DRAWS.search(cell.source):
            assert any("image/png" in data for data in shown), cell.source
        assert not [data for data in shown if data.get("text/plain", "").startswith("<Figure") and "image/png" not in data], cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_uses_the_public_api_alone(path: Path) -> None:
    for cell in code(path):
        magic, _, rest = cell.source.partition("\n")
        tree = ast.parse(rest if magic.startswith("%%") else cell.source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                assert all(name.partition(".")[0] in PACKAGES | sys.stdlib_module_names for name in names)
                assert not [name for name in names if name.startswith("shengdian.")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_without_outputs(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    sources = [cell.source for cell in code(path) if not cell.source.startswith("%%writefile")]
    assert not any("def " in source for source in sources)
