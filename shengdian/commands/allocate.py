"""`shengdian allocate`: contract energy over hours."""

from __future__ import annotations

import argparse

from shengdian.commands.arguments import add_cases
from shengdian.commands.cases import carry_out

HELP = "carry out contract allocation cases on a chain; JSON on stdout, an object for an object, a list for a list"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    add_cases(parser, "one case or a list of cases in JSON")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.cases.allocate import run_cases
    from shengdian.cases.case_file import read_cases

    return carry_out(arguments, *read_cases(arguments.cases), run_cases)
