"""What a front-runner earns, by mechanism and by open or sealed bids: `shengdian run sealed-vs-open`, and without recording a run
`python -m shengdian.experiments.runs.front_running [CONFIG] [--seed N ...]`.

Earned is profit (money from the ledger less cost of what was metered) beyond what the same plant gets with the same strategy when it does
not look. The config says who looks: the plants whose own strategy is `front_runner`. Both runs of a pair differ in `peek` alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from rich.console import Console
from rich.table import Table

from shengdian import agents
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.schema import Config
from shengdian.experiments.world.periods import count
from shengdian.sim.base.errors import InputError, MarketError
from shengdian.sim.base.units import currency
from shengdian.sim.model import Model

STRATEGY = "front_runner"
AXES = ("market.mechanism", "market.bids")


@dataclass(frozen=True, slots=True)
class Earned:
    """A plant's profit with and without a look at what waits, 1e-5 CNY."""

    plant: str
    seed: int
    mechanism: str
    bids: str
    looking: int
    not_looking: int

    @property
    def gain(self) -> int:
        """1e-5 CNY"""
        return self.looking - self.not_looking


def runners(config: Config) -> list[str]:
    """The plants whose own strategy is the front-runner's."""
    return [own.plant for own in config.strategies.own if own.name == STRATEGY]


def profits(config: Config, seed: int, peek: float) -> dict[str, int]:
    """1e-5 CNY by front-runner in one run, all of them with this `peek`."""
    own = [
        {**one.model_dump(), "parameters": {**one.parameters, "peek": peek}} if one.name == STRATEGY else one.model_dump()
        for one in config.strategies.own
    ]
    model = Model(build_scenario(override(config, {"strategies.own": own}), config.run.design, seed), agents.build)
    earned = dict.fromkeys(runners(config), 0)
    for _ in range(count(config)):
        result = model.step_hour()
        for entry in result.ledger:
            if entry.trader in earned:
                earned[entry.trader] += entry.money
        for row in result.generation:
            if row.plant in earned:
                earned[row.plant] -= row.cost
    return earned


def measure(config: Config, seeds: Sequence[int]) -> list[Earned]:
    """Every front-runner under every mechanism and kind of bids that `sweep` of the config names (its own where it names none).

    Raises InputError where there is no front-runner.
    """
    if not runners(config):
        raise InputError(f"strategies.own names no plant with the strategy {STRATEGY!r}; give one [[strategies.own]]")
    axes = [config.sweep.grid.get(key) or (getattr(config.market, key.split(".")[1]),) for key in AXES]
    rows = []
    for seed, mechanism, bids in product(seeds, *axes):
        cell = override(config, dict(zip(AXES, (mechanism, bids), strict=True)))
        not_looking, looking = (profits(cell, seed, peek) for peek in (0.0, 1.0))
        rows += [Earned(plant, seed, mechanism, bids, looking[plant], not_looking[plant]) for plant in looking]
    return rows


def row(earned: Earned) -> dict[str, Any]:
    """As programs read it."""
    named = {"plant": earned.plant, "seed": earned.seed, "mechanism": earned.mechanism, "bids": earned.bids}
    amounts = {"looking": earned.looking, "not_looking": earned.not_looking, "earned": earned.gain}
    return named | {key: currency(amount) for key, amount in amounts.items()}


def table(rows: Sequence[Earned]) -> Table:
    """As people read it."""
    out = Table(title="What looking at the orders that wait earns, CNY", title_justify="left")
    for name in ("plant", "seed", "mechanism", "bids"):
        out.add_column(name)
    for name in ("profit, not looking", "profit, looking", "earned by looking"):
        out.add_column(name, justify="right")
    for row in rows:
        money = (f"{currency(amount):,.0f}" for amount in (row.not_looking, row.looking, row.gain))
        out.add_row(row.plant, str(row.seed), row.mechanism, row.bids, *money)
    return out


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the comparison; exit 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m shengdian.experiments.runs.front_running", description=__doc__)
    parser.add_argument("config", nargs="?", default="sealed-vs-open", metavar="CONFIG", help="a TOML file or an experiment's name")
    parser.add_argument("--seed", type=int, nargs="+", metavar="N", help="instead of the config's run.seeds")
    parser.add_argument("--chain", metavar="NAME", help="instead of the config's run.chain")
    parser.add_argument("--hours", type=int, metavar="N", help="instead of the config's run.hours")
    arguments = parser.parse_args(argv)
    wanted = {"run.chain": arguments.chain, "run.hours": arguments.hours, "run.seeds": arguments.seed}
    try:
        given = {key: value for key, value in wanted.items() if value is not None}
        config = override(load_config(arguments.config), given, "the command line")
        Console(width=None if sys.stdout.isatty() else 160).print(table(measure(config, config.run.seeds)))
    except MarketError as error:
        sys.stderr.write(f"front_running: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
