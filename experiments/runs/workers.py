"""Runs side by side on this machine: each in a process of its own, which is told a config and answers through a pipe.

Processes are spawned, not forked, and only plain values pass: no model leaves the process it was made in.
"""

from __future__ import annotations

import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Self

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
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                number, config = waiting.pop(0)
                here, there = context.Pipe(duplex=False)
                process: BaseProcess = context.Process(target=_work, args=(config, str(out), resume, there))
                process.start()
                there.close()
                running[here] = number, process
            for pipe in wait(list(running)):
                assert isinstance(pipe, Connection)
                number, process = running[pipe]
                try:
                    said: tuple[int, bool] | Failure | None = pipe.recv()
                except EOFError:
                    process.join()
                    sentence = f"the process of the run ended with exit code {process.exitcode}"
                    said = Failure(sentence, sentence, None)
                if isinstance(said, tuple):
                    advance(number, *said)
                else:
                    del running[pipe]
                    pipe.close()
                    process.join()
                    yield number, said
    finally:
        for _, process in running.values():
            process.terminate()
        for pipe, (_, process) in running.items():
            process.join()
            pipe.close()


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


def _work(config: Config, out: str, resume: bool, pipe: Connection) -> None:
    """One run. Ctrl-C reaches the parent, which ends this one; the writer then cleans up. A stop is obeyed between two hours."""
    stops: list[int] = []
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: stops.append(number))
    threading.Thread(target=_end_with_the_parent, daemon=True).start()

    def advance(hours: int, before: bool) -> None:
        if stops:
            raise KeyboardInterrupt
        pipe.send((hours, before))

    with _LastWord(pipe):
        run_single(config, Path(out), advance, resume)


def _end_with_the_parent() -> None:
    """A run goes on for nobody once its parent was killed, and would be in the way of who takes it up again."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
