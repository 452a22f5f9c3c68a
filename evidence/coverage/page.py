"""`coverage.csv`, and docs/evidence/coverage.md made of it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from evidence.coverage.shapes import shapes
from evidence.coverage.simulation import METHODS, RESAMPLES, TOO_FEW
from shengdian.experiments.results.intervals import DIFFER, LEAST

TABLE = Path(__file__).with_name("coverage.csv")
PAGE = Path(__file__).parents[2] / "docs" / "evidence" / "coverage.md"
COUNTS = (3, 5, 10, 20)
"""of values, such as seeds"""
BAND = (93.0, 97.0)
"""%, within which an interval may be called one of 95 %"""
WORDS: Mapping[str, str] = {
    "t": "Student's t, which results use",
    "BCa": "BCa (bias-corrected and accelerated bootstrap)",
    "percentile": "Percentile bootstrap",
}
"""title of each method's table"""
HEAD = """# Coverage of intervals

An interval of the mean that says 95 % has to hold the true mean in 95 of 100 repetitions. `python -m evidence.coverage` draws samples of a
few values from shapes whose mean is known, makes an interval of each, and counts; a cell is {samples}
samples. Bold is what lies outside {low:g} to {high:g} %.

- **Results have intervals by Student's t from {least} values on, and none for fewer** (`experiments/results/intervals.py`): none from one
  seed, and none from three or five. Where fewer than {differ:.0%} of the values differ there is none either: they lie at bounds, as trade
  does where lines are full, and no interval says how far off a rare seed is. A dash: fewer than {few:.0%} of samples have one.
- The shapes that begin with "own" are results of this simulator under {seeds} seeds, from which samples are drawn
  (`evidence/coverage/seeds.csv`; `--seeds` runs them anew): the July day, provincial and coupled, and learners under contracts for four
  fifths on their fifth day.
- From {least} values on, intervals of our own results hold the mean in {own} of samples.
- Of values as skewed as a lognormal or an exponential they hold it in {skewed} only: such an interval would not be one of 95 %. The
  most skewed of our own results that has intervals has a skewness of {most:.2f}.
- The bootstrap draws {resamples} resamples. Results had its percentiles, over three to five seeds, until 30 November 2026.
"""


def keep(got: Mapping[tuple[str, str, int], float | None]) -> None:
    """Writes `coverage.csv`: % by method, shape and number of values."""
    lines = [
        "method,shape,values,coverage",
        *(",".join((method, name, str(count), written(share, 2))) for (method, name, count), share in got.items()),
    ]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def written(share: float | None, digits: int) -> str:
    """A number of %; a dash where hardly any sample has an interval."""
    return "-" if share is None else f"{share:.{digits}f}"


def kept() -> dict[tuple[str, str, int], float | None]:
    """What the last run of the command got."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = [(row["method"], row["shape"], int(row["values"]), row["coverage"]) for row in csv.DictReader(lines)]
    return {(method, name, count): None if share == "-" else float(share) for method, name, count, share in rows}


def within(share: float | None) -> bool:
    """Whether intervals with this coverage may be called ones of 95 %; where there is none, nothing is."""
    return share is None or BAND[0] <= share <= BAND[1]


def _range(shares: list[float]) -> str:
    return f"{min(shares):.1f} to {max(shares):.1f} %"


def page() -> str:
    """The text of the page."""
    got, known = kept(), shapes()
    used = {(name, count): share for (method, name, count), share in got.items() if method == "t" and share is not None}
    own = {key: share for key, share in used.items() if known[key[0]].own and key[1] >= LEAST}
    text = HEAD.format(
        samples=", ".join(f"{samples:,} ({method})" for method, (_, samples) in METHODS.items()),
        low=BAND[0],
        high=BAND[1],
        least=LEAST,
        differ=DIFFER,
        few=TOO_FEW,
        seeds=max(shape.size for shape in known.values()),
        own=_range(list(own.values())),
        skewed=_range([share for (name, count), share in used.items() if known[name].skewed and count >= LEAST]),
        most=max(abs(known[name].skewness) for name, _ in own),
        resamples=RESAMPLES,
    )
    for method, title in WORDS.items():
        lines = [f"## {title}", "", "| shape | skewness | " + " | ".join(f"{count} values" for count in COUNTS) + " |"]
        lines.append("|---|---:|" + "---:|" * len(COUNTS))
        for name, shape in known.items():
            shares = [got[method, name, count] for count in COUNTS]
            cells = [written(share, 1) if within(share) else f"**{written(share, 1)}**" for share in shares]
            lines.append(f"| {shape.words} | {shape.skewness:.2f} | {' | '.join(cells)} |")
        text += "\n" + "\n".join(lines) + "\n"
    return text
