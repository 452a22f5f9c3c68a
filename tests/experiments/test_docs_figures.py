"""Figures of the docs: `make docs-results` writes every one of them, and a page shows it."""

from __future__ import annotations

import re
from pathlib import Path

from evidence.gallery import IMAGES as GALLERY
from evidence.questions.__main__ import QUESTIONS
from shengdian.experiments.results.figures.captions import CAPTIONS
from tests.app import pictures

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))
WRITERS = {
    "evidence.questions": [DOCS / "evidence" / "questions" / f"{question.name}.png" for question in QUESTIONS],
    "evidence.gallery": [GALLERY / f"{name}.png" for name in CAPTIONS],
    "tests.app.pictures": [pictures.IMAGES / name for name in pictures.PICTURES],
}
"""figures by the module that writes them"""


def figures() -> list[Path]:
    """Whatever in the docs is no text and no program."""
    return sorted(path for path in DOCS.rglob("*") if path.is_file() and path.suffix not in (".md", ".csv", ".js"))


def shown() -> set[Path]:
    """What pages show, by their links to pictures."""
    links = ((page, link) for page in PAGES for link in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8")))
    return {(page.parent / link).resolve() for page, link in links}


def test_every_figure_is_one_that_a_module_writes() -> None:
    assert figures() == sorted(path for paths in WRITERS.values() for path in paths)


def test_one_command_runs_all_of_these_modules() -> None:
    rule = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ndocs-results:")[2].partition("\n\n")[0]
    assert [module for module in WRITERS if f"$(BIN)/python -m {module}" not in rule] == []


def test_every_figure_is_shown_and_what_is_shown_is_there() -> None:
    assert shown() == set(figures())
