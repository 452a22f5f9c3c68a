"""The browser app in a real headless Chromium. Screenshots are left in .artifacts/, which git ignores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.browser import DESKTOP, PHONE, ROOT, Window, missing, served, window

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing()), reason=missing()), pytest.mark.timeout(240)]
SHOTS = ROOT / ".artifacts"
VIEWS = ("Map", "Supply", "Prices", "Generation", "Traders", "Chain")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as found:
        yield found


def sound(seen: Window) -> None:
    """Nothing failed, and nobody was asked but this machine."""
    assert seen.problems == []
    assert {host.partition(":")[0] for host in seen.hosts} == {"127.0.0.1"}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_hours_views_and_search(size: tuple[int, int], address: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    with window(address, size) as seen:
        seen.wait("0 of 24 hours")
        for _ in range(3):
            seen.press("Step")
        seen.wait("3 of 24 hours")
        for view in VIEWS:
            seen.open(view)
            shown = f".view-{view.lower()}"
            seen.page.locator(f"{shown} img.picture, {shown} table.plain").first.wait_for()
            assert seen.page.locator("[class*=view-]").count() == 1
            seen.page.screenshot(path=SHOTS / f"{size[0]}-{view.lower()}.png")
        field = seen.page.get_by_label("trader, order")
        field.fill("1/GD_coal_1000_1/0")
        field.press("Enter")
        seen.wait("1 transactions found for 1/GD_coal_1000_1/0")
        seen.wait("OrderPlaced(account=")
        whole = seen.page.locator("table.plain td").nth(6).inner_text()
        for wanted, found in (("GD_coal_1000_1", "3"), (whole, "1")):
            field.fill(wanted)
            field.press("Enter")
            seen.wait(f"{found} transactions found for {wanted}")
        seen.page.get_by_text("Latest blocks").scroll_into_view_if_needed()
        assert seen.page.get_by_role("button", name="Step", exact=True).is_visible()
        width = seen.page.evaluate("document.documentElement.scrollWidth")
        assert width <= size[0], "the page is wider than the window"
        sound(seen)


def test_ten_quick_clicks_are_ten_hours(address: str) -> None:
    with window(address, DESKTOP) as seen:
        seen.wait("0 of 24 hours")
        for _ in range(10):
            seen.press("Step")
        seen.wait("10 of 24 hours")
        sound(seen)


def test_another_design_after_reset_then_play(address: str) -> None:
    with window(address, DESKTOP) as seen:
        seen.wait("0 of 24 hours · two-stage")
        seen.press("Step")
        seen.wait("1 of 24 hours")
        seen.choose("design", "provincial")
        seen.choose("beside it", "coupled")
        seen.press("Reset")
        seen.wait("0 of 24 hours · provincial beside coupled")
        seen.press("▶")
        seen.wait("2 of 24 hours")
        seen.wait("provincial")
        assert seen.page.locator("img.picture").count() == 2
        sound(seen)


def test_every_parameter_is_there_and_said_on_the_page(address: str) -> None:
    with window(address, DESKTOP) as seen:
        seen.wait("contract share 80% · lines 30% free · open bids · plants marginal_cost · month 7")
        for label in ("design", "beside it", "contract share", "residual line capacity", "bids", "plants' strategy", "month", "chain"):
            assert seen.page.get_by_text(label, exact=True).count() == 1, label
        seen.choose("bids", "sealed")
        seen.choose("plants' strategy", "markup")
        seen.choose("chain", "mirror")
        seen.press("Reset")
        seen.wait("0 of 24 hours · two-stage · seed 1 · chain mirror")
        seen.wait("sealed bids · plants markup")
        seen.press("Step")
        seen.wait("1 of 24 hours")
        sound(seen)


def test_impossible_parameter_is_explained_in_place(address: str) -> None:
    with window(address, DESKTOP) as seen:
        seen.wait("0 of 24 hours")
        field = seen.page.get_by_label("seed")
        field.fill("minus one")
        field.press("Enter")
        seen.press("Reset")
        seen.wait("Seed is 'minus one'; it should be a whole number, 0 or more. Change the parameter and press Reset.")
        sound(seen)
