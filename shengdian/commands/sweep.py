"""`shengdian sweep`: simulates many variants of a config."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shengdian.commands.arguments import RUNS, add_changes, add_manners, changes, check_chain, config_of
from shengdian.commands.output import say, say_json
from shengdian.experiments.config.options import at_least
from shengdian.sim.base.errors import InputError

HELP = "run every point of a config's [sweep] under every design and seed; one row a run in runs.parquet"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("config", metavar="CONFIG", nargs="?", help="a TOML file, or the name of an experiment (see `shengdian list`)")
    parser.add_argument("--dask", metavar="ADDRESS", help="run on the Dask cluster of this scheduler, such as tcp://10.0.0.1:8786")
    parser.add_argument("--workers", type=at_least(1), metavar="N", help="runs simulated side by side (default: 1)")
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="where runs and runs.parquet are written (default: runs/<name>)")
    parser.add_argument("--json", action="store_true", help="print the rows of runs.parquet")
    add_changes(parser)
    add_manners(parser)
    parser.epilog = "What is finished in DIR is kept: the same command goes on after a stop, and tries again what failed."


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from functools import partial

    import pyarrow.parquet as pq

    from shengdian.experiments.config.loading import load_config, override
    from shengdian.experiments.runs.dask_workers import on_cluster
    from shengdian.experiments.runs.progress import progress
    from shengdian.experiments.runs.sweep import local, run_sweep, swept

    name = config_of(arguments)
    if name is None:
        raise InputError("CONFIG is missing (see shengdian sweep --help)")
    config = load_config(name)
    if arguments.design and "run.design" in swept(config):
        raise InputError("--design: the config's sweep varies run.design; leave one of them out")
    config = override(config, changes(arguments), "the command line")
    check_chain(config.run.chain)
    out = arguments.out or RUNS / config.name
    if arguments.dask and arguments.workers is not None:
        raise InputError("--workers and --dask: give one of them; a Dask cluster has the workers it was started with")
    carrier = partial(on_cluster, arguments.dask) if arguments.dask else local(arguments.workers or 1)
    table, failures = run_sweep(config, out, carrier, progress(arguments.quiet))
    rows = pq.read_table(table).to_pylist()
    if arguments.json:
        say_json(rows)
    else:
        say(f"{len(rows)} runs, {len(failures)} failed")
        say(str(table))
    for name, failure in failures.items():
        sys.stderr.write(f"shengdian: {name} failed: {failure.sentence} (see {out / name}.failed.txt)\n")
    return 1 if failures else 0
