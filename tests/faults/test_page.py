"""The page on faults names tests that there are."""

from __future__ import annotations

import re

from tests.faults.runs import REPOSITORY


def test_page_on_faults_names_tests_that_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", (REPOSITORY / "docs" / "evidence" / "reliability.md").read_text()))
    there = {name for path in (REPOSITORY / "tests").rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)}
    assert len(named) > 30
    assert named - there == set()
