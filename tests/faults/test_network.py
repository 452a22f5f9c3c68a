"""Nothing is fetched and nobody is told: every command but the app works where no connection can be made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shengdian.experiments.runs.one_run import name_of
from tests.faults.runs import COMMAND, REPOSITORY, small

BLOCK = """
import sys

def hook(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple) or event in ("socket.getaddrinfo", "socket.sendto"):
        raise RuntimeError(f"{event} {arguments[1:]}")

sys.addaudithook(hook)
"""
MANY = "import json, sys; from shengdian.cli import main; print([main(argv) for argv in json.loads(sys.argv[1])], file=sys.stderr)"
CASE = {
    "name": "a",
    "mechanism": "uniform",
    "zones": ["N"],
    "orders": [{"id": "g", "zone": "N", "side": "sell", "price": 1.0, "quantity": 1.0}],
}


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of processes, and of theirs, in which every connection raises."""
    folder: Path = tmp_path_factory.mktemp("offline")
    (folder / "sitecustomize.py").write_text(BLOCK)
    return os.environ | {"PYTHONPATH": os.pathsep.join((str(folder), str(REPOSITORY)))}


def test_connection_is_refused_there(offline: dict[str, str], tmp_path: Path) -> None:
    argv = [*COMMAND, "run", "six-provinces-day", "--chain", "http://127.0.0.1:9", "--out", str(tmp_path)]
    done = subprocess.run(argv, cwd=REPOSITORY, env=offline, capture_output=True, text=True, check=False)
    assert "RuntimeError: socket." in done.stderr


@pytest.mark.long
def test_no_command_makes_a_connection(offline: dict[str, str], tmp_path: Path) -> None:
    config = small(tmp_path, "eth-tester", 1)
    text = (tmp_path / "small.toml").read_text()
    (tmp_path / "grid.toml").write_text(text.replace("eth-tester", "mirror") + '[sweep.grid]\n"contracts.share" = [0.5, 0.8]\n')
    (tmp_path / "case.json").write_text(json.dumps(CASE))
    run = str(tmp_path / "runs" / name_of(config))
    commands = [
        ["run", str(tmp_path / "small.toml"), "--out", str(tmp_path / "runs")],
        ["sweep", str(tmp_path / "grid.toml"), "--workers", "2", "--out", str(tmp_path / "grid")],
        ["list"],
        ["plot", run],
        ["report", run],
        ["compare", run],
        ["audit", run],
        ["query", run, "--hour", "0", "--proof", str(tmp_path / "proof.json")],
        ["clear", str(tmp_path / "case.json")],
    ]
    argv = [sys.executable, "-c", MANY, json.dumps(commands)]
    done = subprocess.run(argv, cwd=tmp_path, env=offline, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith(f"{[0] * len(commands)}\n"), done.stderr
