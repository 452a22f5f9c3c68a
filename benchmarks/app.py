"""The browser app: from a click on Step to the hour on the page, in a real Chromium. Needs the extra `viz`.

python -m benchmarks.app
"""

from __future__ import annotations

import sys
from statistics import median
from time import perf_counter

from tests.app.browser import DESKTOP, missing, served, window

STEPS = 10


def main() -> int:
    if why := missing():
        sys.stderr.write(f"benchmarks.app: {why}\n")
        return 2
    spent = []
    with served() as address, window(address, DESKTOP) as seen:
        seen.wait("0 of 24 hours")
        for hour in range(STEPS):
            begun = perf_counter()
            seen.press("Step")
            seen.page.get_by_role("img", name=f"hour {hour}").wait_for()
            spent.append(perf_counter() - begun)
    sys.stdout.write(f"a step of the six provinces on the map: median {median(spent):.2f} s of {STEPS}, slowest {max(spent):.2f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
