"""Options that several commands have, and what their values may be."""

from __future__ import annotations

import argparse
import re
from fractions import Fraction
from pathlib import Path

from shengdian.experiments.config.options import at_least

RUNS = Path("runs")
"""where runs are written if nothing else is said"""


def add_runs(parser: argparse.ArgumentParser) -> None:
    """One or more finished runs."""
    parser.add_argument("runs", nargs="+", metavar="DIR", help="a run directory, or a directory that holds several")


def add_figures(parser: argparse.ArgumentParser) -> None:
    """What figures of one hour or one province show."""
    parser.add_argument("--zone", metavar="CODE", help="province of the supply stack and the allocation (default: the one with most load)")
    parser.add_argument("--hour", type=at_least(0), metavar="H", help="hour of the supply stack (default: the one with most load)")


def add_cases(parser: argparse.ArgumentParser) -> None:
    """Cases in a file, and the chain that they are carried out on."""
    parser.add_argument("cases", metavar="CASES.json", help="one case or a list of cases; - is stdin")
    parser.add_argument("--chain", default="eth-tester", metavar="NAME", help="default: eth-tester")


def hash_of_32_bytes(text: str) -> str:
    """A type of option: 0x and 64 hexadecimal digits."""
    if not re.fullmatch("0x[0-9a-f]{64}", text.lower()):
        raise argparse.ArgumentTypeError(f"{text!r} is no hash, 0x and 64 hexadecimal digits")
    return text.lower()


def price(text: str) -> Fraction:
    """A type of option: a price of 0 or more."""
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a price") from None
    if found < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return found


def check_chain(name: str) -> None:
    """Raises InputError for a chain that cannot be opened, before anything is computed."""
    from shengdian.sim.adapters import check_chain as check

    check(name)
