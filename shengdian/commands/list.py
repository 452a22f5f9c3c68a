"""`shengdian list`: what there is."""

from __future__ import annotations

import argparse

from shengdian.commands.output import say, say_json

HELP = "experiments, strategies, auctions, designs, market structures and chains that there are"
STRUCTURES = "structures"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("kind", nargs="?", help="one kind alone; structures are then explained key by key")
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.catalogue import catalogue, structure_keys, structure_values

    found = catalogue()
    if arguments.kind is not None:
        from shengdian.experiments.config.messages import one_of  # brings pydantic, which the whole list need not wait for

        one_of("the kind to list", arguments.kind, found)
        found = {arguments.kind: found[arguments.kind]}
    if arguments.kind == STRUCTURES:
        found = {"keys of a structure": structure_keys(), **found}
    if arguments.json:
        say_json(found)
        return 0
    for kind, names in found.items():
        say(kind)
        for name, remark in names.items():
            say(f"  {name:<26} {remark}".rstrip())
            if arguments.kind == kind == STRUCTURES:
                for key, value in structure_values(name).items():
                    say(f"    {key:<24} {value}")
    return 0
