"""Runs on a Dask cluster that is already there: tasks are configs as plain values, results are run directories on a disk that all share.

https://distributed.dask.org/en/stable/client.html
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from shengdian.experiments.runs.one_run import name_of, run_single
from shengdian.experiments.runs.workers import Failure, Job, Outcome
from shengdian.experiments.schema import Config
from shengdian.experiments.world.periods import count
from shengdian.sim.base.errors import InputError, MissingExtra

SECONDS = 10
"""to wait for the scheduler, and then for a worker"""
_ONE_AT_A_TIME = threading.Lock()
"""a worker with several threads simulates one run at a time: runs side by side have a process each"""


def on_cluster(address: str, jobs: Sequence[Job], out: Path, advance: Callable[[int, int, bool], None]) -> Iterator[Outcome]:
    """Has every job simulated by the workers of the scheduler at `address` and gives each as it ends; hours are told run by run.

    Raises InputError where nobody answers or no worker is there, MissingExtra where Dask is not installed.
    """
    try:
        from distributed import Client, as_completed
    except ModuleNotFoundError:
        raise MissingExtra("--dask needs Dask: pip install shengdian[dask]") from None
    _check(address)
    with Client(address, timeout=SECONDS, set_as_default=False) as client:
        try:
            client.wait_for_workers(1, timeout=SECONDS)
        except TimeoutError as cause:
            raise InputError(f"--dask {address}: the scheduler has no workers") from cause
        hours = {number: count(config) for number, config in jobs}
        places = {number: out / name_of(config) for number, config in jobs}
        futures = {
            client.submit(_simulate, config, str(out.resolve()), key=f"{name_of(config)}-{uuid4().hex}"): number for number, config in jobs
        }
        for future in as_completed(list(futures), loop=client.loop):
            number = futures[future]
            error = future.exception()
            if error is not None:
                yield number, _failure(error, future.traceback())
            elif not places[number].is_dir():
                wrote = f"a worker says it wrote {places[number].name}"
                sentence = f"{wrote}, but it is not in {out}: --out must be on a disk that all workers share"
                yield number, Failure(sentence, sentence, InputError)
            else:
                advance(number, hours[number], False)
                yield number, None


def _simulate(config: Config, out: str) -> None:
    """In a worker: one run, from its last checkpoint if it was begun before."""
    with _ONE_AT_A_TIME:
        run_single(config, Path(out), resume=True)


def _failure(error: BaseException, trace: Any) -> Failure:
    return Failure.of(error.with_traceback(trace))


def _check(address: str) -> None:
    """Raises InputError where nobody listens: Dask's client would go on trying in the background."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        raise InputError(f"--dask is {address!r}; it should be the address of a Dask scheduler, such as tcp://10.0.0.1:8786")
    try:
        socket.create_connection((host, port), SECONDS).close()
    except OSError as cause:
        raise InputError(f"--dask {address}: no Dask scheduler answers there ({cause.strerror or cause})") from cause
