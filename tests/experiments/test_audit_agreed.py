"""A run that trades its year ahead audits clean, and its two files of the year are held against the year traded again."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from shengdian.audit import audit
from shengdian.experiments.ahead.table1 import AGREEMENTS, TABLE
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from tests.experiments.audited import altered, retable


@cache
def finished() -> Path:
    keys = {"run.hours": 1, "run.chain": "mirror", "region.zones": ["SC", "JX"], "medium_term.provinces": jiangxi()}
    return run_config(override(load_config("table1"), keys), Path(mkdtemp()))[0]


def jiangxi() -> list[object]:
    return [opening.model_dump(mode="json") for opening in load_config("table1").medium_term.provinces if opening.province == "JX"]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished(), tmp_path / "run"))


def test_untouched_run_is_clean_and_the_page_says_how_the_year_was_checked() -> None:
    verdict = audit(finished())
    assert verdict.differences == ()
    assert any("traded again on twins" in note for note in verdict.notes)


def test_changed_agreement_of_the_year_is_found_and_placed(run: Path) -> None:
    retable(run, AGREEMENTS.removesuffix(".parquet"), lambda rows: altered(rows, 2, "price_per_mwh"))
    (found,) = audit(run).differences
    assert (found.table, found.row) == (AGREEMENTS, 2)
    assert "price_per_mwh is" in found.sentence


def test_changed_line_of_table_1_is_found_and_placed(run: Path) -> None:
    text = (run / TABLE).read_text(encoding="utf-8")
    (run / TABLE).write_text(text.replace("JX", "SC", 1), encoding="utf-8")
    (found,) = audit(run).differences
    assert (found.table, found.row) == (TABLE, 1)


def test_missing_file_and_missing_rows_are_found(run: Path) -> None:
    (run / TABLE).unlink()
    retable(run, AGREEMENTS.removesuffix(".parquet"), lambda rows: rows.slice(0, len(rows) - 1))
    first, second = audit(run).differences
    assert (first.table, second.table) == (TABLE, AGREEMENTS)
    assert "missing" in first.sentence
    assert "rows; the year makes" in second.sentence
