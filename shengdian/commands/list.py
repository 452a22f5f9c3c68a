"""`shengdian list`: what there is."""

from __future__ import annotations

import argparse

from shengdian.commands.output import say, say_json

HELP = "experiments, strategies, auctions, designs and chains that there are"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.catalogue import catalogue

    found = catalogue()
    if arguments.json:
        say_json(found)
        return 0
    for kind, names in found.items():
        say(kind)
        for name, remark in names.items():
            say(f"  {name:<26} {remark}".rstrip())
    return 0
