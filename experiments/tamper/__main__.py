"""`python -m experiments.tamper`: every attack on the run of `tamper.toml`, untouched runs for false alarms, and docs/tamper.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import track

from experiments.audit import audit
from experiments.audit.anchor import anchors
from experiments.config import load_config, override
from experiments.run import run_config
from experiments.tamper import attacks
from experiments.tamper.score import Outcome, scores

PAGE = Path(__file__).parents[2] / "docs" / "tamper.md"
AUDITED_ON = "revm"
UNTOUCHED = tuple(product(("mirror", "revm", "eth-tester"), ("provincial", "two_stage", "coupled"), (1, 2, 3, 4, 5, 6)))[:50]
"""chain, design and seed of runs that nobody touched"""
HEAD = """# Tamper scoring

What happens to the books of a finished run when somebody changes them afterwards? `make tamper` takes the run of `tamper.toml` (two
provinces, three hours, two stages, signed transactions on eth-tester), does every attack of `experiments/tamper/attacks` on a fresh copy,
and asks two auditors:

- **the chain's**: `shengdian audit`, on revm, with the anchors (digest and block hash after every block) that were published while it ran;
- **the database's**: SQLite with the same tables, keys and ranges, and fourteen checks of balances, payments, fills, meters and agreements.

**Who attacks.** Somebody who may write every file and table, knows the program, and cleans up: what can be reckoned from changed files
(row counts, SHA-256, digest, summary) is reckoned anew. It has no trader's key; in the family `collusion` it has all of them, and makes
another run from the start, which only published anchors tell from the first. Not covered: a lie told before the record is made (a plant
that orders what it cannot deliver, a false meter), and a verifier whose own program was changed.

**Found** means that the auditor reports anything; **placed**, that it names the table and row, the block, or the key of the file where the
attack was made. A dash: a database has no such thing (it keeps no signatures, blocks or logs). Where rows only change places a database has
nothing to find, because it keeps no order.
"""


def untouched() -> Iterator[bool]:
    """Whether each untouched run audits clean."""
    base = load_config("tamper")
    for chain, design, seed in track(UNTOUCHED, "untouched runs"):
        keys = {"run.chain": chain, "run.design": design, "run.seeds": [seed], "run.hours": 1 + seed % 2}
        with TemporaryDirectory() as folder:
            made = run_config(override(base, keys), Path(folder))[0]
            yield audit(made, AUDITED_ON if chain != AUDITED_ON else "mirror", anchors(made)).clean


def page(outcomes: Sequence[Outcome], clean: Sequence[bool], on: date) -> str:
    """The page as text."""
    asked = [outcome.database for outcome in outcomes if outcome.database is not None]
    lines = [
        HEAD,
        f"## Result ({on.isoformat()})\n",
        "| | the chain's audit | the database's auditor |",
        "|---|---:|---:|",
        f"| attacks | {len(outcomes)} | {len(asked)} |",
        f"| found | {sum(outcome.detected for outcome in outcomes)} | {sum(map(bool, asked))} |",
        f"| placed | {sum(outcome.located for outcome in outcomes)} | - |",
        f"| untouched runs | {len(clean)} | - |",
        f"| false alarms | {len(clean) - sum(clean)} | - |",
        "\n## Every attack\n",
        "| attack | what is done | found | placed | by the audit at | by the database |",
        "|---|---|---|---|---|---|",
    ]
    for outcome in outcomes:
        first = str(outcome.verdict.differences[0]).partition(":")[0] if outcome.detected else "-"
        shown = ", ".join(part if not part.startswith("transaction 0x") else part[:24] + "…" for part in first.split(", "))
        database = "-" if outcome.database is None else "yes" if outcome.database else "**no**"
        found, placed = ("yes" if value else "**no**" for value in (outcome.detected, outcome.located))
        lines.append(f"| `{outcome.attack.name}` | {outcome.attack.sentence} | {found} | {placed} | {shown} | {database} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Attacks, asks, writes the page; 1 where the chain's audit missed one or accused an untouched run."""
    with TemporaryDirectory() as folder:
        run = run_config(load_config("tamper"), Path(folder))[0]
        count = sum(map(len, attacks().values()))
        outcomes = list(track(scores(run, AUDITED_ON), "attacks", total=count))
    clean = list(untouched())
    PAGE.write_text(page(outcomes, clean, date.today()), encoding="utf-8")
    missed = [outcome.attack.name for outcome in outcomes if not (outcome.detected and outcome.located)]
    sys.stderr.write(
        f"{PAGE.name}: {len(outcomes)} attacks, missed {missed or 'none'}; {clean.count(False)} false alarms in {len(clean)}\n"
    )
    return 1 if missed or not all(clean) else 0


if __name__ == "__main__":
    sys.exit(main())
