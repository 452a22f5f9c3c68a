"""A sweep on a real Dask scheduler with two workers on this machine is the sweep of local processes."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from shengdian.cli import main
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.dask_workers import on_cluster
from shengdian.experiments.runs.sweep import local, run_sweep
from shengdian.sim.record.finished_run import load_all
from tests.experiments.test_own_code import asked, written
from tests.experiments.test_sweep import GRID, config, contents

pytest.importorskip("distributed", reason="the extra `dask` is not installed")
REPOSITORY = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a scheduler with two workers, each a process."""
    address = f"tcp://127.0.0.1:{free_port()}"
    scheduler = ["scheduler", "--host", address, "--no-dashboard"]
    worker = ["worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    with ExitStack() as stack:
        for command in (scheduler, worker, worker):
            process = stack.enter_context(
                subprocess.Popen([sys.executable, "-m", "dask", *command], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True)
            )
            stack.callback(process.terminate)
            assert process.stderr is not None
            ready = "Scheduler at:" if command is scheduler else "Registered to:"
            assert any(ready in line for line in process.stderr), f"{command} did not start"
        yield address


@pytest.mark.long
def test_dask_and_local_processes_leave_the_same_files(cluster: str, tmp_path: Path) -> None:
    asked = config(tmp_path, GRID)
    heard: list[tuple[int, int, bool]] = []

    class Watcher:
        def begin(self, labels: object, hours: object) -> None: ...

        def advance(self, place: int, hours: int, before: bool) -> None:
            heard.append((place, hours, before))

        def end(self) -> None: ...

    assert run_sweep(asked, tmp_path / "dask", partial(on_cluster, cluster), Watcher())[1] == {}
    run_sweep(asked, tmp_path / "local", local(1))
    assert contents(tmp_path / "dask") == contents(tmp_path / "local")
    assert sorted(heard) == [(0, 1, False), (1, 1, False)]


@pytest.mark.long
def test_a_run_that_fails_on_dask_is_recorded_and_the_rest_go_on(cluster: str, tmp_path: Path) -> None:
    sweep = '[[sweep.list]]\n"run.chain" = "http://127.0.0.1:9"\n[[sweep.list]]\n"run.chain" = "mirror"\n'
    _, failures = run_sweep(config(tmp_path, sweep), tmp_path / "runs", partial(on_cluster, cluster))
    ((name, failure),) = failures.items()
    assert "no JSON-RPC node answers" in failure.sentence
    assert "Traceback" in (tmp_path / "runs" / f"{name}.failed.txt").read_text()
    assert len(list((tmp_path / "runs").glob("*/manifest.json"))) == 1


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:9", "--dask tcp://127.0.0.1:9: no Dask scheduler answers there (Connection refused)"),
        ("here", "--dask is 'here'; it should be the address of a Dask scheduler, such as tcp://10.0.0.1:8786"),
        ("tcp://host:many", "it should be the address of a Dask scheduler"),
    ],
)
def test_address_that_nobody_answers_is_refused(address: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config(tmp_path, GRID)
    assert main(["sweep", str(tmp_path / "small.toml"), "--dask", address, "--out", str(tmp_path / "runs"), "--quiet"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.long
def test_workers_find_a_strategy_beside_the_config(cluster: str, tmp_path: Path) -> None:
    path = written(tmp_path, "markup", '[sweep.grid]\n"strategies.plants.name" = ["greedy"]\n')
    _, failures = run_sweep(load_config(path), tmp_path / "runs", partial(on_cluster, cluster))
    assert not failures
    (run,) = load_all([str(tmp_path / "runs")])
    assert asked(run.directory) == {123.0}
