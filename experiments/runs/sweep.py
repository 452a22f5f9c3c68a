"""Many runs of one experiment: every point of `[sweep]` under every seed and design, and one table with a row a run.

Draws depend on the seed alone, so that at one point and seed the designs meet the same plants, users and contracts.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shengdian.experiments.config.designs import READING, keys_of
from shengdian.experiments.config.loading import override
from shengdian.experiments.runs.experiment import finished, single_runs
from shengdian.experiments.runs.one_run import name_of
from shengdian.experiments.runs.progress import Progress, Quiet
from shengdian.experiments.runs.workers import Failure, Job, Outcome, side_by_side
from shengdian.experiments.schema import Config
from shengdian.experiments.world.periods import count
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.streams import stream
from shengdian.sim.record.durable import replace_with
from shengdian.sim.record.finished_run import Run, load
from shengdian.sim.record.run_folder import SWEEP

Point = Mapping[str, Any]
"""value by full key"""
Carrier = Callable[[Sequence[Job], Path, Callable[[int, int, bool], None]], Iterator[Outcome]]
"""carries out runs somewhere: jobs, directory, and who hears of hours"""


def points(config: Config) -> list[dict[str, Any]]:
    """Every combination of the grid, the list and the Latin hypercube; InputError where nothing is swept."""
    sweep = config.sweep
    kinds: list[Sequence[Point]] = []
    if sweep.grid:
        kinds.append([dict(zip(sweep.grid, values, strict=True)) for values in product(*sweep.grid.values())])
    if sweep.list:
        kinds.append(sweep.list)
    if sweep.latin_hypercube:
        kinds.append(latin_hypercube(sweep.latin_hypercube, config.resolved()))
    if not kinds:
        raise InputError(
            f"{config.name}: [sweep] is empty; give it a grid, a list or a latin_hypercube, or use `shengdian run` for designs and seeds"
        )
    return [{key: value for part in parts for key, value in part.items()} for parts in product(*kinds)]


def latin_hypercube(asked: Mapping[str, Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`samples` points of which each key's are spread evenly between its ends; whole numbers where both ends and the config's value are.

    https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.qmc.LatinHypercube.html
    """
    ends = {key: value for key, value in asked.items() if key not in ("samples", "seed")}
    from scipy.stats import qmc  # takes most of a second, which a run need not wait for

    drawn = qmc.LatinHypercube(len(ends), rng=stream(asked.get("seed", 1), "sweep", "latin_hypercube")).random(asked["samples"])
    found: list[dict[str, Any]] = []
    for shares in drawn.tolist():
        point: dict[str, Any] = {}
        for (key, (lowest, highest)), share in zip(ends.items(), shares, strict=True):
            if all(isinstance(value, int) for value in (lowest, highest, value_of(values, key))):
                point[key] = lowest + int(share * (highest - lowest + 1))
            else:
                point[key] = lowest + share * (highest - lowest)
        found.append(point)
    return found


def value_of(resolved: Mapping[str, Any], key: str) -> Any:
    """The value under a full key of a resolved config; None where there is none."""
    value: Any = resolved
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def swept(config: Config) -> list[str]:
    """The full keys that the sweep varies, and the one that entries of `run.compare` do."""
    listed = (key for point in config.sweep.list for key in point)
    read = (READING for word in config.run.compare if READING in keys_of(word))
    drawn = (key for key in config.sweep.latin_hypercube if key not in ("samples", "seed"))
    return list(dict.fromkeys([*config.sweep.grid, *listed, *drawn, *read]))


def runs_of(config: Config) -> list[Config]:
    """One config a run: points, seeds and designs, the last fastest; runs that are the same are one.

    Raises InputError for a value that a key may not have, before anything is simulated.
    """
    found: dict[str, Config] = {}
    for point in points(config):
        fixed: Point = {"run.compare": []} if "run.design" in point else {}
        for single in single_runs(override(config, {**point, **fixed}, f"{config.name}: sweep point {label(point)}")):
            found.setdefault(name_of(single), single)
    return list(found.values())


