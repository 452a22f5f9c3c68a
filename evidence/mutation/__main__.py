"""`python -m evidence.mutation`: mutates the contracts, tries the mutants on what the tests send, writes docs/evidence/mutation.md."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

from evidence.mutation.campaign import Campaign, targets
from evidence.mutation.corpus import KEPT, recorded
from evidence.mutation.equivalent import equivalents, refuted, why
from evidence.mutation.page import page

ROOT = Path(__file__).parents[2]
NOTHING = ("core/Types.sol", "auctions/SealedAuctions.sol")
"""sources without a function to change"""


def main() -> None:
    """Records what tests are new in the corpus, then goes on with the mutants."""
    parser = argparse.ArgumentParser(prog="python -m evidence.mutation", description=__doc__)
    parser.add_argument("sources", nargs="*", help="Solidity files below contracts/, such as core/Ledger.sol; all without")
    parser.add_argument(
        "--tests", nargs="+", default=[], help="names of test files, such as test_listing_twin: record no others; all without"
    )
    parser.add_argument("--kept", type=Path, default=KEPT, help="folder of the corpus and the outcomes (runs/mutation)")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="the date that the page bears (today)")
    asked = parser.parse_args()
    known = sorted(
        {source for target in targets() for source in target.sources if source not in NOTHING and not source.startswith("interfaces/")}
    )
    unknown = [source for source in asked.sources if source not in known]
    if unknown:
        parser.error(f"no such source: {', '.join(unknown)}; known: {', '.join(known)}")
    scenarios = recorded(asked.kept / "corpus", asked.tests)
    reasons = equivalents()
    campaign = Campaign(asked.kept, scenarios, lambda key: bool(why(key, reasons)), _say, asked.date)
    try:
        for source in asked.sources or known:
            campaign.run(source)
    finally:
        campaign.close()
    text = page(campaign.outcomes, campaign.dates, reasons, [len(scenario.steps) for scenario in scenarios], asked.date, known)
    (ROOT / "docs" / "evidence" / "mutation.md").write_text(text, encoding="utf-8")
    wrong = refuted(campaign.outcomes, reasons)
    for line in wrong:
        _say(line)
    sys.exit(1 if wrong else 0)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
