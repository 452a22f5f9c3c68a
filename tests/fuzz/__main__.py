"""The long run: python -m tests.fuzz --inputs 100000 --seed 1. Prints what came of them; exit 1 for a finding."""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from tests.fuzz.work import BLOCK, block


def main() -> int:
    """Carries all inputs out and prints a table in Markdown."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("--inputs", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--findings", type=Path, default=Path("fuzz-findings.txt"))
    asked = options.parse_args()
    begun, total, found = perf_counter(), dict[str, list[int]](), 0
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(asked.workers, get_context("spawn")) as pool:
        jobs = [pool.submit(block, asked.seed, number, folder) for number in range(-(-asked.inputs // BLOCK))]
        for number, job in enumerate(jobs, 1):
            counts, wrong = job.result()
            for name, count in counts.items():
                before = total.setdefault(name, [0, 0, 0])
                total[name] = [old + new for old, new in zip(before, count, strict=True)]
            found += len(wrong)
            if wrong:
                with asked.findings.open("a") as file:
                    file.write("\n".join(wrong) + "\n")
            if number % 10 == 0:
                sys.stderr.write(f"{number * BLOCK} inputs, {found} wrong, {perf_counter() - begun:.0f} s\n")
    rows = [*sorted(total.items()), ("all", [sum(count[place] for count in total.values()) for place in range(3)])]
    sys.stdout.write("| input | answered | refused in a sentence | neither |\n|---|---|---|---|\n")
    for name, count in rows:
        sys.stdout.write(f"| {name} | {' | '.join(f'{one:,}' for one in count)} |\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
