"""`shengdian serve`: a run as a read-only Ethereum node."""

from __future__ import annotations

import argparse
import sys

from shengdian.commands.arguments import add_changes, changes
from shengdian.experiments.config.options import at_least
from shengdian.sim.base.errors import InputError

HELP = "serve a run as a read-only Ethereum node, for web3.py, ethers or cast (extra `serve`)"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("run", metavar="DIR", help="a run directory, carried by eth-tester or a node; with --live a config")
    parser.add_argument("--port", type=at_least(0), default=8545, metavar="N", help="0: any that is free (default: 8545)")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="to serve beyond this machine, say so (default: 127.0.0.1)")
    parser.add_argument("--live", action="store_true", help="simulate the config, and serve it meanwhile; it leaves no run directory")
    add_changes(parser)


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.serving.server import listen, needs_extra

    def told(address: str) -> None:
        sys.stderr.write(f"shengdian: {arguments.run} at {address}\n")

    needs_extra()
    version = f"shengdian/{arguments.run}"
    given = changes(arguments)
    if arguments.live:
        from shengdian.experiments.config.loading import load_config, override
        from shengdian.experiments.runs.experiment import single_runs
        from shengdian.serving.live import Live

        singles = single_runs(override(load_config(arguments.run), given))
        if len(singles) > 1:
            raise InputError(f"--live serves one run, and {arguments.run} has {len(singles)}: choose with --design and --seed")
        live = Live(singles[0], version)
        hours = singles[0].run.hours

        def hour(number: int) -> None:
            sys.stderr.write(f"{number} of {hours} hours\n")

        listen(live.answers, arguments.host, arguments.port, told, lambda: live.run(hour))
        return 0
    if given:
        raise InputError("a finished run is served as it is: --chain, --hours, --seed, --design and --set go with --live")
    from shengdian.serving.answers import Answers
    from shengdian.serving.record import record_of
    from shengdian.serving.state import States

    record = record_of(arguments.run)
    listen(Answers(record, States(record), version), arguments.host, arguments.port, told)
    return 0
