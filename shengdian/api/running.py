"""Runs a config or a scenario, and leaves its run directories."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from shengdian.api.keys import full_keys
from shengdian.api.runs import Runs
from shengdian.api.scenario import Scenario
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config, run_world
from shengdian.experiments.runs.progress import progress as watch
from shengdian.experiments.schema import Config, MadeConfig
from shengdian.sim.adapters import check_chain
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import Run, load

SOURCE = "shengdian.run"
"""what stands for the file in a refusal"""
OWN = ("out", "workers", "resume", "progress")


def run(
    config_or_name: str | PathLike[str] | Scenario,
    overrides: Mapping[str, Any] | None = None,
    /,
    *,
    out: str | PathLike[str] = "runs",
    workers: int = 1,
    resume: bool = False,
    progress: bool = False,
    **more: Any,
) -> Runs:
    """Simulates every design under every seed, leaves a run directory for each, and gives them, the designs of the first seed first.

    It is `shengdian run`: the same keys leave the same files.

    Parameters
    ----------
    config_or_name
        the name of an experiment (`shengdian list` shows them), the path of a TOML file, or a Scenario
    overrides, more
        what is to be other than the config says, by word or by key. Words: `design` and `seed` (one, or a list of several), `hours`,
        `chain`. A design of two stages may have its reading of surplus and deficit beside it: `"two_stage, physical"`. Keys are those of
        a config: `{"market.k": 0.0}`, or a table as a dict: `market={"k": 0.0}`. A strategy may be a class of your own:
        `{"strategies.plants": Patient}`
    out
        where run directories are written
    workers
        how many runs of a config are simulated at a time, each in a process of its own; a script then needs a main guard
    resume
        keep what is finished in `out`, and take up the rest from its last whole day
    progress
        say on stderr how far it is

    Raises
    ------
    InputError
        for an unknown name or key, and for a value that a key may not have: one sentence with the nearest match

    Examples
    --------
    >>> import shengdian, tempfile
    >>> runs = shengdian.run("six-provinces-day", hours=2, chain="mirror", seed=1, out=tempfile.mkdtemp())
    >>> [run.design for run in runs]
    ['provincial', 'two_stage', 'two_stage', 'two_stage', 'coupled']
    >>> runs[0].summary["money_sum"]
    0.0

    A wrong word is refused with the nearest one:

    >>> shengdian.run("six-provinces-day", hour=2)
    Traceback (most recent call last):
        ...
    shengdian.sim.base.errors.InputError: unknown word 'hour'; allowed: design, seed, hours, chain, out, workers, resume, progress, \
or a key of a config such as 'market.k'; did you mean 'hours'?
    """
    given = {**(overrides or {}), **more}
    if type(workers) is not int or workers < 1:
        raise InputError(f"workers is {workers!r}; it should be a whole number of 1 or more")
    if isinstance(config_or_name, Scenario):
        if workers > 1:
            raise InputError("workers is for configs: the runs of a scenario made in Python are simulated one after another")
        made = changed(config_or_name, given)
        paths = run_world(config_or_name.world, made, Path(out), watch(not progress), resume)
    else:
        config = override(load_config(config_or_name), full_keys(Config, given, OWN), SOURCE)
        check_chain(config.run.chain)
        paths = run_config(config, Path(out), workers, watch(not progress), resume)
    return Runs(load(path) for path in paths)


def run_scenario(
    scenario: Scenario, out: str | PathLike[str] = "runs", *, resume: bool = False, progress: bool = False, **overrides: Any
) -> Run:
    """Simulates a scenario made in Python, once, and gives its run directory as a Run: as whole as that of a config.

    `load`, `compare`, `figures`, `report`, `query` and `audit` read it. The scenario itself stands in its `scenario.json`. For several
    designs or seeds use `shengdian.run`; parameters and errors are those of it.

    >>> import shengdian, tempfile
    >>> scenario = shengdian.Scenario(
    ...     "island",
    ...     zones=["A"],
    ...     plants=[shengdian.Plant("hydro", "A", 60, 50), shengdian.Plant("diesel", "A", 100, 900)],
    ...     users=[shengdian.User("town", "A", demand_mw=[50, 80])],
    ...     hours=2,
    ... )
    >>> run = shengdian.run_scenario(scenario, tempfile.mkdtemp(), design="coupled", chain="mirror")
    >>> run.tables["prices"]["price_per_mwh"].tolist()
    [50.0, 900.0]
    >>> shengdian.audit(run).clean
    True
    """
    made = changed(scenario, overrides)
    if len(made.run.compare) > 1 or len(made.run.seeds) > 1:
        raise InputError("run_scenario makes one run, of one design and one seed; for several use shengdian.run")
    (path,) = run_world(scenario.world, made, Path(out), watch(not progress), resume)
    return load(path)


def changed(scenario: Scenario, given: Mapping[str, Any]) -> MadeConfig:
    """The rules of a scenario with others in their place. Raises InputError for unknown keys, values or chains, and for too many hours."""
    config = override(scenario.config, full_keys(MadeConfig, given, OWN), scenario.name)
    if config.run.hours > scenario.hours:
        raise InputError(f"{scenario.name}: run.hours is {config.run.hours}; the scenario has {scenario.hours} hours")
    check_chain(config.run.chain)
    return config
