"""A checkpoint that was changed behind the program's back is refused, file by file, and left as it is: no table is ever made of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shengdian.cli import main
from shengdian.experiments.runs.one_run import run_single
from tests.faults.runs import contents, hidden, small, stop_after

GROWING = ("chain.jsonl.gz", "days.arrows", "chain.state")
FILES = ("config.toml", "checkpoint.json", *GROWING)


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """A run of 50 hours, stopped after 30."""
    with pytest.raises(KeyboardInterrupt):
        run_single(small(tmp_path), tmp_path / "runs", stop_after(30))
    return hidden(tmp_path / "runs", small(tmp_path))


def refusal(stopped: Path, capsys: pytest.CaptureFixture[str], *config: str) -> str:
    """The one sentence that a resume of the damaged run is refused with; nothing is changed by it."""
    before = contents(stopped)
    assert main(["run", *config, "--resume", str(stopped.parent), "--quiet"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("shengdian: ")
    assert said.count("\n") == 1
    assert contents(stopped) == before
    return said


@pytest.mark.long
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0, 0.3, 0.5, 0.8, 1])
def test_flipped_byte_of_every_file_of_a_checkpoint_is_refused(
    name: str, place: float, stopped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = stopped / name
    size = json.loads((stopped / "checkpoint.json").read_text())["sizes"].get(name, path.stat().st_size)
    data = bytearray(path.read_bytes())
    data[round(place * (size - 1))] ^= 1
    path.write_bytes(data)
    said = refusal(stopped, capsys, str(stopped.parents[1] / "small.toml"))
    assert str(path) in said
    assert "remove" in said


@pytest.mark.long
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0, 0.5, 0.95])
def test_truncated_file_of_a_checkpoint_is_refused(name: str, share: float, stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = stopped / name
    size = json.loads((stopped / "checkpoint.json").read_text())["sizes"].get(name, path.stat().st_size)
    path.write_bytes(path.read_bytes()[: int(size * share)])
    assert str(path) in refusal(stopped, capsys, str(stopped.parents[1] / "small.toml"))


@pytest.mark.parametrize("name", ["config.toml", *GROWING])
def test_missing_file_of_a_checkpoint_is_refused(name: str, stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stopped / name).unlink()
    assert str(stopped / name) in refusal(stopped, capsys, str(stopped.parents[1] / "small.toml"))


def test_run_without_its_checkpoint_begins_again(stopped: Path, tmp_path: Path) -> None:
    (stopped / "checkpoint.json").unlink()
    whole = run_single(small(tmp_path), tmp_path / "whole")
    assert contents(run_single(small(tmp_path), stopped.parent, resume=True)) == contents(whole)


def test_kill_before_a_record_took_the_place_of_another_loses_nothing(stopped: Path, tmp_path: Path) -> None:
    record = stopped / "chain.jsonl.gz"
    record.replace(stopped / "chain.jsonl.gz.resent")
    record.write_bytes(b"the one before")
    whole = run_single(small(tmp_path), tmp_path / "whole")
    assert contents(run_single(small(tmp_path), stopped.parent, resume=True)) == contents(whole)


def test_record_that_was_not_finished_takes_no_place(stopped: Path, tmp_path: Path) -> None:
    (stopped / "chain.jsonl.gz.resent").write_bytes(b"half")
    whole = run_single(small(tmp_path), tmp_path / "whole")
    assert contents(run_single(small(tmp_path), stopped.parent, resume=True)) == contents(whole)


def test_changed_config_of_an_unfinished_run_is_refused_where_none_is_given(stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = stopped / "config.toml"
    path.write_text(path.read_text().replace("hours = 50", "hours = 49"))
    said = refusal(stopped, capsys)
    assert f"{path}: damaged (it is the config of " in said
