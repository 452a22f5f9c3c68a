"""The composition root: a config becomes scenarios, each scenario a model on a chain, each model a run directory."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from time import perf_counter
from types import FrameType
from typing import Any

import agents
from experiments import provenance
from experiments.build import build_scenario
from experiments.config import override
from experiments.medium_term import table1
from experiments.medium_term.year import trade_year
from experiments.metrics import summarise
from experiments.progress import Progress, Quiet
from experiments.schema import Config
from sim.errors import InputError, MarketError
from sim.model import Model
from sim.record import hexadecimal
from sim.results import RunWriter, config_hash, load, run_id


def single_runs(config: Config) -> list[Config]:
    """One config a run, every seed under every design; each alone gives the same run again."""
    designs = config.run.compare or (config.run.design,)
    return [
        override(config, {"run.design": design, "run.seeds": [seed], "run.compare": []}) for seed in config.run.seeds for design in designs
    ]


def name_of(config: Config) -> str:
    """The run id of a single run's config."""
    return run_id(config.name, config.run.design, config.run.seeds[0], config.resolved())


def run_single(config: Config, out: Path, advance: Callable[[], None] = lambda: None) -> Path:
    """Simulates a single run's config and gives its finished directory; `advance` is called after every hour."""
    begun = perf_counter()
    design, seed = config.run.design, config.run.seeds[0]
    year = trade_year(config, seed, config.run.chain) if config.medium_term.trade else None
    traded = perf_counter() - begun
    scenario = build_scenario(config, design, seed, year)
    with RunWriter(out, name_of(config), config.resolved()) as writer:
        model = Model(scenario, build_agents=agents.build, on_block=writer.block)
        writer.begin_chain(
            model.chain.chain_id,
            {hexadecimal(address): wei for address, wei in model.chain.genesis.items()},
            model.deployments,
        )
        for _ in range(scenario.hours):
            writer.hour(model.step_hour())
            advance()
        summary = summarise(writer.tables(), scenario.hours, writer.facts())
        manifest: dict[str, Any] = {
            "name": config.name,
            "design": design,
            "seed": seed,
            "chain": scenario.chain,
            "config_hash": config_hash(config.resolved()),
            "versions": provenance.versions(),
            "git_commit": provenance.git_commit(),
            "artifact_hashes": provenance.artifact_hashes(),
            "seconds": {**model.seconds, **model.market.seconds, "all": perf_counter() - begun},
        }
        if year:
            table1.write(writer.temporary, year)
            manifest["medium_term"] = {"gas": year.gas, "transactions": year.transactions, "seconds": traded}
        return writer.finish(manifest, summary)


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
    todo = [place for place, path in enumerate(paths) if not (resume and _finished(path))]
    try:
        if config.medium_term.trade and todo:
            watcher.note("every run first trades its year ahead (about half a minute on eth-tester), then its hours")
        for place in range(len(singles)):
            for _ in range(0 if place in todo else config.run.hours):
                watcher.advance(place)
        if workers == 1 or len(todo) < 2:
            for place in todo:
                _alone(singles[place], out, watcher, place)
        else:
            _side_by_side([(place, singles[place]) for place in todo], out, workers, watcher)
    finally:
        watcher.end()
    return paths


def _finished(path: Path) -> bool:
    if not path.exists():
        return False
    load(path)
    return True


def _alone(config: Config, out: Path, watcher: Progress, place: int) -> None:
    run_single(config, out, lambda: watcher.advance(place))


# --- several processes --------------------------------------------------------------------------------------------------------

HOUR, DONE, REFUSED = "hour", "done", "refused"
Message = tuple[str, int, str]
"""what happened, to which run, and a sentence where it was refused"""


def interrupt(number: int, frame: FrameType | None) -> None:
    """Handles SIGTERM as Ctrl-C, once: cleaning up is not to be disturbed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _work(place: int, config: Config, out: Path, messages: Queue[Message]) -> None:
    """One run in a process of its own. Ctrl-C reaches the parent, which ends this one; the writer then cleans up.

    A stop is obeyed between two hours: an exception inside `put` would leave the queue's lock taken, and this process waiting for it.
    """
    stops: list[int] = []
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: stops.append(number))

    def advance() -> None:
        messages.put((HOUR, place, ""))
        if stops:
            raise KeyboardInterrupt

    try:
        run_single(config, out, advance)
    except MarketError as error:
        messages.put((REFUSED, place, str(error)))
    except KeyboardInterrupt:
        messages.cancel_join_thread()
        raise SystemExit(130) from None
    else:
        messages.put((DONE, place, ""))


def _side_by_side(jobs: Sequence[tuple[int, Config]], out: Path, workers: int, watcher: Progress) -> None:
    context = get_context("spawn")
    messages: Queue[Message] = context.Queue()
    waiting = list(jobs)
    running: dict[int, BaseProcess] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                place, config = waiting.pop(0)
                running[place] = context.Process(target=_work, args=(place, config, out, messages))
                running[place].start()
            _listen(messages, running, watcher)
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.join()


def _listen(messages: Queue[Message], running: dict[int, BaseProcess], watcher: Progress) -> None:
    """Takes in one message; or finds that a process has ended without its last word."""
    try:
        kind, place, text = messages.get(timeout=0.5)
    except Empty:
        for place, process in running.items():
            if process.exitcode:
                raise RuntimeError(f"the process of run {place} ended with exit code {process.exitcode}") from None
        return
    if kind == HOUR:
        watcher.advance(place)
    elif kind == REFUSED:
        raise InputError(text)
    else:
        running.pop(place).join()
