"""The browser app: from a click on Step to the hour on the page, in a real Chromium. Needs the extras `viz` and `browser`.

python -m benchmarks.app
"""

from __future__ import annotations

import sys
from statistics import median

from tests.app.browser import STEPS, missing, own_share, served, step_seconds


def main() -> int:
    if why := missing():
        sys.stderr.write(f"benchmarks.app: {why}\n")
        return 2
    share = own_share()
    with served() as address:
        spent = step_seconds(address)
    share = min(share, own_share())
    sys.stdout.write(f"a step of the six provinces on the map: median {median(spent):.2f} s of {STEPS}, slowest {max(spent):.2f} s; ")
    sys.stdout.write(f"a process that wants a core gets {share:.0%} of it\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
