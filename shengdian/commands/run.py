"""`shengdian run`: simulates a config."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shengdian.commands.arguments import RUNS, add_changes, add_manners, changes, check_chain, config_of
from shengdian.commands.output import say, say_json, say_table
from shengdian.experiments.config.options import at_least
from shengdian.sim.base.errors import InputError

if TYPE_CHECKING:
    from shengdian.experiments.runs.front_running import Earned

HELP = "run a config: every design under `compare`, every seed; print one table and the run directories"


def options(parser: argparse.ArgumentParser) -> None:
    """What it is asked."""
    parser.add_argument(
        "config",
        metavar="CONFIG",
        nargs="?",
        help="a TOML file, or the name of an experiment (see `shengdian list`); left out with --set: base",
    )
    parser.add_argument("-o", "--out", type=Path, default=RUNS, metavar="DIR", help="where run directories are written (default: runs)")
    add_changes(parser)
    parser.add_argument("--workers", type=at_least(1), default=1, metavar="N", help="runs simulated side by side (default: 1)")
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="DIR",
        help="write to DIR and go on there: keep what is finished, take up the rest from its last whole day; CONFIG may be left out",
    )
    parser.add_argument("--json", action="store_true", help="print a machine-readable summary instead of the table")
    add_manners(parser)


def run(arguments: argparse.Namespace) -> int:
    """Gives the exit code."""
    from shengdian.experiments.config.loading import load_config, override
    from shengdian.experiments.runs import front_running
    from shengdian.experiments.runs.experiment import resume_all, run_config
    from shengdian.experiments.runs.progress import progress

    name, wanted = config_of(arguments), changes(arguments)
    if name is None and arguments.resume is None and arguments.set:
        name = "base"
    if name is None:
        if arguments.resume is None:
            raise InputError("CONFIG is missing; it may be left out only with --set or --resume (see shengdian run --help)")
        given = [option for option in ("chain", "hours", "seed", "design", "set") if getattr(arguments, option)]
        if given:
            raise InputError(f"--{given[0]} needs a CONFIG: unfinished runs go on as they began")
        return _say_runs(arguments, resume_all(arguments.resume, arguments.workers, progress(arguments.quiet)))
    config = override(load_config(name), wanted, "the command line")
    check_chain(config.run.chain)
    out = arguments.resume or arguments.out
    watcher = progress(arguments.quiet)
    paths = run_config(config, out, arguments.workers, watcher, resume=arguments.resume is not None)
    earned = []
    if front_running.runners(config):
        watcher.note("then every mechanism that the config's sweep names, with and without a look at the orders that wait")
        earned = front_running.measure(config, config.run.seeds)
    return _say_runs(arguments, paths, earned)


def _say_runs(arguments: argparse.Namespace, paths: Sequence[Path], earned: Sequence[Earned] = ()) -> int:
    from shengdian.ahead import table1
    from shengdian.experiments.results.compare import comparison, table
    from shengdian.experiments.results.variants import by_variant
    from shengdian.experiments.runs import front_running
    from shengdian.regions.region import region_of_run
    from shengdian.sim.record.finished_run import load

    runs = [load(path) for path in paths]
    by_variant(runs)
    compared = {run.run_id: table1.read(run.directory) for run in runs}
    if arguments.json:
        keys = ("run_id", "design", "seed", "chain", "hours", "digest", "last_block_hash", "seconds")
        say_json(
            {
                "runs": [
                    {
                        "directory": str(run.directory),
                        "variant": run.label,
                        **{key: run.manifest[key] for key in keys},
                        "summary": run.summary,
                        **({"table1": compared[run.run_id]} if compared[run.run_id] else {}),
                    }
                    for run in runs
                ],
                **({"front_running": [front_running.row(each) for each in earned]} if earned else {}),
            }
        )
        return 0
    say_table(table(comparison(runs)))
    for seed, run in {run.seed: run for run in runs}.items():
        if compared[run.run_id]:
            region = region_of_run(run.config, run.directory)
            say_table(table1.table(compared[run.run_id], f"Table 1: paper / simulated (seed {seed})", region))
    if earned:
        say_table(front_running.table(earned, runs[0].currency))
    for path in paths:
        say(str(path))
    return 0
