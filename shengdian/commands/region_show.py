"""`shengdian region show`: a region at a glance."""

from __future__ import annotations

import argparse
from pathlib import Path

from shengdian.commands.output import make_folder, say, write

HELP = "draw a region's map, capacities, load and profiles as PNG and SVG"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("region", metavar="DIR", help="a region's folder, or the name of one that comes with the package")
    parser.add_argument("-o", "--out", type=Path, default=Path(), metavar="DIR", help="where figures are written (default: here)")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.experiments.results.figures.frame import image
    from shengdian.experiments.results.figures.region import overview
    from shengdian.regions.region import Region

    region = Region.load(arguments.region)
    figure = overview(region)
    make_folder(arguments.out)
    for kind in ("png", "svg"):
        path = arguments.out / f"{region.folder.name}.{kind}"
        write(path, image(figure, "png" if kind == "png" else "svg"))
        say(str(path))
    return 0