def label(point: Point) -> str:
    """Swept keys with their values, as people read them."""
    return ", ".join(f"{key} = {value}" for key, value in point.items())


def run_sweep(
    config: Config, out: Path, carrier: Carrier | None = None, progress: Progress | None = None
) -> tuple[Path, dict[str, Failure]]:
    """Simulates what is not finished in `out`, writes `runs.parquet` there, and gives it with the failures by run id.

    A run that fails leaves `<run id>.failed.txt`, and the others go on; the next sweep tries it again.

    Parameters
    ----------
    carrier
        where runs are simulated; None: one after another, each in a process of its own
    progress
        told of every hour; None says nothing

    Raises
    ------
    InputError
        for a value that a key may not have, a damaged run in `out`, and where `out` cannot be written
    KeyboardInterrupt
        with a sentence that says how to go on
    """
    singles, keys, watcher = runs_of(config), swept(config), progress or Quiet()
    paths = [out / name_of(single) for single in singles]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise InputError(f"{out}: runs cannot be written here ({cause.strerror})") from cause
    todo = [(place, single) for place, single in enumerate(singles) if not finished(paths[place])]
    ids = {place for place, _ in todo}
    watcher.begin([_title(single, keys) for single in singles], [count(single) for single in singles])
    failures: dict[str, Failure] = {}
    try:
        for place, single in enumerate(singles):
            if place not in ids:
                watcher.advance(place, count(single), True)
        for place, failure in (carrier or local(1))(todo, out, watcher.advance):
            report = out / f"{paths[place].name}.failed.txt"
            if failure is None:
                report.unlink(missing_ok=True)
            else:
                failures[paths[place].name] = failure
                _write(report, failure.traceback.encode())
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"finished runs and whole days are kept in {out}, the same command goes on") from None
    finally:
        watcher.end()
    rows = [row(single, keys, failures.get(path.name), path) for single, path in zip(singles, paths, strict=True)]
    buffer = io.BytesIO()
    columns = dict.fromkeys(key for one in rows for key in one)
    pq.write_table(pa.table({key: [one.get(key) for one in rows] for key in columns}), buffer, compression="zstd")
    _write(out / SWEEP, buffer.getvalue())
    return out / SWEEP, failures


def local(workers: int) -> Carrier:
    """Runs side by side in at most `workers` processes of this machine."""
    return lambda jobs, out, advance: side_by_side(jobs, out, workers, True, advance)


def row(single: Config, keys: Sequence[str], failure: Failure | None, path: Path) -> dict[str, Any]:
    """A run as a row of `runs.parquet`: what it is, the swept keys, its summary, seconds and digest. Lists and tables are JSON text."""
    resolved = single.resolved()
    found: dict[str, Any] = {
        "run_id": path.name,
        "status": "finished" if failure is None else "failed",
        "error": "" if failure is None else failure.sentence,
        "design": single.run.design,
        "seed": single.run.seeds[0],
        "hours": single.run.hours,
        "chain": single.run.chain,
    }
    for key in keys:
        value = value_of(resolved, key)
        found[key] = json.dumps(value) if isinstance(value, list | dict) else value
    if failure is not None:
        return found
    run: Run = load(path)
    return {**found, **run.summary, "seconds": run.manifest["seconds"]["all"], "digest": run.manifest["digest"]}


def _title(single: Config, keys: Sequence[str]) -> str:
    resolved = single.resolved()
    point = label({key: value_of(resolved, key) for key in keys if key != "run.design"})
    return f"{point + ', ' if point else ''}{single.run.design} seed {single.run.seeds[0]}"


def _write(path: Path, data: bytes) -> None:
    try:
        replace_with(path, data)
    except OSError as cause:
        raise InputError(f"{path}: cannot be written ({cause.strerror}); finished runs are kept, the same command goes on") from cause
