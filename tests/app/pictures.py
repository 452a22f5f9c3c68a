"""`python -m tests.app.pictures`: the app's pictures in docs/images, taken anew in a real Chromium. Needs the extra `viz`.

Three hours of `six-provinces-day`, as the app begins it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.app.browser import DESKTOP, ROOT, missing, served, window

CONFIG, HOURS = "six-provinces-day", 3
PICTURES = {"Map": "app-map.png", "Chain": "app-chain.png"}
"""file by view"""
IMAGES = ROOT / "docs" / "images"


def take(folder: Path) -> None:
    """Writes every picture to `folder`."""
    with served(CONFIG) as address, window(address, DESKTOP) as seen:
        seen.wait("0 of 24 hours")
        for _ in range(HOURS):
            seen.press("Step")
        seen.wait(f"{HOURS} of 24 hours")
        for view, name in PICTURES.items():
            seen.open(view)
            shown = f".view-{view.lower()}"
            seen.page.locator(f"{shown} img.picture, {shown} table.plain").first.wait_for()
            seen.page.mouse.move(0, 0)
            seen.page.screenshot(path=folder / name, animations="disabled")


def main() -> int:
    """Says so where there is no browser; the pictures then stay as they are."""
    if why := missing():
        sys.stderr.write(f"tests.app.pictures: {why}; {', '.join(PICTURES.values())} stay as they are\n")
        return 0
    take(IMAGES)
    sys.stderr.write(f"{IMAGES.relative_to(ROOT)}: {', '.join(PICTURES.values())}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
