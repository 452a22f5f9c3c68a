"""What the guide says of learning is true."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from shengdian.env.seats import OBSERVED

pytest.importorskip("pettingzoo")
PAGE = Path(__file__).parents[2] / "docs" / "guide" / "learning.md"


def test_examples_of_the_page_are_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.failed == 0
    assert found.attempted > 0


def test_page_says_every_number_of_an_observation() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [f"| {place} |" in text for place in range(len(OBSERVED) + 1)] == [True] * len(OBSERVED) + [False]
