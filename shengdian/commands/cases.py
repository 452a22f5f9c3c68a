"""What `clear` and `allocate` have in common."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from shengdian.commands.arguments import check_chain
from shengdian.commands.output import say_json


def carry_out(
    arguments: argparse.Namespace,
    cases: list[dict[str, Any]],
    several: bool,
    run_cases: Callable[[list[dict[str, Any]], str], list[dict[str, Any]]],
) -> int:
    """Prints the results of all cases, a list of them where they are `several`, and a sentence for each refused; gives the exit code."""
    check_chain(arguments.chain)
    results = run_cases(cases, arguments.chain)
    say_json(results if several else results[0])
    refused = [result for result in results if "error" in result]
    for result in refused:
        sys.stderr.write(f"shengdian: {arguments.cases}: case {result['name']!r}: {result['error']['message']}\n")
    return 2 if refused else 0
