"""Every benchmark runs. Nothing here looks at a time, and no other package is installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import environment, memory, profile, year
from benchmarks.__main__ import BENCHMARKS, main, module
from benchmarks.growth import exponent
from benchmarks.sizes import TINY
from benchmarks.table import Report, Row, ratios
from shengdian.sim.adapters import revm

if not revm.installed():
    pytest.skip("revm is not installed", allow_module_level=True)


@pytest.fixture(autouse=True)
def nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("a test would have installed a package")

    monkeypatch.setattr(environment, "environment", refuse)
    monkeypatch.setattr(year, "child", memory.run)  # a process of its own is what the benchmark of memory is tested with


@pytest.mark.long
@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_runs_when_it_is_tiny(name: str) -> None:
    report = module(name).measure(TINY)
    assert isinstance(report, Report)
    assert report.rows
    json.dumps([report.raw, [row.plain() for row in report.rows]])
    measured = [row for row in report.rows if row.values]
    assert measured or all(row.note for row in report.rows), "what was not measured says why"


def test_the_command_prints_a_table_and_stores_what_it_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gas", "--tiny", "--out", str(tmp_path)]) == 0
    stored = json.loads((tmp_path / "gas.json").read_text())
    assert "an order of 1 segment" in capsys.readouterr().out
    assert stored["rows"][0]["what"] == "an order of 1 segment"
    assert stored["machine"]["python"]


def test_help_names_every_benchmark_with_its_question(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert all(f"{name} " in said for name in BENCHMARKS)


def test_an_unknown_benchmark_is_refused_with_the_known_names(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["speed"])
    assert "unknown benchmark 'speed'; known: reference, chains" in capsys.readouterr().err


def test_a_row_judges_the_median_of_its_ratios() -> None:
    row = Row("a / b", ratios([1.0, 9.0, 2.0], [1.0, 3.0, 1.0]), "x", "at most", 2.0)
    assert row.values == (1.0, 3.0, 2.0)
    assert row.got == 2.0
    assert row.reached
    assert Row("unmeasured", (), "x", "at most", 2.0).reached is None


def test_the_exponent_of_a_quadratic_series_is_two() -> None:
    assert exponent((10, 100, 1000), [1.0, 100.0, 10_000.0]) == pytest.approx(2.0)


def test_profile_says_where_an_hour_goes(capsys: pytest.CaptureFixture[str]) -> None:
    assert profile.main(["--chain", "mirror", "--hours", "1"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name, _ in profile.PARTS)
