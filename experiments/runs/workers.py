"""Runs side by side on this machine, in processes that live on: each is told a config, answers through a pipe, and is told the next one.

Processes are spawned, not forked, and only plain values pass: no model leaves the process it was made in. One that dies takes its own run
with it and no other, which a pool of a library does not promise: there the runs that wait fail too.
"""

from __future__ import annotations

import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType, TracebackType
from typing import NamedTuple, Self

from shengdian.experiments.runs.one_run import run_single
from shengdian.experiments.schema import Config
from shengdian.sim.base.errors import InputError, MarketError, NodeError

Job = tuple[int, Config]
"""number of a run, and its config"""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run has no directory."""

    sentence: str
    traceback: str
    kind: type[InputError] | type[NodeError] | None
    """what says it again: refused by a rule of the market or of configs, failed by a node; None where it is unexpected"""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """What to tell of an exception: one sentence for a MarketError, its type too for any other, and its traceback."""
        expected = isinstance(error, MarketError)
        kind = (NodeError if isinstance(error, NodeError) else InputError) if expected else None
        return cls(str(error) if expected else f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)), kind)


Outcome = tuple[int, Failure | None]
"""number of a run that has ended, and why it failed, if it did"""


def side_by_side(
    jobs: Sequence[Job], out: Path, workers: int, resume: bool, advance: Callable[[int, int, bool], None]
) -> Iterator[Outcome]:
    """Simulates every job, at most `workers` at a time, and gives each as it ends; left early, it stops those that are running.

    `advance(number, hours, before)` hears of a run's hours, as Progress does.
    """
    context = get_context("spawn")
    waiting = list(jobs)
    idle: list[Worker] = []
    running: dict[Connection, tuple[int, Worker]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                number, config = waiting.pop(0)
                worker = idle.pop() if idle else _begun(context, out, resume)
                worker.pipe.send(config)
                running[worker.pipe] = number, worker
            for pipe in wait(list(running)):
                assert isinstance(pipe, Connection)
                number, worker = running[pipe]
                try:
                    said: tuple[int, bool] | Failure | None = pipe.recv()
                except EOFError:
                    worker.process.join()
                    sentence = f"the process of the run ended with exit code {worker.process.exitcode}"
                    said = Failure(sentence, sentence, None)
                if isinstance(said, tuple):
                    advance(number, *said)
                    continue
                del running[pipe]
                if worker.process.exitcode is None:
                    idle.append(worker)
                else:
                    pipe.close()
                yield number, said
    finally:
        every = [*idle, *(worker for _, worker in running.values())]
        for worker in every:
            worker.process.terminate()
        for worker in every:
            worker.process.join()
            worker.pipe.close()


class Worker(NamedTuple):
    """A process that simulates one run after another."""

    process: BaseProcess
    pipe: Connection
    """takes configs; gives hours, and how each run ended"""


def _begun(context: SpawnContext, out: Path, resume: bool) -> Worker:
    here, there = context.Pipe()
    process: BaseProcess = context.Process(target=_work, args=(str(out), resume, there))
    process.start()
    there.close()
    return Worker(process, here)


# --- in the process of a run ----------------------------------------------------------------------------------------------------


class _LastWord:
    """Sends how the run ended, whatever way it did."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        if isinstance(error, KeyboardInterrupt):
            raise SystemExit(130) from None
        self.pipe.send(None if error is None else Failure.of(error))
        return True


def _work(out: str, resume: bool, pipe: Connection) -> None:
    """One run after another, until the parent hangs up. Ctrl-C reaches the parent, which ends this process; the writer then cleans up. A
    stop is obeyed between two hours, and at once where no run is under way."""
    stops: list[int] = []
    idle = True

    def stop(number: int, frame: FrameType | None) -> None:
        stops.append(number)
        if idle:
            raise SystemExit(130)

    def advance(hours: int, before: bool) -> None:
        if stops:
            raise KeyboardInterrupt
        pipe.send((hours, before))

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stop)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    with suppress(EOFError):
        while not stops:
            config: Config = pipe.recv()
            idle = False
            with _LastWord(pipe):
                run_single(config, Path(out), advance, resume)
            idle = True


def _end_with_the_parent() -> None:
    """A run goes on for nobody once its parent was killed, and would be in the way of who takes it up again."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
