"""`python -m shengdian.audit.tamper`: every attack on the run of `tamper.toml`, untouched runs for false alarms; writes tamper.md."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import track

from shengdian.audit.tamper import all_attacks
from shengdian.audit.tamper.score import Outcome, scores
from shengdian.audit.tamper.untouched import UNTOUCHED, Accused, accused
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.experiment import run_config

PAGE = Path(__file__).resolve().parents[2] / "docs" / "evidence" / "tamper.md"
AUDITED_ON = "revm"
HEAD = """# Tamper scoring

What happens to the books of a finished run when somebody changes them afterwards? `make tamper` takes the run of `tamper.toml` (two
provinces, three hours, two stages, signed transactions on eth-tester), does every attack of `audit/tamper/attacks` on a fresh copy,
and asks two auditors:

- **the chain's**: `shengdian audit`, on revm, with the anchors (digest and block hash after every block) that were published while it ran;
- **the database's**: SQLite with the same tables, keys and ranges, and 16 checks: balances, payments, fills, meters, water, bills,
  agreements.

**Who attacks.** Somebody who may write every file and table, knows the program, and cleans up: what can be reckoned from changed files
(row counts, SHA-256, digest, summary) is reckoned anew. It has the operator's key and no trader's. In the family `collusion` it makes
blocks too, and some attacks have all keys: it puts another chain in the place of the first, from the start or from an hour on, with all
tables.

**What it cannot change**: anchors, the digest of all logs and the block hash after every block, which the verifier got while the market
ran. Only `collusion` makes them necessary: such a run is consistent, and without anchors the audit calls it clean. Who kept no more than
the last hash (`shengdian audit --expect`) learns that it is another run, not from which block on.

The family `lies` is of operators who lie from the first block on: another strategy, ordering or cost than they declare, traders left out,
an order dropped. What was published is the lie's own, and is of no help; there the audit is asked to decide everything again (`--rerun`).

**Not covered**: what the config's own agents do (a plant that orders what it cannot deliver), a false meter, and a verifier whose
own program was changed. SECURITY.md says who can do what.

**Found** means that the auditor reports anything; **placed**, that it names the table and row, the block, or the key of the file where
the attack was made (the table shows its first difference; the place may be named in a later one). A dash: a database has no such thing
(it keeps no signatures, blocks or logs). Where rows only change places a database has nothing to find, because it keeps no order.
"""


def page(outcomes: Sequence[Outcome], untouched: Sequence[Accused], on: date) -> str:
    """The page as text."""
    asked = [outcome.database for outcome in outcomes if outcome.database is not None]
    count, detected, located = len(outcomes), sum(each.detected for each in outcomes), sum(each.located for each in outcomes)
    lines = [
        HEAD,
        f"## Result ({on.isoformat()})\n",
        "| | the chain's audit | the database's auditor |",
        "|---|---:|---:|",
        f"| attacks | {count} | {len(asked)} |",
        f"| found | {detected} ({detected / count:.0%}) | {sum(map(bool, asked))} ({sum(map(bool, asked)) / len(asked):.0%}) |",
        f"| placed | {located} ({located / count:.0%}) | - |",
        f"| untouched runs | {len(untouched)} | {len(untouched)} |",
        f"| false alarms | {sum(each.audit for each in untouched)} | {sum(each.database for each in untouched)} |",
        "\n## Every attack\n",
        "| attack | what is done | made at | found | placed | by the audit at | by the database |",
        "|---|---|---|---|---|---|---|",
    ]
    for outcome in outcomes:
        first = str(outcome.verdict.differences[0]).partition(":")[0] if outcome.detected else "-"
        shown = ", ".join(part if not part.startswith("transaction 0x") else part[:24] + "…" for part in first.split(", "))
        database = "-" if outcome.database is None else outcome.database[0].partition(":")[0] if outcome.database else "**no**"
        found, placed = ("yes" if value else "**no**" for value in (outcome.detected, outcome.located))
        lines.append(
            f"| `{outcome.attack.name}` | {outcome.attack.sentence} | {outcome.place} | {found} | {placed} | {shown} | {database} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Attacks, asks, writes the page; 1 where the chain's audit missed one or accused an untouched run."""
    with TemporaryDirectory() as folder:
        run = run_config(load_config("tamper"), Path(folder))[0]
        count = sum(map(len, all_attacks().values()))
        outcomes = list(track(scores(run, AUDITED_ON), "attacks", total=count))
    untouched = list(track(map(accused, UNTOUCHED), "untouched runs", total=len(UNTOUCHED)))
    PAGE.write_text(page(outcomes, untouched, date.today()), encoding="utf-8")
    missed = [outcome.attack.name for outcome in outcomes if not (outcome.detected and outcome.located)]
    alarms = [str(run) for run, each in zip(UNTOUCHED, untouched, strict=True) if each.audit]
    sys.stderr.write(
        f"{PAGE.name}: {len(outcomes)} attacks, missed {missed or 'none'}; of {len(UNTOUCHED)} runs accused {alarms or 'none'}\n"
    )
    return 1 if missed or alarms else 0


if __name__ == "__main__":
    sys.exit(main())
