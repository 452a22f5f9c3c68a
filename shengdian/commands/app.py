"""`shengdian app`: the market in the browser."""

from __future__ import annotations

import argparse

from shengdian.experiments.config.options import at_least

HELP = "watch the market in the browser: map, supply and demand, prices, traders, chain (extra `viz`)"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("config", nargs="?", default="six-provinces-day", metavar="CONFIG", help="default: six-provinces-day")
    parser.add_argument("--port", type=at_least(1), default=8765, metavar="N", help="of the loopback address (default: 8765)")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.app.serve import serve

    serve(arguments.config, arguments.port)
    return 0
