"""A disk that fills up: one sentence, an exit code, and no day lost; what is half written is removed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from shengdian.cli import main
from shengdian.experiments.runs.one_run import run_single
from tests.faults.runs import COMMAND, REPOSITORY, contents, hidden, small


@contextmanager
def disk_of(kilobytes: int, place: Path) -> Iterator[Path]:
    """A disk of its own at `place`; the test is skipped where this process may mount none."""
    place.mkdir()
    mounted = sys.platform == "linux" and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("this process may not mount a tmpfs")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Makes one disk of so many kilobytes."""
    with ExitStack() as stack:
        yield lambda kilobytes: stack.enter_context(disk_of(kilobytes, tmp_path / "disk"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("undisturbed")
    return run_single(small(folder), folder / "runs")


def one_sentence(*argv: str) -> str:
    """What a command says that fails for want of room."""
    done = subprocess.run([*COMMAND, *argv], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "(No space left on device)" in done.stderr
    return done.stderr


def fills_up(room: int, undisturbed: Path, tmp_path: Path, disk: Callable[[int], Path]) -> None:
    config, out = small(tmp_path), disk(room) / "runs"
    said = one_sentence("run", str(tmp_path / "small.toml"), "--out", str(out), "--quiet")
    kept = (hidden(out, config) / "checkpoint.json").is_file()
    assert ("hours are kept, go on with --resume" if kept else "nothing is left of the run") in said
    assert [path.name for path in out.iterdir()] == ([hidden(out, config).name] if kept else [])
    subprocess.run(["mount", "-o", "remount,size=10m", str(tmp_path / "disk")], check=True)
    assert contents(run_single(config, out, resume=True)) == contents(undisturbed)


@pytest.mark.long
@pytest.mark.parametrize("room", [40, 260, 330])  # before the first checkpoint, while it is written, after it
def test_full_disk_loses_no_whole_day(room: int, undisturbed: Path, tmp_path: Path, disk: Callable[[int], Path]) -> None:
    fills_up(room, undisturbed, tmp_path, disk)


@pytest.mark.slow
@pytest.mark.parametrize("room", range(20, 420, 20))
def test_disk_of_any_size_loses_no_whole_day(room: int, undisturbed: Path, tmp_path: Path, disk: Callable[[int], Path]) -> None:
    fills_up(room, undisturbed, tmp_path, disk)


@pytest.mark.long
def test_report_on_a_full_disk_leaves_the_one_before(undisturbed: Path, tmp_path: Path, disk: Callable[[int], Path]) -> None:
    page = disk(60) / "report.html"
    page.write_text("the one before")
    one_sentence("report", str(undisturbed), "--out", str(page))
    assert {path.name: path.read_text() for path in page.parent.iterdir()} == {"report.html": "the one before"}


@pytest.mark.slow
def test_figures_on_a_full_disk_are_whole_or_not_there(undisturbed: Path, tmp_path: Path, disk: Callable[[int], Path]) -> None:
    out = disk(100)
    one_sentence("plot", str(undisturbed), "--out", str(out))
    assert main(["plot", str(undisturbed), "--out", str(tmp_path / "whole")]) == 0
    for path in out.iterdir():
        assert path.read_bytes() == (tmp_path / "whole" / path.name).read_bytes()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_results_that_cannot_be_printed_are_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, "list"], cwd=REPOSITORY, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "shengdian: the results cannot be written to standard output (No space left on device)\n"
