"""The Markdown pages of the repository: their links, anchors and code blocks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
OTHERS: Final = {"node_modules", "build", "runs"}
"""folders whose pages are not ours, besides hidden ones"""
FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def pages() -> list[Path]:
    """Every page, by path; the links in `shengdian` are not followed."""
    tops = [path for path in ROOT.iterdir() if path.name not in {*OTHERS, "shengdian"} and not path.name.startswith(".")]
    found = (page for top in tops for page in ([top] if top.suffix == ".md" else top.rglob("*.md")))
    return sorted(page for page in found if not {*OTHERS} & set(page.relative_to(ROOT).parts))


def name_of(path: Path) -> str:
    """What a test of the page is called."""
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    """The page without its code blocks and code."""
    return re.sub("`[^`\n]*`", "`code`", FENCE.sub("", path.read_text(encoding="utf-8")))


def links(path: Path) -> list[str]:
    """Targets of links and pictures that stay in the repository."""
    found = re.findall(r"\]\(([^)\s]+)\)", text_of(path))
    return [target for target in found if not re.match("(https?|mailto):", target)]


def anchors(path: Path) -> set[str]:
    """Anchors of the page's headings, as GitHub and mkdocs make them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip()) for heading in headings}


def blocks(path: Path, language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return [code for name, code in FENCE.findall(path.read_text(encoding="utf-8")) if name == language]
