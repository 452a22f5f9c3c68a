"""What long work says on the way: how far it is, and how long the rest takes."""

from __future__ import annotations

import sys

import pytest

from shengdian.experiments.runs import progress
from shengdian.experiments.runs.progress import Bar, Lines, Quiet


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds, to be set by the test."""
    seconds = [100.0]
    monkeypatch.setattr(progress, "monotonic", lambda: seconds[0])
    return seconds


def test_a_line_says_what_is_done_and_how_long_the_rest_takes(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines.begin(["coupled seed 1", "coupled seed 2"], 8)
    clock[0] += 10
    for _ in range(2):
        lines.advance(0, 1, False)
    assert capsys.readouterr().err == "coupled seed 1: 2 of 8 hours, 10 s so far, about 70 s left\n"


def test_hours_of_an_earlier_sitting_say_nothing_of_the_speed(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines.begin(["coupled seed 1"], 8)
    lines.advance(0, 4, True)
    clock[0] += 10
    lines.advance(0, 2, False)
    assert capsys.readouterr().err == "coupled seed 1: 6 of 8 hours, 10 s so far, about 10 s left\n"


def test_of_many_runs_each_has_a_line_when_it_is_done(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines.begin([f"share {place}" for place in range(8)], [2] * 8)
    clock[0] += 6
    lines.advance(3, 1, False)
    assert capsys.readouterr().err == ""
    lines.advance(3, 1, False)
    assert capsys.readouterr().err == "share 3: 2 of 2 hours (1 of 8 runs), 6 s so far, about 42 s left\n"


def test_a_file_gets_lines_and_who_wants_no_progress_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(progress.progress(quiet=True), Quiet)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert isinstance(progress.progress(quiet=False), Lines)


def test_a_terminal_gets_a_bar_with_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    bar = progress.progress(quiet=False)
    assert isinstance(bar, Bar)
    bar.begin(["coupled seed 1"], 8)
    bar.advance(0, 8, False)
    bar.end()
    said = capsys.readouterr().err
    assert "coupled seed 1" in said
    assert "8/8" in said
    assert "left" in said
