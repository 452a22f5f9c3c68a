"""`python -m evidence.questions`: simulates what is not finished, writes docs/evidence/results and docs/evidence/questions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evidence.questions import (
    chain_cost,
    china_day,
    china_months,
    concentration,
    contract_share,
    designs,
    line_capacity,
    market_structures,
    mechanisms,
    two_stage_gaming,
)
from evidence.questions.answer import answer, write_page
from evidence.questions.question import Question
from shengdian.experiments.runs.progress import progress
from shengdian.sim.base.errors import MarketError

QUESTIONS: tuple[Question, ...] = tuple(
    module.QUESTION
    for module in (
        designs,
        contract_share,
        line_capacity,
        mechanisms,
        chain_cost,
        concentration,
        two_stage_gaming,
        china_day,
        china_months,
        market_structures,
    )
)
"""in the order of docs/evidence/questions/README.md"""
DOCS = Path(__file__).resolve().parents[2] / "docs" / "evidence"


def main() -> int:
    """0 done, 2 bad input."""
    parser = argparse.ArgumentParser(prog="python -m evidence.questions", description=__doc__)
    named = {question.name: question for question in QUESTIONS}
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"default: all of {', '.join(named)}")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="runs simulated side by side (default: 1)")
    parser.add_argument("--runs", type=Path, default=Path("runs/questions"), metavar="DIR", help="where runs are kept; finished ones stay")
    parser.add_argument("--docs", type=Path, default=DOCS, metavar="DIR", help="default: docs/evidence of this checkout")
    parser.add_argument("--pages", action="store_true", help="only figures and pages, from docs/evidence/results as they are")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in named:
            parser.error(f"{name!r} is no question; known: {', '.join(named)}")
    try:
        for question in [named[name] for name in arguments.names] or QUESTIONS:
            if arguments.pages:
                write_page(question, arguments.docs)
            else:
                answer(question, arguments.runs, arguments.docs, arguments.workers, progress(arguments.quiet))
    except MarketError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
