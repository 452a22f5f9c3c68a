"""How far a computation is, as people are told."""

from __future__ import annotations

import sys

import pytest

from experiments import progress
from experiments.progress import Bar, Lines, Quiet


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds, as the test sets them."""
    seconds = [100.0]
    monkeypatch.setattr(progress, "monotonic", lambda: seconds[0])
    return seconds


def test_a_line_says_hours_seconds_and_what_is_left(now: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines.begin(["provincial seed 1", "coupled seed 1"], 8)
    now[0] += 6
    lines.advance(0, 2, False)
    assert capsys.readouterr().err == "provincial seed 1: 2 of 8 hours, 6 s so far, about 42 s left\n"


def test_hours_that_were_there_before_say_nothing_of_the_speed(now: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines.begin(["coupled seed 1"], 8)
    lines.advance(0, 4, True)
    now[0] += 6
    lines.advance(0, 2, False)
    assert capsys.readouterr().err == "coupled seed 1: 6 of 8 hours, 6 s so far, about 6 s left\n"


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


def test_plain_lines_elsewhere_and_nothing_when_quiet() -> None:
    assert isinstance(progress.progress(quiet=False), Lines)
    assert isinstance(progress.progress(quiet=True), Quiet)
