"""Every notebook runs from top to bottom, and is committed without its outputs."""

from pathlib import Path
from time import perf_counter

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 60
"""from the start of its kernel to its last cell"""
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.long
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_within_a_minute(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    begun = perf_counter()
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    assert perf_counter() - begun < SECONDS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_without_outputs(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    code = [cell.source for cell in cells if cell.cell_type == "code" and not cell.source.startswith("%%writefile")]
    assert not any("def " in source for source in code)
