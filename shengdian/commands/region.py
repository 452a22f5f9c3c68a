"""`shengdian region`: regions as folders; what is done with them, one file each."""

from __future__ import annotations

import argparse
from importlib import import_module

HELP = "make, check and show regions, which are folders of CSV files"
ACTIONS = ("new", "check", "import", "show")
"""each is a file `region_<action>` of this folder"""


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name in ACTIONS:
        action = import_module(f"shengdian.commands.region_{name}")
        made = actions.add_parser(name, help=action.HELP, description=action.HELP[:1].upper() + action.HELP[1:] + ".")
        action.options(made)
        made.set_defaults(action=action.run)


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    done: int = arguments.action(arguments)
    return done
