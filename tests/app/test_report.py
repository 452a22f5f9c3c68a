"""The report in a real Chromium, opened from disk with the network off."""

from __future__ import annotations

from pathlib import Path

import pytest

from shengdian.experiments.results.report import report
from tests.app.browser import CHROMIUM, DESKTOP, PHONE, missing
from tests.tiny import write

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing()), reason=missing()), pytest.mark.timeout(120)]


def test_report_opens_from_disk_without_a_network(tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    page = tmp_path / "report.html"
    page.write_text(report([write(tmp_path, run_id=design, design=design) for design in ("provincial", "coupled")]), encoding="utf-8")
    asked: list[str] = []
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for width, height in (DESKTOP, PHONE):
            window = browser.new_context(offline=True, viewport={"width": width, "height": height}).new_page()
            window.on("request", lambda request: asked.append(request.url))
            window.on("console", lambda message: problems.append(message.text))
            window.goto(page.as_uri())
            loaded = window.evaluate("[...document.images].map(each => each.complete && each.naturalWidth > 0)")
            assert len(loaded) == 11
            assert all(loaded)
            assert window.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
    assert {url for url in asked if not url.startswith("data:")} == {page.as_uri()}
    assert problems == []
