"""`shengdian plot`: figures of finished runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

from shengdian.commands.arguments import add_figures, add_runs
from shengdian.commands.output import make_folder, say, write

HELP = "draw the figures of finished runs as PNG and SVG"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    add_runs(parser)
    add_figures(parser)
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="where figures are written (default: `figures` beside the runs)")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.experiments.results.plots import figures, image
    from shengdian.sim.record.finished_run import load_all

    runs = load_all(arguments.runs, contents=True)
    out = arguments.out or runs[0].directory.parent / "figures"
    make_folder(out)
    kinds: tuple[Literal["png", "svg"], ...] = ("png", "svg")
    for name, figure in figures(runs, arguments.zone, arguments.hour).items():
        for kind in kinds:
            path = out / f"{name}.{kind}"
            write(path, image(figure, kind))
            say(str(path))
    return 0
