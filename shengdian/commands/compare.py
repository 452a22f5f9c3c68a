"""`shengdian compare`: finished runs side by side."""

from __future__ import annotations

import argparse
from fractions import Fraction

from shengdian.commands.arguments import add_runs, price
from shengdian.commands.output import say_json, say_table

HELP = "compare finished runs, paired by seed, and say who gains, with confidence intervals"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    add_runs(parser)
    parser.add_argument("--gas-price", type=price, default=Fraction(0), metavar="P", help="CNY a million gas (default: 0)")
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.experiments.results import compare, welfare
    from shengdian.sim.record.finished_run import load_all

    runs = load_all(arguments.runs, contents=True)
    compared, parts = compare.comparison(runs), welfare.decomposition(runs, arguments.gas_price)
    if arguments.json:
        say_json({**compared, "gas_price_per_million": float(arguments.gas_price), "welfare": parts})
    else:
        say_table(compare.table(compared))
        say_table(welfare.table(parts))
    return 0
