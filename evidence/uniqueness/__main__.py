"""`python -m evidence.uniqueness`: how often the certificate leaves a choice, and how often the solver finds nothing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from evidence.uniqueness.campaign import Counted, exhaustive, hostile

PART = 500
"""books of one task"""


def parser() -> argparse.ArgumentParser:
    """How many books of each kind, from which number on, and in how many processes."""
    made = argparse.ArgumentParser(prog="python -m evidence.uniqueness", description="Hostile solutions of random books, all of tiny ones.")
    made.add_argument("--books", type=int, default=2_000, metavar="N", help="of each kind; %(default)s")
    made.add_argument("--first", type=int, default=0, metavar="NUMBER", help="of the first book; %(default)s")
    made.add_argument("--workers", type=int, default=1, metavar="N", help="processes; %(default)s")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0; 1 where a book without losses leaves a choice."""
    asked = parser().parse_args(arguments)
    kinds: Mapping[str, Callable[[int, int], Counted]] = {
        "without losses, attacked": partial(hostile, losses=False),
        "with losses, attacked": partial(hostile, losses=True),
        "tiny, with losses, all flows": exhaustive,
    }
    wrong = False
    with ProcessPoolExecutor(asked.workers) as pool:
        for name, work in kinds.items():
            whole = Counted()
            firsts = range(asked.first, asked.first + asked.books, PART)
            for part in pool.map(work, firsts, [min(PART, asked.first + asked.books - first) for first in firsts]):
                whole.add(part)
            sys.stdout.write(
                f"{name}: {whole.books} books, {whole.tried} hostile solutions, {len(whole.choice)} books leave a choice, "
                f"{len(whole.none)} have no solution that is found, {len(whole.rounded_up)} take a kWh too many; "
                f"largest change {whole.largest / 100_000} CNY; choice: {whole.choice[:20]}, none: {whole.none[:20]}\n"
            )
            wrong |= name.startswith("without") and bool(whole.choice)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
