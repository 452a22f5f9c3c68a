"""`shengdian serve`: a finished run as a read-only Ethereum node."""

from __future__ import annotations

import argparse
import sys

from shengdian.experiments.config.options import at_least

HELP = "serve a finished run as a read-only Ethereum node, for web3.py, ethers or cast (extra `serve`)"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("run", metavar="DIR", help="a run directory, carried by eth-tester or a node")
    parser.add_argument("--port", type=at_least(0), default=8545, metavar="N", help="0: any that is free (default: 8545)")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="to serve beyond this machine, say so (default: 127.0.0.1)")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.serving.answers import Answers
    from shengdian.serving.record import record_of
    from shengdian.serving.server import listen, needs_extra
    from shengdian.serving.state import States

    needs_extra()
    record = record_of(arguments.run)
    answers = Answers(record, States(record), f"shengdian/{arguments.run}")
    listen(answers, arguments.host, arguments.port, lambda address: sys.stderr.write(f"shengdian: {arguments.run} at {address}\n"))
    return 0
