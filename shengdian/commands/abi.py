"""`shengdian abi`: the interface of a contract, as Ethereum's tools read it, or the source that explorers verify."""

from __future__ import annotations

import argparse
from difflib import get_close_matches

from shengdian.commands.output import say, say_json

HELP = "the ABI of a contract as JSON, for web3.py, ethers or cast; without a name, which contracts there are"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("contract", nargs="?", metavar="CONTRACT", help="as the manifest of a run names it under `deployments`")
    parser.add_argument("--source", action="store_true", help="instead its sources, compiler and settings, for an explorer to verify")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian import contracts
    from shengdian.contracts.verified_source import verified_source
    from shengdian.sim.base.errors import InputError

    name = arguments.contract
    if name is None:
        if arguments.source:
            raise InputError("--source is of one contract: give its name")
        say("\n".join(contracts.names()))
        return 0
    if name not in contracts.names():
        near = get_close_matches(name, contracts.names(), 1)
        raise InputError(f"there is no contract {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    if not arguments.source:
        say_json(contracts.artifact(name).abi)
        return 0
    try:
        say_json(verified_source(name))
    except FileNotFoundError as error:
        raise InputError(f"the sources of {name} are not here: they need a clone of the repository, and `npm ci` in contracts/") from error
    return 0
