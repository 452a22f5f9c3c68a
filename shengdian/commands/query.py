"""`shengdian query`: what a run's chain says."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from shengdian.commands.arguments import add_region
from shengdian.commands.output import say, say_json, say_table, write
from shengdian.experiments.config.options import at_least
from shengdian.sim.base.errors import InputError

HELP = "what the chain says of a trader, an order, an hour or a block, with block and transaction hash"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("run", metavar="DIR", help="a run directory")
    parser.add_argument("--trader", metavar="ID", help="orders, fills, payments and agreements of a participant")
    parser.add_argument("--hour", type=at_least(0), metavar="H", help="an hour; alone, with its prices and flows")
    parser.add_argument("--order", metavar="ID", help="an order's whole life; ids are <hour>/<trader>/<segment>")
    parser.add_argument("--block", type=at_least(1), metavar="N", help="a block's transactions")
    parser.add_argument("--proof", type=Path, metavar="FILE", help="also write a proof of the order's, or the hour's clearing, transaction")
    add_region(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="machine-readable")
    form.add_argument("--csv", action="store_true", help="comma-separated, one row a record")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.audit.query import Question, as_csv, query

    question = Question(arguments.trader, arguments.hour, arguments.order, arguments.block)
    answer = query(arguments.run, question, arguments.region)
    if arguments.proof is not None:
        _write_proof(arguments.run, answer.provable, arguments.proof)
    if arguments.json:
        say_json(list(answer.records))
    elif arguments.csv:
        say(as_csv(answer.records).removesuffix("\n"))
    else:
        from shengdian.audit.query_tables import tables

        for table in tables(answer.records):
            say_table(table)
    return 0


def _write_proof(run: str, place: tuple[int, int] | None, path: Path) -> None:
    from shengdian.audit.proof import prove

    if place is None:
        raise InputError("--proof needs one transaction: --order ID, --hour H alone, or a --block that holds one transaction")
    write(path, (json.dumps(prove(run, *place), indent=1) + "\n").encode())
