"""An experiment: every design under every seed, one run after another or several side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from shengdian.experiments.config.designs import keys_of, market_of
from shengdian.experiments.config.loading import Kind, load_config, override
from shengdian.experiments.runs.one_run import name_of, run_single
from shengdian.experiments.runs.progress import Progress, Quiet
from shengdian.experiments.runs.workers import Outcome, side_by_side
from shengdian.experiments.schema import Config, MadeConfig
from shengdian.experiments.world.made_world import World
from shengdian.experiments.world.periods import count
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import load
from shengdian.sim.record.run_folder import CONFIG, MANIFEST, complete, unfinished


def single_runs(config: Kind) -> list[Kind]:
    """One config a run, every seed under every design; each alone gives the same run again."""
    words = config.run.compare or (config.run.design,)
    nothing: dict[str, Any] = {}
    if isinstance(config, Config):
        nothing = {"sweep.grid": {}, "sweep.list": [], "sweep.latin_hypercube": {}}
    return [
        override(config, {**keys_of(word), "run.seeds": [seed], "run.compare": [], **nothing})
        for seed in config.run.seeds
        for word in words
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
    return _run_all(single_runs(config), out, workers, progress, resume)


def run_world(world: World, config: MadeConfig, out: Path, progress: Progress | None = None, resume: bool = False) -> list[Path]:
    """As `run_config`, of a scenario made in Python: one run after another, in this process."""
    singles = single_runs(config)
    watcher = progress or Quiet()
    paths = [out / name_of(single) for single in singles]
    watcher.begin([f"{market_of(single)} seed {single.run.seeds[0]}" for single in singles], [count(single) for single in singles])
    try:
        for place, single in enumerate(singles):
            if resume and finished(paths[place]):
                watcher.advance(place, count(single), True)
            else:
                run_single(single, out, _of(watcher, place), resume, world=world)
    finally:
        watcher.end()
    return paths


def resume_all(out: Path, workers: int = 1, progress: Progress | None = None) -> list[Path]:
    """Goes on with every unfinished run in `out` and gives all run directories there. Raises InputError where there is none."""
    singles = []
    for path in sorted(out.glob(unfinished(Path(), "*").name + f"/{CONFIG}")):
        single = load_config(path)
        if unfinished(out, name_of(single)) != path.parent:
            raise InputError(f"{path}: damaged (it is the config of {name_of(single)}); remove {path.parent}, or give the CONFIG, too")
        singles.append(single)
    _run_all(singles, out, workers, progress, resume=True)
    paths = sorted(path.parent for path in out.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))
    if not paths:
        raise InputError(f"{out}: no run to go on with; give the CONFIG, too, to begin one here")
    return paths


def _run_all(singles: Sequence[Config], out: Path, workers: int, progress: Progress | None, resume: bool) -> list[Path]:
    watcher = progress or Quiet()
    paths = [out / name_of(single) for single in singles]
    todo = [place for place, path in enumerate(paths) if not (resume and finished(path))]
    watcher.begin([f"{market_of(single)} seed {single.run.seeds[0]}" for single in singles], [count(single) for single in singles])
    try:
        for place, single in enumerate(singles):
            if place not in todo:
                watcher.advance(place, count(single), True)
        if todo and any(single.medium_term.trade for single in singles):
            watcher.note("every run first trades its year ahead (about a minute on eth-tester), then its hours")
        if workers == 1 or len(todo) < 2:
            for place in todo:
                run_single(singles[place], out, _of(watcher, place), resume)
        else:
            _no_failure(side_by_side([(place, singles[place]) for place in todo], out, workers, resume, watcher.advance))
    except KeyboardInterrupt:
        if any(path.exists() or unfinished(out, path.name).exists() for path in paths):
            raise KeyboardInterrupt(f"finished runs and whole days are kept, go on with --resume {out}") from None
        raise
    finally:
        watcher.end()
    return paths


def finished(path: Path) -> bool:
    """Whether a run stands there whole; InputError for one that is damaged or of another version, which is left as it is."""
    complete(path.parent, path.name)
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
            raise failure.kind(failure.sentence) if failure.kind else RuntimeError(failure.traceback)
