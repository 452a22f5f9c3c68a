"""`python -m evidence.coverage`: how often intervals that say 95 % hold the mean, as docs/evidence/coverage.md; some minutes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from evidence.coverage.page import COUNTS, PAGE, TABLE, keep, page
from evidence.coverage.seeds import write
from evidence.coverage.shapes import shapes
from evidence.coverage.simulation import METHODS, coverage


def main(arguments: Sequence[str] | None = None) -> int:
    """0; writes `coverage.csv` and the page, and before them `seeds.csv` where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m evidence.coverage", description=__doc__)
    parser.add_argument("--seeds", action="store_true", help="first run the market anew under every seed whose results are drawn from")
    if parser.parse_args(arguments).seeds:
        write()
    keep(
        {
            (method, name, count): coverage(method, shape, name, count, samples)
            for method, (_, samples) in METHODS.items()
            for name, shape in shapes().items()
            for count in COUNTS
        }
    )
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{TABLE.name}, {PAGE.name}: written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
