"""SIGTERM and SIGKILL at random moments, again and again: the run ends with the files of one that nobody disturbed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shengdian.experiments.runs.one_run import name_of, run_single
from tests.faults.runs import COMMAND, REPOSITORY, contents, small

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def disturbed(folder: Path, chain: str, hours: int, stops: int, draws: random.Random) -> Path:
    """The finished run of a process that gets SIGTERM and SIGKILL in turn, each after a random number of its lines of progress."""
    config, out = small(folder, chain, hours), folder / "disturbed"
    command = [*COMMAND, "run", str(folder / "small.toml"), "--resume", str(out)]
    for place in range(stops):
        number = (signal.SIGTERM, signal.SIGKILL)[place % 2]
        with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as running:
            assert running.stderr is not None
            said = [running.stderr.readline() for _ in range(draws.randrange(4))]
            try:
                running.wait(draws.uniform(0, 0.3))
            except subprocess.TimeoutExpired:
                running.send_signal(number)
            said.append(running.stderr.read())
        if running.returncode == 130:
            assert any(end in said[-1] for end in (f"go on with --resume {out}\n", "shengdian: stopped; nothing half-written is left\n")), (
                said
            )
        else:
            assert running.returncode in (0, -number), said
    subprocess.run([*command, "--quiet"], cwd=REPOSITORY, check=True, capture_output=True)
    assert [path.name for path in out.iterdir()] == [name_of(config)]
    return out / name_of(config)


@pytest.mark.long
def test_run_stopped_and_killed_in_turn_ends_with_the_same_files(tmp_path: Path) -> None:
    whole = run_single(small(tmp_path), tmp_path / "whole")
    assert contents(disturbed(tmp_path, "mirror", 50, 4, random.Random(1))) == contents(whole)


@pytest.mark.slow
@pytest.mark.parametrize("chain", ["mirror", "revm", "pyevm"])
def test_forty_signals_at_random_moments_give_the_same_files(chain: str, tmp_path: Path) -> None:
    hours = 24 * 40 if chain != "pyevm" else 50
    whole = run_single(small(tmp_path, chain, hours), tmp_path / "whole")
    assert contents(disturbed(tmp_path, chain, hours, 40, random.Random(40))) == contents(whole)
