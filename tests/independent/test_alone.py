"""These tests share no code with the simulator: they make runs by the command line and read files."""

from __future__ import annotations

import ast
from pathlib import Path


def test_no_file_here_imports_the_simulator() -> None:
    for path in Path(__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] == "shengdian" for name in names), path
