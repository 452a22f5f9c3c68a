"""The quick rows of the validation, how its table and page are made, and that the page is that of the last whole run."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from evidence.validation import rows
from evidence.validation.__main__ import main, measure
from evidence.validation.rows import SUITES, Target, page, results, summary, surprises, table, targets
from shengdian.sim.adapters import revm

CHAIN = "revm" if revm.installed() else "mirror"
LONGEST = ("cournot", "hidden_prices", "double_auction")
"""suites that learn for a minute or more: `make validate` runs them, CI their quick rows"""
PAGE = Path(__file__).parents[2] / "docs" / "evidence" / "validation.md"


@pytest.mark.parametrize("name", SUITES)
def test_the_quick_rows_are_as_expected(name: str) -> None:
    got = import_module(f"evidence.validation.{name}").quick(CHAIN)
    assert got
    assert surprises(got) == []


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in LONGEST else pytest.mark.long) for name in SUITES])
def test_every_row_is_as_expected(name: str) -> None:
    assert surprises(measure(name, "mirror")) == []


@pytest.mark.parametrize(
    ("relation", "got", "holds"),
    [("=", 10.5, True), ("=", 10.6, False), ("=", 9.4, False), ("<=", -3, True), ("<=", 10.6, False), (">=", 99, True), (">=", 9.4, False)],
)
def test_a_figure_holds_give_or_take_the_tolerance(relation: str, got: float, holds: bool) -> None:
    target = replace(targets()["pool-price"], relation=relation, expected=10, tolerance=0.5)  # type: ignore[arg-type]
    assert target.holds(got) is holds


@pytest.mark.parametrize("target", targets().values(), ids=lambda target: target.id)
def test_a_row_fails_what_a_wrong_rule_or_theory_would_give(target: Target) -> None:
    assert not target.holds(target.wrong)


@pytest.mark.parametrize("target", targets().values(), ids=lambda target: target.id)
def test_what_is_expected_follows_from_the_numbers_of_the_formula(target: Target) -> None:
    assert target.expected == pytest.approx(eval(target.numbers), rel=2e-5, abs=1e-9)


@pytest.mark.parametrize("target", targets().values(), ids=lambda target: target.id)
def test_a_row_says_where_it_is_from_and_why_its_tolerance_is_what_it_is(target: Target) -> None:
    assert target.suite in SUITES
    assert all((target.formula, target.because, target.source))


def test_a_row_that_should_pass_and_does_not_is_a_sentence() -> None:
    assert surprises({"pool-price": 17.0, "pool-volume": 450.0}) == [
        "Syldavia's pool of 7 offers and 6 bids: price (pool-price): got 17, expected = 16"
    ]


def test_a_row_that_is_known_to_fail_is_a_sentence_only_where_it_passes() -> None:
    known = next(target for target in targets().values() if target.fails)
    assert surprises({known.id: known.wrong}) == []
    (sentence,) = surprises({known.id: known.expected})
    assert sentence.endswith(f"({known.id}): got {known.expected:.6g}, expected {known.relation} {known.expected:g}, and was known to fail")


def test_the_summary_counts_what_passes() -> None:
    assert summary({"pool-price": 16.0, "pool-volume": 400.0}) == "1 of 2 rows pass."
    failing = sum(bool(target.fails) for target in targets().values())
    assert summary(results()).endswith(f" rows pass; {failing} are known to fail, and the page says why.")


def test_targets_that_were_not_measured_say_so() -> None:
    lines = table(targets(), {"pool-price": 16.0}).splitlines()
    assert len(lines) == 2 + len(targets())
    assert sum("| not run |" in line for line in lines) == len(targets()) - 1


def test_an_unknown_suite_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["books", "tirade"]) == 2
    assert capsys.readouterr().err.replace("\n", " ") == f"NAME is 'tirade'; allowed: {', '.join(SUITES)} "


def test_a_number_of_workers_below_one_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["books", "--workers", "0"]) == 2
    assert capsys.readouterr().err == "--workers is 0; it should be 1 or more\n"


def test_a_part_is_printed_and_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = rows.RESULTS.read_bytes()
    assert main(["books", "--chain", "mirror", "--workers", "1", "--out", str(tmp_path / "page.md")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "5 of 5 rows pass."
    assert not (tmp_path / "page.md").exists()
    assert rows.RESULTS.read_bytes() == before


def test_a_run_fails_where_a_row_passes_that_is_known_to_fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    known = targets() | {"pool-price": replace(targets()["pool-price"], fails="a reason")}
    for module in ("evidence.validation.rows", "evidence.validation.__main__"):
        monkeypatch.setattr(f"{module}.targets", lambda: known)
    assert main(["books", "--chain", "mirror", "--workers", "1"]) == 1
    assert "(pool-price): got 16, expected = 16, and was known to fail" in capsys.readouterr().err


def test_every_row_was_run_and_those_that_fail_are_those_known_to_fail() -> None:
    assert list(results()) == list(targets())
    assert surprises(results()) == []


def test_the_page_is_made_of_the_targets_and_of_the_last_run() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(results(), "revm")
