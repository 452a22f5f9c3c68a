"""docs/evidence/mutation.md: how many mutants were noticed, and what is known of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evidence.mutation.campaign import ALIVE, STILLBORN, Outcomes
from evidence.mutation.equivalent import Equivalent, why

HEAD = """# Mutation tests of the contracts

Written by `make mutation` on {date}. Every comparison, sign, bound, constant and check inside the functions of a contract was changed,
one at a time: {total} mutants that compile. A mutant is killed where a transaction that the tests hold against the twins ({scenarios}
scenarios of {steps} transactions and reads) has another status, output or log than the original's; gas is not looked at. Mutants run
without the optimiser on revm. Equivalent are those that no input can tell from the original; the reasons are listed below. A mutant that
survived and of which nobody has shown yet that it is equivalent counts as not killed, so the share is a lower bound. What only the Solidity
suite would notice counts as not killed too.
{untried}
**{killed} of {counted} mutants that are not equivalent are killed: {share}.**

| source | tried on | mutants | killed | equivalent | not killed | killed of not equivalent |
|---|---|---|---|---|---|---|
"""


def page(
    outcomes: Outcomes, dates: Mapping[str, str], known: list[Equivalent], scenarios: Sequence[int], date: str, sources: Sequence[str]
) -> str:
    """The page; `dates` are those of the outcomes, `scenarios` the steps of each, `sources` all that can be mutated."""
    tried = {name.split()[0] for name, kept in outcomes.items() if kept}
    open_ = [source for source in sources if source not in tried]
    rows, lists = [], []
    sums = [0, 0, 0, 0]
    for name, kept in sorted(outcomes.items()):
        source = name.split()[0]
        found = {key: outcome for key, outcome in kept.items() if outcome != STILLBORN}
        survivors = sorted(key for key, outcome in found.items() if outcome in ALIVE)
        reasons = {key: why(key, known) for key in survivors}
        equal = sum(map(bool, reasons.values()))
        counts = [len(found), len(found) - len(survivors), equal, len(survivors) - equal]
        sums = [a + b for a, b in zip(sums, counts, strict=True)]
        if not found:
            continue
        rows.append(_row(source, dates.get(name, date), counts))
        if survivors:
            lists.append(_survivors(source, reasons))
    total, killed, equal, _ = sums
    head = HEAD.format(
        date=date, total=f"{total:,}", scenarios=f"{len(scenarios):,}", steps=f"{sum(scenarios):,}", killed=f"{killed:,}",
        counted=f"{total - equal:,}", share=_share(killed, total - equal),
        untried=f"\nNot tried in their present form: {', '.join(open_)}.\n" if open_ else "",
    )  # fmt: skip
    return head + "\n".join([*rows, _row("all", "", sums)]) + "\n\n" + "\n".join(lists)


def _row(name: str, date: str, counts: Sequence[int]) -> str:
    total, killed, equal, _ = counts
    return f"| {name} | {date} | {' | '.join(f'{count:,}' for count in counts)} | {_share(killed, total - equal)} |"


def _share(part: int, whole: int) -> str:
    """Rounded down, so that all is all."""
    return f"{1000 * part // whole / 10}%" if whole else "-"


def _survivors(source: str, reasons: dict[str, str]) -> str:
    lines = [f"## {source}", ""]
    for key, reason in reasons.items():
        _, function, rest = key.split(" | ", 2)
        change, _, place = rest.rpartition(" | ")
        before, after = (" ".join(side.split()) for side in change.split(" ~> "))
        lines.append(f"- `{function}`: `{before}` to `{after}`{_which(place)}: {reason or '**not killed**'}")
    return "\n".join(lines) + "\n"


def _which(place: str) -> str:
    return f" (number {int(place) + 1})" if place != "0" else ""
