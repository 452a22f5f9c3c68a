"""SECURITY.md names tests; each of them exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_test_that_the_page_names_exists() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "contracts" / "test").glob("*.sol"))
    named = re.findall(r"`((?:testFuzz|test|invariant)_\w+)`", page)
    assert len(named) > 15
    assert [name for name in named if f"function {name}(" not in sources] == []
    files = re.findall(r"`(tests/[\w/]+\.py|[\w/]+\.t\.sol)`", page)
    assert [file for file in files if not (ROOT / file).exists() and not (ROOT / "contracts" / "test" / file).exists()] == []
