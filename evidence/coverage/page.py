"""`coverage.csv`, and docs/evidence/coverage.md made of it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from evidence.coverage.shapes import shapes
from evidence.coverage.simulation import METHODS, RESAMPLES
from shengdian.experiments.results.intervals import LEAST

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

An interval of the mean that says 95 % has to hold the true mean in 95 of 100 repetitions. `python -m evidence.coverage` draws samples of a few values from
shapes whose mean is known, makes an interval of each, and counts: {samples} a cell. Bold is what lies outside {low:g} to {high:g} %.

- **Results have intervals by Student's t from {least} values on, and none for fewer** (`experiments/results/intervals.py`): no interval from one seed, and none
  for three or five. Where all seeds give the same value the interval has no width.
- The shapes that begin with "own" are results of this simulator under {seeds} seeds, from which samples are drawn (`evidence/coverage/seeds.csv`; `--seeds` runs
  them anew): the July day, provincial and coupled, and learners under contracts for four fifths, on their fifth day.
- {own}
- {theory}
- The bootstrap draws {resamples} resamples. It was used until November 2026, as percentiles, with three to five seeds.
"""


def keep(got: Mapping[tuple[str, str, int], float]) -> None:
    """Writes `coverage.csv`: % by method, shape and number of values."""
    lines = ["method,shape,values,coverage", *(f"{method},{name},{count},{share:.2f}" for (method, name, count), share in got.items())]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def kept() -> dict[tuple[str, str, int], float]:
    """What the last run of the command got."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return {(row["method"], row["shape"], int(row["values"])): float(row["coverage"]) for row in csv.DictReader(lines)}


def within(share: float) -> bool:
    """Whether an interval with this coverage may be called one of 95 %."""
    return BAND[0] <= share <= BAND[1]


def _range(shares: list[float]) -> str:
    return f"{min(shares):.1f} to {max(shares):.1f} %"


def page() -> str:
    """The text of the page."""
    got, known = kept(), shapes()
    used = {(name, count): share for (method, name, count), share in got.items() if method == "t"}
    own = [share for (name, count), share in used.items() if known[name].own and count >= LEAST]
    skewed = [share for (name, count), share in used.items() if known[name].skewed and count >= LEAST]
    text = HEAD.format(
        samples=", ".join(f"{samples:,} ({method})" for method, (_, samples) in METHODS.items()),
        low=BAND[0],
        high=BAND[1],
        least=LEAST,
        seeds=known[next(name for name in known if known[name].own)].size,
        own=f"Over {LEAST} seeds or more, Student's t holds the mean of our own results in {_range(own)} of samples.",
        theory=f"Of a value that is as skewed as a lognormal or an exponential, it holds the mean in {_range(skewed)} only: such an interval would not be one "
        f"of 95 %. None of our own results is so skewed; of a new one, look at its seeds before you trust the word.",
        resamples=RESAMPLES,
    )
    for method, title in WORDS.items():
        lines = [f"## {title}", "", "| shape | skewness | " + " | ".join(f"{count} values" for count in COUNTS) + " |"]
        lines.append("|---|---:|" + "---:|" * len(COUNTS))
        for name, shape in known.items():
            shares = [got[method, name, count] for count in COUNTS]
            cells = [f"{share:.1f}" if within(share) else f"**{share:.1f}**" for share in shares]
            lines.append(f"| {shape.words} | {shape.skewness:.2f} | {' | '.join(cells)} |")
        text += "\n" + "\n".join(lines) + "\n"
    return text
