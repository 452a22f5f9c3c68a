"""`python -m evidence.validation [NAME ...]`: every figure that others have derived or published, beside what the simulator gives."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from evidence.validation.rows import missed, table
from shengdian.sim.adapters import chain_names

SUITES = ("books", "published", "trade", "cournot", "zero_intelligence", "duopoly", "dispatch")
NEEDS = {"dispatch": "pypsa"}
"""library that a suite needs besides"""
HEAD = """# Validation

Written by `make validate` (`python -m evidence.validation`); every figure comes from orders that the contracts cleared and proved on
a chain (here {chain}). `evidence/validation/targets.csv` holds what is expected; each suite's file says how its market is set up.
"""


def parser() -> argparse.ArgumentParser:
    """Names of suites, chain, and where the table goes."""
    made = argparse.ArgumentParser(prog="python -m evidence.validation", description="The simulator against theory, textbooks and PyPSA.")
    made.add_argument("names", nargs="*", metavar="NAME", help=f"which; all where left out: {', '.join(SUITES)}")
    made.add_argument("--chain", default="revm" if find_spec("pyrevm") else "pyevm", help="%(default)s")
    made.add_argument(
        "--out", type=Path, default=Path("docs/evidence/validation.md"), metavar="FILE", help="%(default)s; written if all is run"
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0, 1 where a figure is not as expected, 2 for bad input."""
    asked = parser().parse_args(arguments)
    console, errors = Console(width=200), Console(stderr=True, width=200)
    unknown = [name for name in asked.names if name not in SUITES]
    if unknown:
        errors.print(f"NAME is {unknown[0]!r}; allowed: {', '.join(SUITES)}", markup=False)
        return 2
    if asked.chain not in chain_names():
        errors.print(f"--chain is {asked.chain!r}; allowed: {', '.join(chain_names())}", markup=False)
        return 2
    got: dict[str, float] = {}
    for name in asked.names or SUITES:
        if name in NEEDS and not find_spec(NEEDS[name]):
            errors.print(f"{name} is left out: it needs {NEEDS[name]} (pip install shengdian[validate])", markup=False)
            continue
        errors.print(f"{name} ...", markup=False)
        got |= import_module(f"{__package__}.{name}").measure(asked.chain)
    console.print(table(got), markup=False, soft_wrap=True)
    if not asked.names:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(f"{HEAD.format(chain=asked.chain)}\n{table(got)}\n", encoding="utf-8", newline="\n")
    for sentence in missed(got):
        errors.print(sentence, markup=False)
    return 1 if missed(got) else 0


if __name__ == "__main__":
    sys.exit(main())
