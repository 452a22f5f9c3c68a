"""`shengdian audit`: is a finished run what it says it is?"""

from __future__ import annotations

import argparse
from pathlib import Path

from shengdian.commands.arguments import add_region, check_chain, hash_of_32_bytes
from shengdian.commands.output import say, say_json

HELP = "carry a run's recorded chain out again, rebuild every table from its logs and compare; exit 1 if anything differs"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("run", metavar="DIR", help="a run directory")
    add_region(parser)
    parser.add_argument("--chain", metavar="NAME_OR_URL", help="instead of the run's own chain")
    parser.add_argument("--anchors", type=Path, metavar="FILE", help="what was published while it ran, as --write-anchors gave it")
    parser.add_argument("--expect", type=hash_of_32_bytes, metavar="HASH", help="digest or last block hash that was kept elsewhere, 0x...")
    parser.add_argument("--write-anchors", type=Path, metavar="FILE", help="write digest and hash after every block, to keep elsewhere")
    parser.add_argument(
        "--rerun", action="store_true", help="decide everything again from the config, and compare; carries out strategies of one's own"
    )
    parser.add_argument(
        "--fields", action="store_true", help="say of every file and field how it is checked, or why it is not; audits nothing"
    )
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.audit import anchor, audit, fields
    from shengdian.audit.page import as_json, page

    if arguments.fields:
        say(fields.page(Path(arguments.run)))
        return 0
    if arguments.chain is not None:
        check_chain(arguments.chain)
    published = None if arguments.anchors is None else anchor.load(arguments.anchors)
    verdict = audit(arguments.run, arguments.chain, published, arguments.expect, arguments.rerun, arguments.region)
    if arguments.write_anchors is not None:
        anchor.write(arguments.write_anchors, anchor.anchors(Path(arguments.run)))
    if arguments.json:
        say_json(as_json(verdict))
    else:
        say(page(verdict))
    return 0 if verdict.clean else 1
