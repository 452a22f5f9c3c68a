"""`python -m tests.app.pictures`: the app's pictures in docs/images, taken anew in a real Chromium. Needs the extras `viz` and `browser`.

Three hours of `six-provinces-day`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.app.browser import APP, DESKTOP, ROOT, Window, missing, served, window

CONFIG, HOURS = "six-provinces-day", 3
IMAGES = ROOT / "docs" / "images"


def step(seen: Window) -> None:
    """Through the hours."""
    for _ in range(HOURS):
        seen.press("Step")
    seen.wait(f"{HOURS} of 24 hours")


def beside(seen: Window) -> None:
    """The map of two designs that run on the same draws."""
    seen.choose("design", "provincial")
    seen.choose("beside it", "coupled")
    seen.press("Reset")
    seen.wait("0 of 24 hours · provincial beside coupled")
    step(seen)
    seen.page.get_by_role("img", name=f"map of hour {HOURS - 1}").nth(1).wait_for()


def order(seen: Window) -> None:
    """An order in the explorer."""
    step(seen)
    seen.open("Chain")
    seen.search("1/GD_coal_1000_1/0", "1 transaction found for 1/GD_coal_1000_1/0")
    seen.wait("What became of the order")


PICTURES: Mapping[str, Callable[[Window], None]] = {"app-map.png": beside, "app-chain.png": order}
"""what is done before a picture is taken, by file"""


def take(folder: Path) -> None:
    """Writes every picture to `folder`."""
    with served(*APP, CONFIG) as address:
        for name, prepare in PICTURES.items():
            with window(address, DESKTOP) as seen:
                seen.wait("0 of 24 hours")
                prepare(seen)
                seen.page.mouse.move(0, 0)
                seen.page.screenshot(path=folder / name, animations="disabled")


def main() -> int:
    """Says so where there is no browser; the pictures then stay as they are."""
    if why := missing():
        sys.stderr.write(f"tests.app.pictures: {why}; {', '.join(PICTURES)} stay as they are\n")
        return 0
    take(IMAGES)
    sys.stderr.write(f"{IMAGES.relative_to(ROOT)}: {', '.join(PICTURES)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
