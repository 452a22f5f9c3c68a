"""`shengdian abi`: the interface of a contract, as Ethereum's tools read it."""

from __future__ import annotations

import argparse
from difflib import get_close_matches

from shengdian.commands.output import say, say_json

HELP = "the ABI of a contract as JSON, for web3.py, ethers or cast; without a name, which contracts there are"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("contract", nargs="?", metavar="CONTRACT", help="as the manifest of a run names it under `deployments`")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian import contracts
    from shengdian.sim.base.errors import InputError

    if arguments.contract is None:
        say("\n".join(contracts.names()))
        return 0
    if arguments.contract not in contracts.names():
        near = get_close_matches(arguments.contract, contracts.names(), 1)
        raise InputError(f"there is no contract {arguments.contract!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    say_json(contracts.artifact(arguments.contract).abi)
    return 0
