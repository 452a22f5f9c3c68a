"""Sixteen short runs of a sweep: two processes against one, and a Dask cluster of two workers against two processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.memory import fast_chain
from benchmarks.sizes import Size
from benchmarks.table import Report, Row, ratios
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.dask_workers import on_cluster
from shengdian.experiments.runs.sweep import Carrier, local, run_sweep
from shengdian.experiments.schema import Config
from shengdian.sim.record.finished_run import load_all

QUESTION = "16 runs of a sweep: two processes against one, Dask with two workers against two processes"
WORKERS = 2


def measure(size: Size) -> Report:
    """Wall time whatever the clock is: the work is done by other processes. Dask's workers are started before, as a cluster would be.

    On a machine with neighbours wall time says more of them; CPU time says what two free cores would give: the parent's, and half of what
    the processes of the runs took side by side (caches they share, threads they start and imports that each repeats are in it).
    """
    chain = fast_chain()
    asked = sweep(size, chain)
    seconds: dict[str, list[float]] = defaultdict(list)
    free: dict[str, list[float]] = defaultdict(list)
    digests: dict[str, list[str]] = {}
    with ExitStack() as stack:
        carriers: dict[str, Carrier] = {"one process": local(1), "two processes": local(WORKERS)}
        if find_spec("distributed"):
            carriers["Dask"] = partial(on_cluster, stack.enter_context(cluster()))
        for _ in range(size.repeats):
            for name, carrier in carriers.items():
                with TemporaryDirectory() as folder:
                    begun, before = perf_counter(), cpu_seconds()
                    _, failures = run_sweep(asked, Path(folder), carrier)
                    seconds[name].append(perf_counter() - begun)
                    own, theirs = (after - now for after, now in zip(cpu_seconds(), before, strict=True))
                    free[name].append(own + theirs / (WORKERS if name == "two processes" else 1))
                    assert not failures, failures
                    digests[name] = [run.manifest["digest"] for run in load_all([folder])]
    assert len({tuple(found) for found in digests.values()}) == 1, "the ways do not agree"

    runs = len(digests["one process"])
    named = f"{runs} runs of {asked.run.hours} h on {chain}"
    one, two, dask = (seconds[name] for name in ("one process", "two processes", "Dask"))
    rows = [Row("one process / two processes", ratios(one, two), "x", "at least", 1.8, note=named)]
    rows.append(Row("... by CPU time", ratios(free["one process"], free["two processes"]), "x", note="as on two cores without neighbours"))
    if dask:
        rows.append(Row("Dask / two processes", ratios(dask, two), "x", "at most", 1.15, note="same files; the cluster is started before"))
    else:
        rows.append(Row("Dask / two processes", (), "x", "at most", 1.15, note="pip install shengdian[dask]"))
    rows += [Row(f"{name}: a run", tuple(value / runs for value in spent), "s") for name, spent in seconds.items()]
    return Report(rows, {"seconds": seconds, "free": free})


def cpu_seconds() -> tuple[float, float]:
    """Of this process, and of those that it started and that have ended."""
    spent = os.times()
    return spent.user + spent.system, spent.children_user + spent.children_system


def sweep(size: Size, chain: str) -> Config:
    """Coal prices x seeds, under one design."""
    factors = [1 + 0.05 * place for place in range(size.sweep_runs // 2)]
    changes: dict[str, Any] = {"run.hours": size.sweep_hours, "run.chain": chain, "run.compare": [], "run.seeds": [1, 2]}
    changes["sweep.grid"] = {"costs.fuel_factor.coal": factors}
    return override(load_config("six-provinces-day"), {**dict(size.changes), **changes})


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a Dask scheduler with two workers on this machine, each a process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    scheduler = ["scheduler", "--host", address, "--no-dashboard"]
    worker = ["worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    with ExitStack() as stack:
        for command in (scheduler, *[worker] * WORKERS):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-m", "dask", *command], stderr=subprocess.PIPE, text=True))
            stack.callback(process.terminate)
            assert process.stderr is not None
            ready = "Scheduler at:" if command is scheduler else "Registered to:"
            assert any(ready in line for line in process.stderr), f"{command} did not start"
        yield address
