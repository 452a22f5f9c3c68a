"""Processes that simulate one run after another: what each leaves is what it leaves alone, and one that dies takes no other run with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from pathlib import Path

import pytest

from shengdian.experiments.config.loading import load_config
from shengdian.experiments.runs.one_run import name_of, run_single
from shengdian.experiments.runs.sweep import runs_of
from shengdian.experiments.runs.workers import side_by_side
from shengdian.experiments.schema import Config
from shengdian.sim.record.finished_run import load
from tests.experiments.test_sweep import GRID, RUN, config, contents


def test_runs_of_one_process_are_those_of_a_process_each(tmp_path: Path) -> None:
    asked = runs_of(config(tmp_path, GRID, RUN.replace("hours = 1", 'hours = 1\ncompare = ["provincial", "coupled"]')))
    assert [failure for _, failure in side_by_side(list(enumerate(asked)), tmp_path / "together", 1, False, lambda *told: None)] == [
        None
    ] * 4
    for each in asked:
        run_single(each, tmp_path / "alone")
    assert contents(tmp_path / "together") == contents(tmp_path / "alone")


def test_strategies_of_the_same_name_in_two_folders_do_not_meet_in_one_process(tmp_path: Path) -> None:
    jobs: list[tuple[int, Config]] = []
    for place, price in enumerate((300, 400)):
        folder = tmp_path / str(place)
        folder.mkdir()
        (folder / "mine.py").write_text(
            "from shengdian.sim.base.types import Offer, Segment\n\n\n"
            "class Strategy:\n    kind = 'plant'\n    known = {}\n\n    def propose(self, me, view, rng, room_kwh):\n"
            f"        return Offer(me.spec.id, (Segment({price * 100}, room_kwh),)) if room_kwh else None\n",
            encoding="utf-8",
        )
        (folder / "own.toml").write_text(f'question = "?"\n{RUN}[strategies.plants]\nname = "mine"\n', encoding="utf-8")
        jobs.append((place, load_config(folder / "own.toml")))
    assert {failure and failure.sentence for _, failure in side_by_side(jobs, tmp_path / "runs", 1, False, lambda *told: None)} == {None}
    prices = [load_orders(tmp_path / "runs" / name_of(each)) for _, each in jobs]
    assert prices == [{300.0}, {400.0}]


def load_orders(run: Path) -> set[float]:
    """What plants ask."""
    orders = load(run).tables["orders"]
    return set(orders[orders["role"] == "plant"]["price_per_mwh"])


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_process_that_is_killed_takes_its_own_run_with_it_and_the_rest_go_on(tmp_path: Path) -> None:
    asked = runs_of(config(tmp_path, GRID, RUN.replace("hours = 1", "hours = 48\nseeds = [1, 2]")))
    killed: list[int] = []

    def advance(number: int, hours: int, before: bool) -> None:
        if not killed:
            victim = multiprocessing.active_children()[0]
            assert victim.pid is not None
            os.kill(victim.pid, signal.SIGKILL)
            killed.append(number)

    found = dict(side_by_side(list(enumerate(asked)), tmp_path, 1, False, advance))
    assert sorted(found) == [0, 1, 2, 3]
    assert {number: failure and failure.sentence for number, failure in found.items() if failure} == {
        killed[0]: "the process of the run ended with exit code -9"
    }
    assert sum((tmp_path / name_of(each)).is_dir() for each in asked) == 3
    assert multiprocessing.active_children() == []
