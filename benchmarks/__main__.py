"""`python -m benchmarks [NAME ...]`: one table of ratios on stdout, everything measured as JSON under runs/bench/."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from time import perf_counter
from types import ModuleType

from rich.console import Console

from benchmarks import clock
from benchmarks.sizes import TINY, Size
from benchmarks.table import table
from shengdian.experiments.runs import provenance

BENCHMARKS = {
    "reference": "benchmarks.reference",
    "chains": "benchmarks.chains",
    "engine": "benchmarks.engine",
    "peers": "benchmarks.peers",
    "assume": "benchmarks.assume",
    "growth": "benchmarks.growth",
    "national": "benchmarks.national",
    "memory": "benchmarks.memory",
    "year": "benchmarks.year",
    "sweep": "benchmarks.sweep",
    "gas": "benchmarks.gas",
    "env": "benchmarks.env",
    "returns": "benchmarks.returns",
}
ONLY_BY_NAME = ("year",)
"""too long for every day"""


def module(name: str) -> ModuleType:
    """The file of a benchmark: QUESTION, and measure(size) that gives a Report."""
    return import_module(BENCHMARKS[name])


def parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:10} {module(name).QUESTION}{' (only by name)' if name in ONLY_BY_NAME else ''}" for name in BENCHMARKS)
    made = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=f"Measures the simulator against something else in the same run.\n\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("names", nargs="*", metavar="NAME", help="which; all that are not only by name where left out")
    made.add_argument("--repeats", type=int, default=Size().repeats, metavar="N", help="medians are over so many (%(default)s)")
    made.add_argument("--hours", type=int, default=Size().hours, metavar="N", help="of the day on the slow chains (%(default)s)")
    made.add_argument(
        "--clock", choices=("wall", "cpu"), default="wall", help="cpu: the processes' own time, for a machine that others use too"
    )
    made.add_argument("--tiny", action="store_true", help="a second or two each, without peers: whether it works, not how fast it is")
    made.add_argument("--out", type=Path, default=Path("runs/bench"), metavar="DIR", help="where the JSON goes (%(default)s)")
    return made


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "commit": provenance.git_commit(),
        "versions": provenance.versions(),
    }


def main(argv: Sequence[str] | None = None) -> int:
    made = parser()
    arguments = made.parse_args(argv)
    names = arguments.names or [name for name in BENCHMARKS if name not in ONLY_BY_NAME]
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        made.error(f"unknown benchmark {unknown[0]!r}; known: {', '.join(BENCHMARKS)}")
    if arguments.repeats < 1 or arguments.hours < 1:
        made.error("--repeats and --hours are at least 1")
    size = TINY if arguments.tiny else replace(Size(), repeats=arguments.repeats, hours=arguments.hours)
    os.environ[clock.VARIABLE] = arguments.clock
    arguments.out.mkdir(parents=True, exist_ok=True)
    console = Console(width=None if sys.stdout.isatty() else 200)
    for name in names:
        sys.stderr.write(f"{name}: {module(name).QUESTION}\n")
        begun, before = perf_counter(), machine()
        report = module(name).measure(size)
        seconds = perf_counter() - begun
        content = {"benchmark": name, "seconds": seconds, "repeats": size.repeats, "clock": arguments.clock, "machine": before}
        content |= {"rows": [row.plain() for row in report.rows], "raw": report.raw}
        (arguments.out / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        console.print(table(f"{name} ({seconds:.0f} s, {arguments.clock} time)", report.rows))
        console.print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
