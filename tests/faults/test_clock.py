"""The clock of the machine may say what it likes: it is in no file of a run, in no figure and in no report."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shengdian.cli import main
from shengdian.experiments.runs.one_run import name_of
from tests.faults.runs import contents, small

CHAINS = ("mirror", "eth-tester")


@pytest.fixture
def jumping(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A clock that is anywhere between 1970 and 2100 whenever somebody looks."""
    draws = random.Random(1970)
    for name, unit in (("time", 1.0), ("time_ns", 10**9)):
        monkeypatch.setattr(time, name, lambda unit=unit: type(unit)(draws.uniform(0, 4.1e9) * unit))
    return


def everything(folder: Path, chain: str) -> dict[str, object]:
    """All that a run, its figures and its report leave."""
    config = small(folder, chain, 2)
    assert main(["run", str(folder / "small.toml"), "--out", str(folder / "runs"), "--quiet"]) == 0
    run = folder / "runs" / name_of(config)
    if chain == "mirror":
        assert main(["plot", str(run)]) == 0
        assert main(["audit", str(run)]) == 0
    return contents(folder / "runs")


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """The same under the machine's own clock, by chain."""
    return {chain: everything(tmp_path_factory.mktemp(chain), chain) for chain in CHAINS}


@pytest.mark.long
@pytest.mark.parametrize("chain", CHAINS)
def test_jumping_clock_changes_no_byte(chain: str, still: dict[str, dict[str, object]], jumping: None, tmp_path: Path) -> None:
    assert time.time() != time.time()
    assert everything(tmp_path, chain) == still[chain]
