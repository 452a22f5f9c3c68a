"""`python -m benchmarks.profile`: where an hour of the six-province day goes, by part of the path and by function.

    python -m benchmarks.profile --chain revm --hours 48 --sort tottime

The first table is measured without the profiler, as CPU milliseconds an hour: the median hour, and the quickest of ten, which neighbours on
the machine disturb least; what is done once for many hours, such as the record, is in the mean only. The second is cProfile's; it makes
short functions look dearer than they are.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.model import Model
from shengdian.sim.record.run_writer import RunWriter
from shengdian.sim.scenario import Scenario

PARTS: tuple[tuple[str, Callable[[Model, RunWriter], tuple[object, str]]], ...] = (
    ("allocation", lambda model, writer: (model.planning, "begin_hour")),
    ("agents decide", lambda model, writer: (model, "_decide")),
    ("orders on the chain", lambda model, writer: (model.market, "submit")),
    ("  of it the chain", lambda model, writer: (model.market.chain, "send_block")),
    ("solver", lambda model, writer: (model.market.clearing, "solutions")),
    ("logs to results", lambda model, writer: (model.market.outcomes, "decode")),
    ("the chain's record", lambda model, writer: (writer.chain, "block")),
    ("tables", lambda model, writer: (model, "_on_hour")),
)
"""what is timed: a method of the model or of the writer"""


def world(chain: str, design: str, hours: int) -> Scenario:
    """The six-province day, again and again."""
    changes = {"run.chain": chain, "run.hours": hours}
    return build_scenario(override(load_config("six-provinces-day"), changes), design, 1)


@contextmanager
def run(scenario: Scenario, prepare: Callable[[Model, RunWriter], None] = lambda model, writer: None) -> Iterator[Callable[[], object]]:
    """A model with its writer; gives what simulates and records an hour."""
    with TemporaryDirectory() as directory, RunWriter(Path(directory), "profile", scenario.config) as writer:
        model = Model(scenario, agents.build, writer.block, writer.table_writer.hour)
        writer.begin_chain(0, {}, {})
        prepare(model, writer)
        yield model.step_hour


def by_part(scenario: Scenario) -> dict[str, list[float]]:
    """CPU milliseconds of every hour, by part."""
    spent: dict[str, float] = defaultdict(float)

    def timed(name: str, method: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            begun = process_time()
            try:
                return method(*args)
            finally:
                spent[name] += (process_time() - begun) * 1e3

        return call

    def prepare(model: Model, writer: RunWriter) -> None:
        for name, of in PARTS:
            owner, method = of(model, writer)
            setattr(owner, method, timed(name, getattr(owner, method)))

    hours: dict[str, list[float]] = defaultdict(list)
    with run(scenario, prepare) as step:
        for _ in range(scenario.hours):
            spent.clear()
            begun = process_time()
            step()
            spent["all"] = (process_time() - begun) * 1e3
            for name in (*(name for name, _ in PARTS), "all"):
                hours[name].append(spent[name])
    return hours


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.add_argument("--chain", default="revm")
    parser.add_argument("--design", default="two_stage")
    parser.add_argument("--hours", type=int, default=48)
    parser.add_argument("--sort", default="tottime", help="tottime, cumtime or ncalls")
    parser.add_argument("--lines", type=int, default=30)
    chosen = parser.parse_args(argv)
    scenario = world(chosen.chain, chosen.design, chosen.hours)
    sys.stdout.write(f"{'ms an hour':24}{'mean':>8}{'median':>8}{'quick':>8}\n")
    for name, hours in by_part(scenario).items():
        sys.stdout.write(f"{name:24}{np.mean(hours):8.2f}{np.median(hours):8.2f}{np.quantile(hours, 0.1):8.2f}\n")
    profile = cProfile.Profile(process_time)
    with run(scenario) as step:
        profile.enable()
        for _ in range(scenario.hours):
            step()
        profile.disable()
    pstats.Stats(profile, stream=sys.stdout).sort_stats(chosen.sort).print_stats(chosen.lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
