"""`shengdian report`: finished runs on one page."""

from __future__ import annotations

import argparse
from pathlib import Path

from shengdian.commands.arguments import add_figures, add_runs
from shengdian.commands.output import make_folder, say, write

HELP = "write one self-contained HTML page on finished runs"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    add_runs(parser)
    add_figures(parser)
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="default: report.html beside the runs")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.experiments.results.report import report
    from shengdian.sim.record.finished_run import load_all

    runs = load_all(arguments.runs, contents=True)
    out = arguments.out or runs[0].directory.parent / "report.html"
    make_folder(out.parent)
    write(out, report(runs, arguments.zone, arguments.hour).encode())
    say(str(out))
    return 0
