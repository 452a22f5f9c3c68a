"""`python -m evidence.questions.room --gas-limit 60 --seconds 12`:
how many traders an hour has room for on a chain with these limits.

From docs/evidence/results/chain-cost.csv, and from nothing else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evidence.questions.answer import read
from evidence.questions.chain_cost import QUESTION, Network, derived, grown_by_design, room_table
from shengdian.experiments.config.options import at_least
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.units import MILLION

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "evidence" / "results" / f"{QUESTION.name}.csv"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 done, 2 bad input."""
    parser = argparse.ArgumentParser(prog="python -m evidence.questions.room", description=__doc__)
    parser.add_argument("--gas-limit", type=at_least(1), required=True, metavar="M", help="million gas of a block")
    parser.add_argument("--seconds", type=at_least(1), required=True, metavar="S", help="between blocks")
    parser.add_argument("--transaction", type=at_least(1), metavar="M", help="million gas of a transaction (default: those of a block)")
    parser.add_argument("--provinces", type=at_least(1), default=6, metavar="N", help="(default: %(default)s)")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE", help="default: docs/evidence/results of this checkout")
    asked = parser.parse_args(arguments)
    most = min(asked.transaction or asked.gas_limit, asked.gas_limit)
    words = f"{asked.gas_limit:,} million gas every {asked.seconds} s, {most:,} million a transaction, {asked.provinces} provinces"
    network = Network(words, asked.gas_limit * MILLION, asked.seconds, most * MILLION, 0.0)
    try:
        grown = grown_by_design(derived(read(asked.results)))
    except InputError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 2
    sys.stdout.write(room_table(grown, [network], asked.provinces) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
