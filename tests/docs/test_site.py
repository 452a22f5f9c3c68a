"""The site of the documents is built, opens from a file, finds words, and asks nobody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evidence.site import gather, main
from tests.app.browser import DESKTOP, missing, window
from tests.docs.pages import ROOT

ASKED = re.compile(r"<(?:script|img|iframe|source|audio|video|link)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//[^\" >]*")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("material", reason="the extra docs is not installed")
    out = tmp_path_factory.mktemp("site")
    assert main(["--out", str(out), "--as-they-are"]) == 0
    return out / "site"


def test_pages_stand_under_their_paths_and_notebooks_are_pages(tmp_path: Path) -> None:
    gather(tmp_path, carry_out=False)
    assert (tmp_path / "README.md").is_file()
    assert "](notebooks/01_one_order.md)" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert len(list((tmp_path / "notebooks").glob("*.md"))) == len(list((ROOT / "notebooks").glob("*.ipynb")))
    assert "```python\n" in (tmp_path / "notebooks" / "01_one_order.md").read_text(encoding="utf-8")


@pytest.mark.long
def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    html = list(site.rglob("*.html"))
    assert len(html) > 60
    assert [(path.name, found) for path in html if (found := ASKED.search(path.read_text(encoding="utf-8")))] == []
    styles = [path for path in site.rglob("*.css") if re.search(r"@import|url\(['\"]?(?:https?:)?//", path.read_text(encoding="utf-8"))]
    assert styles == []


@pytest.mark.long
@pytest.mark.skipif(bool(missing()), reason=missing())
def test_site_opens_from_a_file_and_search_finds_a_word(site: Path) -> None:
    with window((site / "index.html").as_uri(), DESKTOP) as seen:
        seen.wait("Every clearing is proved")
        field = seen.page.get_by_label("Search", exact=True).first
        field.click()
        seen.page.locator(".md-search-result__meta", has_text="Type to start searching").wait_for(state="attached")
        field.press_sequentially("congestion rent")
        seen.page.locator(".md-search-result__item").first.wait_for()
        assert seen.page.locator(".md-search-result__item").count() > 1
        assert seen.hosts <= {""}
        assert seen.problems == []
