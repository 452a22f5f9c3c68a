"""`shengdian region check`: every fault of a folder, or what the region is."""

from __future__ import annotations

import argparse

from shengdian.commands.output import say, say_json, say_table

HELP = "say every fault of a region's folder; else a line a zone, and notes"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("region", metavar="DIR", help="a region's folder, or the name of one that comes with the package")
    parser.add_argument("--json", action="store_true", help="print a machine-readable summary instead of the table")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from dataclasses import asdict

    from shengdian.regions.region import Region
    from shengdian.regions.summary import notes, sources, summaries, table

    region = Region.load(arguments.region)
    zones = summaries(region)
    if arguments.json:
        say_json({"sha256": region.sha256, "zones": [asdict(each) for each in zones], "notes": notes(region, zones)})
        return 0
    say_table(table(region, zones))
    for sentence in notes(region, zones):
        say(sentence)
    for sentence in sources(region):
        say(sentence)
    return 0
