"""`shengdian region new`: a region to begin with."""

from __future__ import annotations

import argparse
from pathlib import Path

from shengdian.commands.output import say

HELP = "write a region of two zones with comments, which runs at once, to begin your own with"
EXAMPLE = "two-zones"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder that is not there yet")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shutil import copytree

    from shengdian.regions.region import place
    from shengdian.sim.base.errors import InputError

    folder: Path = arguments.folder
    try:
        copytree(place(EXAMPLE), folder)
    except FileExistsError as cause:
        raise InputError(f"{folder} is there already; name a folder that is not") from cause
    except OSError as cause:
        raise InputError(f"{folder}: cannot be written ({cause.strerror})") from cause
    say(str(folder))
    say(f"check it: shengdian region check {folder}")
    say(f"run it:   shengdian run six-provinces-day --set region.path={folder}")
    return 0
