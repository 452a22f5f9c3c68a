"""`shengdian run`: simulates a config."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from experiments.commands.arguments import RUNS, at_least, check_chain
from experiments.commands.output import say, say_json, say_table
from sim.errors import InputError

HELP = "run a config: every design under `compare`, every seed; print one table and the run directories"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument("config", metavar="CONFIG", nargs="?", help="a TOML file, or the name of an experiment (see `shengdian list`)")
    parser.add_argument("--out", type=Path, default=RUNS, metavar="DIR", help="where run directories are written (default: runs)")
    parser.add_argument("--chain", metavar="NAME_OR_URL", help="instead of the config's run.chain")
    parser.add_argument("--hours", type=at_least(1), metavar="N", help="instead of the config's run.hours")
    parser.add_argument("--seed", type=at_least(0), nargs="+", metavar="N", help="instead of the config's run.seeds")
    parser.add_argument("--workers", type=at_least(1), default=1, metavar="N", help="runs simulated side by side (default: 1)")
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="DIR",
        help="write to DIR and go on there: keep what is finished, take up the rest from its last whole day; CONFIG may be left out",
    )
    parser.add_argument("--json", action="store_true", help="print a machine-readable summary instead of the table")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from experiments.config import load_config, override
    from experiments.progress import progress
    from experiments.run import resume_all, run_config

    if arguments.config is None:
        if arguments.resume is None:
            raise InputError("CONFIG is missing; it may be left out only with --resume (see shengdian run --help)")
        given = [name for name in ("chain", "hours", "seed") if getattr(arguments, name) is not None]
        if given:
            raise InputError(f"--{given[0]} needs a CONFIG: unfinished runs go on as they began")
        return _say_runs(arguments, resume_all(arguments.resume, arguments.workers, progress(arguments.quiet)))
    wanted = {"run.chain": arguments.chain, "run.hours": arguments.hours, "run.seeds": arguments.seed}
    config = override(load_config(arguments.config), {key: value for key, value in wanted.items() if value is not None}, "the command line")
    check_chain(config.run.chain)
    out = arguments.resume or arguments.out
    paths = run_config(config, out, arguments.workers, progress(arguments.quiet), resume=arguments.resume is not None)
    return _say_runs(arguments, paths)


def _say_runs(arguments: argparse.Namespace, paths: Sequence[Path]) -> int:
    from experiments.compare import comparison, table
    from experiments.medium_term import table1
    from sim.results import load

    runs = [load(path) for path in paths]
    compared = {run.run_id: table1.read(run.directory) for run in runs}
    if arguments.json:
        keys = ("run_id", "design", "seed", "chain", "hours", "digest", "last_block_hash", "seconds")
        say_json(
            {
                "runs": [
                    {
                        "directory": str(run.directory),
                        **{key: run.manifest[key] for key in keys},
                        "summary": run.summary,
                        **({"table1": compared[run.run_id]} if compared[run.run_id] else {}),
                    }
                    for run in runs
                ]
            }
        )
        return 0
    say_table(table(comparison(runs)))
    for seed, run in {run.seed: run for run in runs}.items():
        if compared[run.run_id]:
            say_table(table1.table(compared[run.run_id], f"Table 1: paper / simulated (seed {seed})"))
    for path in paths:
        say(str(path))
    return 0
