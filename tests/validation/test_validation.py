"""The quick rows of the validation, and how its table is made."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from evidence.validation.__main__ import NEEDS, SUITES, main
from evidence.validation.rows import Target, missed, table, targets

CHAIN = "revm" if find_spec("pyrevm") else "mirror"
QUICK = [name for name in SUITES if name not in NEEDS]


@pytest.mark.parametrize("name", QUICK)
def test_the_quick_rows_are_as_expected(name: str) -> None:
    got = import_module(f"evidence.validation.{name}").quick(CHAIN)
    assert got
    assert missed(got) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SUITES)
def test_every_row_is_as_expected(name: str) -> None:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    assert missed(import_module(f"evidence.validation.{name}").measure(CHAIN)) == []


@pytest.mark.parametrize(
    ("relation", "got", "holds"),
    [("=", 10.5, True), ("=", 10.6, False), ("=", 9.4, False), ("<=", -3, True), ("<=", 10.6, False), (">=", 99, True), (">=", 9.4, False)],
)
def test_a_figure_holds_give_or_take_the_tolerance(relation: str, got: float, holds: bool) -> None:
    assert Target("a", "A", relation, 10, 0.5, "", "").holds(got) is holds  # type: ignore[arg-type]


def test_a_figure_that_is_not_as_expected_is_a_sentence() -> None:
    assert missed({"pool-price": 17.0, "pool-volume": 450.0}) == [
        "Syldavia's pool of 7 offers and 6 bids: price (pool-price): got 17, expected = 16"
    ]


def test_targets_that_were_not_measured_say_so() -> None:
    lines = table({"pool-price": 16.0}).splitlines()
    assert len(lines) == 2 + len(targets())
    assert sum("| not run |" in line for line in lines) == len(targets()) - 1


def test_an_unknown_suite_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["books", "tirade"]) == 2
    assert capsys.readouterr().err == "NAME is 'tirade'; allowed: books, published, trade, cournot, zero_intelligence, duopoly, dispatch\n"


def test_a_part_is_printed_and_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["books", "--chain", "mirror", "--out", str(tmp_path / "table.md")]) == 0
    assert "| Syldavia's pool of 7 offers and 6 bids: price | 16 | 16 |" in capsys.readouterr().out
    assert not (tmp_path / "table.md").exists()


def test_the_page_has_every_target_and_all_of_them_hold() -> None:
    lines = (Path(__file__).parents[2] / "docs" / "evidence" / "validation.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")][1:]
    assert [row[0] for row in rows] == [target.what for target in targets().values()]
    for row, target in zip(rows, targets().values(), strict=True):
        assert target.holds(float(row[2].replace(",", ""))), row
        assert (row[5], row[6]) == ("yes", target.source)
