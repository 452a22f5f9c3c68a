"""The long run: python -m evidence.fuzz --inputs 100000 --seed 1. Prints what came of them; exit 1 for a finding."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from evidence.fuzz.work import BLOCK, block

AT_ONCE = 5
"""blocks that a process is given at a time"""


def repeat(findings: Path) -> int:
    """Carries the inputs of a file of findings out again, one after another; says what is still wrong."""
    places = re.findall(r"^.*, seed (\d+)/(\d+)/(\d+)$", findings.read_text(errors="replace"), re.M)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed, number, place in places:
            wrong += block(int(seed), int(number), folder, int(place))[1]
    sys.stdout.write("\n".join(wrong) + f"{len(places)} inputs again, {len(wrong)} wrong\n")
    return 1 if wrong else 0


def main() -> int:
    """Carries all inputs out and prints a table in Markdown."""
    options = argparse.ArgumentParser(prog="python -m evidence.fuzz", description=__doc__)
    options.add_argument("--inputs", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--minutes", type=float, default=600, help="begin no more after so many")
    options.add_argument("--findings", type=Path, default=Path("fuzz-findings.txt"))
    options.add_argument("--again", type=Path, metavar="FINDINGS", help="only the inputs of a file of findings")
    asked = options.parse_args()
    if asked.again:
        return repeat(asked.again)
    begun, total, found, number = perf_counter(), dict[str, list[int]](), 0, 0
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(asked.workers, get_context("spawn")) as pool:
        while number * BLOCK < asked.inputs and perf_counter() - begun < asked.minutes * 60:
            jobs = [pool.submit(block, asked.seed, number + place, folder) for place in range(AT_ONCE * asked.workers)]
            number += len(jobs)
            for counts, wrong in (job.result() for job in jobs):
                for name, count in counts.items():
                    total[name] = [old + new for old, new in zip(total.get(name, [0, 0, 0]), count, strict=True)]
                found += len(wrong)
                if wrong:
                    with asked.findings.open("a") as file:
                        file.write("\n".join(wrong) + "\n")
            sys.stderr.write(f"{number * BLOCK} inputs, {found} wrong, {perf_counter() - begun:.0f} s\n")
    rows = [*sorted(total.items()), ("all", [sum(count[place] for count in total.values()) for place in range(3)])]
    sys.stdout.write("| input | answered | refused in a sentence | neither |\n|---|---|---|---|\n")
    for name, count in rows:
        sys.stdout.write(f"| {name} | {' | '.join(f'{one:,}' for one in count)} |\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
