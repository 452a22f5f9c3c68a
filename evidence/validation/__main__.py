"""`python -m evidence.validation [NAME ...]`: every figure that others have derived or published, beside what the simulator gives."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from pathlib import Path

from rich.console import Console

from evidence.validation.rows import SUITES, keep, page, summary, surprises, table, targets
from shengdian.sim.adapters import chain_names, revm


def parser() -> argparse.ArgumentParser:
    """Names of suites, chain, and where the page goes."""
    made = argparse.ArgumentParser(
        prog="python -m evidence.validation", description="The simulator against theory, textbooks and its own data."
    )
    made.add_argument("names", nargs="*", metavar="NAME", help=f"which; all where left out: {', '.join(SUITES)}")
    made.add_argument("--chain", default="revm" if revm.installed() else "pyevm", help="%(default)s")
    made.add_argument("--workers", type=int, default=2, metavar="N", help="processes, one suite each at a time; %(default)s")
    made.add_argument(
        "--out", type=Path, default=Path("docs/evidence/validation.md"), metavar="FILE", help="%(default)s; written if all is run"
    )
    return made


def measure(suite: str, chain: str) -> dict[str, float]:
    """What a suite got, by the ids of its targets."""
    got: dict[str, float] = import_module(f"{__package__}.{suite}").measure(chain)
    return got


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0; 1 where a row fails that should pass, or passes that is known to fail; 2 for bad input."""
    asked = parser().parse_args(arguments)
    console, errors = Console(width=200), Console(stderr=True, width=200)
    unknown = [name for name in asked.names if name not in SUITES]
    if unknown:
        errors.print(f"NAME is {unknown[0]!r}; allowed: {', '.join(SUITES)}", markup=False)
        return 2
    if asked.chain not in chain_names():
        errors.print(f"--chain is {asked.chain!r}; allowed: {', '.join(chain_names())}", markup=False)
        return 2
    if asked.workers < 1:
        errors.print(f"--workers is {asked.workers}; it should be 1 or more", markup=False)
        return 2
    suites = [suite for suite in SUITES if suite in (asked.names or SUITES)]
    got: dict[str, float] = {}
    with ProcessPoolExecutor(asked.workers) as pool:
        # the last ones learn for minutes, and begin first
        running = {suite: pool.submit(measure, suite, asked.chain) for suite in reversed(suites)}
        for suite in suites:
            errors.print(f"{suite} ...", markup=False)
            got |= running[suite].result()
    console.print(table({name: target for name, target in targets().items() if target.suite in suites}, got), markup=False, soft_wrap=True)
    if not asked.names:
        keep(got)
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(page(got, asked.chain), encoding="utf-8", newline="\n")
    console.print(summary(got), markup=False)
    for sentence in surprises(got):
        errors.print(sentence, markup=False)
    return 1 if surprises(got) else 0


if __name__ == "__main__":
    sys.exit(main())
