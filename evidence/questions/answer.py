"""From a config to a page: sweep, small table of results, figure, numbers of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow.parquet as pq

from evidence.questions.page import filled
from evidence.questions.question import Question
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.results.figures.frame import image
from shengdian.experiments.runs.progress import Progress
from shengdian.experiments.runs.sweep import local, run_sweep, swept
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.durable import replace_with
from shengdian.sim.record.finished_run import load

DIGITS: Final = 10
"""significant ones of a number in docs/evidence/results"""


def simulate(question: Question, runs: Path, workers: int, progress: Progress) -> pd.DataFrame:
    """A row a run of the question's sweep: design, seed, the swept keys, and what the question measures. Finished runs are not run again.

    Raises InputError where a run failed.
    """
    config = load_config(question.name)
    out = runs / question.name
    written, failures = run_sweep(config, out, local(workers), progress)
    for name, failure in failures.items():
        raise InputError(f"{question.name}: run {name} failed: {failure.sentence} (see {out / name}.failed.txt)")
    keys = list(dict.fromkeys(["design", "seed", *(key for key in swept(config) if key != "run.design")]))
    return pd.DataFrame(
        [{**{key: row[key] for key in keys}, **question.measure(load(out / row["run_id"]))} for row in pq.read_table(written).to_pylist()]
    )


def as_csv(rows: pd.DataFrame) -> str:
    """The rows as the text of a file in docs/evidence/results."""
    text: str = rows.to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")
    return text


def read(results: Path) -> pd.DataFrame:
    """The rows of a file in docs/evidence/results; InputError where it is missing or no table."""
    try:
        return pd.read_csv(results, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as cause:
        raise InputError(f"{results}: not readable as a table ({cause}); `make docs-results` writes it") from cause


def write_page(question: Question, docs: Path) -> None:
    """Draws the figure and fills the page from the results in `docs`, and from nothing else."""
    rows = read(docs / "results" / f"{question.name}.csv")
    replace_with(docs / "questions" / f"{question.name}.png", image(question.figure(rows), "png"))
    page = docs / "questions" / f"{question.name}.md"
    replace_with(page, filled(page.read_text(encoding="utf-8"), question.blocks(rows), str(page)).encode())


def answer(question: Question, runs: Path, docs: Path, workers: int, progress: Progress) -> None:
    """All of it."""
    rows = simulate(question, runs, workers, progress)
    replace_with(docs / "results" / f"{question.name}.csv", as_csv(rows).encode())
    write_page(question, docs)
