"""SECURITY.md names tests; each of them exists, and nothing that somebody cannot do goes without one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def file_of(name: str) -> Path:
    return ROOT / name if name.startswith("tests/") else ROOT / "tests" / "solidity" / name


def test_every_line_of_what_somebody_cannot_do_names_a_test() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and "shown by" not in line]
    assert len(lines) > 30
    assert [line for line in lines if not re.search(r"`(?:testFuzz|test|invariant)_\w+`|`impersonated`", line)] == []


def test_every_test_that_a_line_names_is_in_the_file_before_it() -> None:
    named = [(file, name) for line in PAGE.splitlines() for file, name in _named(line)]
    assert len(named) > 50
    texts = {file: file_of(file).read_text(encoding="utf-8") for file, _ in named}
    assert [(file, name) for file, name in named if not re.search(rf"(?:def|function) {name}\(", texts[file])] == []


def _named(line: str) -> list[tuple[str, str]]:
    """File and test, in the order named: a test is in the last file before it."""
    found, file = [], ""
    for word in re.findall(r"`([\w/.]+)`", line):
        if word.endswith((".py", ".t.sol")):
            file = word
        elif re.match("(?:testFuzz|test|invariant)_", word) and file:
            found.append((file, word))
    return found
