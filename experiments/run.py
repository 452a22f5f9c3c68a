"""An experiment: every design under every seed, one run after another or several side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from experiments.config import override
from experiments.progress import Progress, Quiet
from experiments.schema import Config
from experiments.single import name_of, run_single
from experiments.workers import Outcome, side_by_side
from sim.errors import InputError
from sim.results import load


def single_runs(config: Config) -> list[Config]:
    """One config a run, every seed under every design; each alone gives the same run again."""
    designs = config.run.compare or (config.run.design,)
    nothing: dict[str, Any] = {"sweep.grid": {}, "sweep.list": [], "sweep.latin_hypercube": {}}
    return [
        override(config, {"run.design": design, "run.seeds": [seed], "run.compare": [], **nothing})
        for seed in config.run.seeds
        for design in designs
    ]


def run_config(config: Config, out: Path, workers: int = 1, progress: Progress | None = None, resume: bool = False) -> list[Path]:
    """Runs every design under every seed and gives the run directories, in that order.

    Parameters
    ----------
    out
        where run directories stand
    workers
        how many runs are simulated at a time, each in a process of its own; 1 stays in this one
    progress
        told of every hour; None says nothing
    resume
        runs that are finished in `out` are kept as they are
    """
    singles = single_runs(config)
    watcher = progress or Quiet()
    watcher.begin([f"{single.run.design} seed {single.run.seeds[0]}" for single in singles], config.run.hours)
    paths = [out / name_of(single) for single in singles]
    todo = [place for place, path in enumerate(paths) if not (resume and finished(path))]
    try:
        for place in range(len(singles)):
            if place not in todo:
                watcher.advance(place, config.run.hours, True)
        if workers == 1 or len(todo) < 2:
            for place in todo:
                run_single(singles[place], out, _of(watcher, place), resume)
        else:
            _no_failure(side_by_side([(place, singles[place]) for place in todo], out, workers, resume, watcher.advance))
    finally:
        watcher.end()
    return paths


def finished(path: Path) -> bool:
    """Whether a run stands there whole; InputError for one that is damaged or of another version, which is left as it is."""
    if not path.exists():
        return False
    load(path, contents=True)
    return True


def _of(watcher: Progress, place: int) -> Callable[[int, bool], None]:
    return lambda hours, before: watcher.advance(place, hours, before)


def _no_failure(outcomes: Iterator[Outcome]) -> None:
    """Raises the first failure; what else is running is then stopped."""
    for _, failure in outcomes:
        if failure is not None:
            raise InputError(failure.sentence) if failure.refused else RuntimeError(failure.traceback)
