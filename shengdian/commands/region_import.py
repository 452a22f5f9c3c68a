"""`shengdian region import`: what others have, as a region."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shengdian.commands.output import say

HELP = "make a region of a network of PyPSA or a scenario of ASSUME; notes on stderr say what is not taken over"
KINDS = ("pypsa", "assume")


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("kind", choices=KINDS, help="whose format the source has")
    parser.add_argument("source", type=Path, metavar="SRC", help="its folder of CSV files; of PyPSA, also a netCDF file")
    parser.add_argument("directory", type=Path, metavar="DIR", help="the region's folder, which is not there yet")
    parser.add_argument("--currency", default="EUR", metavar="LABEL", help="of the source's prices (default: EUR)")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code. Raises RegionFault where the folder is written but no region yet."""
    from shengdian.importing import assume, pypsa
    from shengdian.importing.imported import write
    from shengdian.regions.region import Region

    found = {"pypsa": pypsa.read, "assume": assume.read}[arguments.kind](arguments.source, arguments.currency)
    write(found, arguments.directory)
    for note in found.notes:
        sys.stderr.write(f"shengdian: note: {note}\n")
    region = Region.load(arguments.directory)
    counts = f"{len(region.zones)} zones, {len(region.plants)} plants, {len(region.stores)} stores, {len(region.lines)} lines"
    say(f"{arguments.directory}: {counts}")
    return 0
