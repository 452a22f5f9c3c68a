"""Two processes and one directory: one of them writes at a time, and what is there in the end is whole."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from shengdian.experiments.runs.experiment import finished
from shengdian.experiments.runs.one_run import name_of, run_single
from shengdian.sim.record.durable import sole_writer
from shengdian.sim.record.run_folder import unfinished
from tests.faults.runs import COMMAND, REPOSITORY, contents, small

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")


@pytest.mark.long
@pytest.mark.parametrize("way", ["--out", "--resume"])
def test_two_processes_that_write_one_run_leave_it_whole(way: str, tmp_path: Path) -> None:
    config, out = small(tmp_path), tmp_path / "runs"
    command = [*COMMAND, "run", str(tmp_path / "small.toml"), way, str(out), "--quiet"]
    both = [subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) for _ in range(2)]
    said = [one.communicate()[1] for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert said == ["", ""]
    assert [path.name for path in out.iterdir()] == [name_of(config)]
    assert contents(out / name_of(config)) == contents(run_single(config, tmp_path / "whole"))


def test_whoever_finds_a_run_that_another_is_just_finishing_waits_for_it(tmp_path: Path) -> None:
    config = small(tmp_path, hours=1)
    path = run_single(config, tmp_path)
    whole, temporary = contents(path), unfinished(tmp_path, path.name)
    found: list[bool] = []
    path.rename(temporary)
    with sole_writer(temporary):
        other = threading.Thread(target=lambda: found.append(finished(path)))
        other.start()
        other.join(0.3)
        assert not found
        temporary.rename(path)
    other.join()
    assert found == [True]
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_dir()] == [path.name]
    assert contents(path) == whole
