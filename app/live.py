"""A model that people watch: Mesa's play, step and reset over one design or over two of them on the same draws.

Everything that takes time happens on a thread of its own, one thing after another; the page reads what is finished.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import mesa
import pandas as pd
import pyarrow as pa

from shengdian import agents
from shengdian.experiments.config.loading import override
from shengdian.experiments.results.metrics import SUMMED, Tally
from shengdian.experiments.runs import terms
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.schema import Config
from shengdian.experiments.world.network import capacities, free_share
from shengdian.experiments.world.periods import count
from shengdian.regions.region import region_of
from shengdian.sim.adapters import revm
from shengdian.sim.base.errors import InputError, MarketError
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.types import Phase
from shengdian.sim.chain.port import Block
from shengdian.sim.designs import ranked
from shengdian.sim.model import Model
from shengdian.sim.record.tables import COLUMNS, SCHEMAS, Columns, columns_of, to_arrow
from shengdian.sim.scenario import Scenario

NONE: Final = "none"
"""where there is no second design"""


def default_chain() -> str:
    """revm where its package is installed, else the twins."""
    return "revm" if revm.installed() else "mirror"


class Snapshot:
    """A run's first hours as figures take them. What was read once never changes, whatever is computed meanwhile."""

    def __init__(self, label: str, scenario: Scenario, directory: Path, hours: int, parts: Mapping[str, list[pa.Table]]) -> None:
        self.label = label
        self.config = scenario.config
        self.currency = scenario.currency
        self.directory = directory
        """of its region"""
        self.hours = hours
        self._parts = parts
        self._frames: dict[str, pd.DataFrame] = {}

    @property
    def tables(self) -> Snapshot:
        """Itself: tables by name."""
        return self

    def __getitem__(self, name: str) -> pd.DataFrame:
        """The whole table, with the columns of `shengdian.sim.record.tables`."""
        if name not in self._frames:
            parts = self._parts[name][: self.hours]
            self._frames[name] = pa.concat_tables(parts or [SCHEMAS[name].empty_table()]).to_pandas()
        return self._frames[name]


class World:
    """One design's run so far."""

    def __init__(self, config: Config, design: str, seed: int) -> None:
        self.blocks: list[Block] = []
        """every block of the chain, deployment first"""
        scenario = build_scenario(config, design, seed)
        self.scenario: Scenario = replace(scenario, terms=terms.of_run(config, scenario).hashes())
        self.model = Model(self.scenario, build_agents=agents.build, on_block=self.blocks.append)
        meter = self.model.market.meter
        self.gas: list[dict[Phase, int]] = [dict(meter.gas)]
        """by phase: first the set-up, then every hour"""
        self._tally = Tally()
        self.summary: dict[str, Any] = {}
        """of the hours so far, with the keys of summary.json; empty before the first"""
        self._parts: dict[str, list[pa.Table]] = {name: [] for name in COLUMNS}
        self._region = Path(config.region.folder)
        self.seen = Snapshot(design, self.scenario, self._region, 0, self._parts)
        """what figures may be drawn from"""

    @property
    def design(self) -> str:
        """Name of the design that this world's market has."""
        return self.scenario.design

    def capacity(self, hour: int) -> dict[tuple[str, str], float]:
        """MWh that may be sent in the hour, by sending and receiving zone or hub; empty where the design has no lines."""
        return capacities((*self.scenario.zones, *self.scenario.hubs), self.model.market.rules.at(hour).lines)

    def hour(self) -> None:
        """Simulates the next hour and adds it to what is seen."""
        result: HourResult = self.model.step_hour()
        added: dict[str, list[Columns]] = {name: [] for name in COLUMNS}
        for name, columns in columns_of(result):
            added[name].append(columns)
        for name, parts in self._parts.items():
            parts.append(to_arrow(name, added[name]))
        self._tally.add({name: self._parts[name][-1].to_pandas() for name in SUMMED})
        meter = self.model.market.meter
        self.summary = self._tally.summary(
            {
                "blocks": len(self.blocks),
                "transactions": sum(meter.transactions.values()),
                "gas": sum(meter.gas.values()),
                "gas_by_phase": meter.gas,
                "transactions_by_phase": meter.transactions,
            }
        )
        # the first hour's gas begins at deployment; the set-up stands on its own here
        used = result.gas.items()
        self.gas.append({phase: gas - (self.gas[0].get(phase, 0) if result.hour == 0 else 0) for phase, gas in used})
        self.seen = Snapshot(self.design, self.scenario, self._region, result.hour + 1, self._parts)


class LiveModel(mesa.Model):
    """What Mesa's controls drive. It never raises for a wrong parameter: `problem` says what is wrong."""

    def __init__(
        self,
        config: Config,
        on_change: Callable[[], None] = lambda: None,
        design: str = "two_stage",
        beside: str = NONE,
        contract_share: float = 0.8,
        residual_share: float = 0.3,
        bids: str = "open",
        strategy: str = "marginal_cost",
        month: int = 7,
        seed: str = "1",
        chain: str = "mirror",
    ) -> None:
        """`beside` is a second design on the same draws. `on_change` is told, on another thread, when there is something new to see.

        A `residual_share` other than that of the config's month holds in every month. `seed` is text, as people type it.
        """
        super().__init__(seed=0)
        self.problem = ""
        """one sentence; empty where all is well"""
        self.worlds: tuple[World, ...] = ()
        """a world a design; empty until they are built"""
        self.hours = 0
        """how many there are to simulate"""
        self.done = 0
        """how many are finished"""
        self.asked = 0
        """how many were asked for"""
        self._on_change = on_change
        self._stopped = False
        self._made_on = threading.get_ident()
        self._worker = ThreadPoolExecutor(1, "hour")
        plants = config.strategies.plants
        values = {
            "run.design": design,
            "run.compare": [],
            "run.chain": chain,
            "contracts.share": round(contract_share, 4),
            "region.residual_share": _residual(config, residual_share),
            "market.bids": bids,
            "strategies.plants.name": strategy,
            "strategies.plants.parameters": plants.parameters if strategy == plants.name else {},
            "time.month": month,
        }
        try:
            self.config = override(config, values | {"run.seeds": [_seed(seed)]}, "parameters")
            self.hours = count(self.config)
        except MarketError as error:
            self._refuse(error)
        else:
            chosen = dict.fromkeys([design] if beside == NONE else [design, beside])
            self._later(lambda: self._build([each.name for each in ranked() if each.name in chosen]))

    # --- what Mesa calls ------------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Asks for one more hour; nothing after the last one.

        On the thread that made the model, which also takes the clicks, it does not wait: ten clicks are ten hours in a queue. On
        any other thread, such as that of Mesa's play, it returns when the hour is there.
        """
        if self.running and self.asked < self.hours:
            self.asked += 1
            job = self._later(self._hour)
            self.running = self.asked < self.hours
            if threading.get_ident() != self._made_on:
                job.result()
        self.steps = self.asked

    def stop(self) -> None:
        """Drops what was asked for and not begun."""
        self._stopped, self.running = True, False
        self._worker.shutdown(wait=False)

    def wait(self) -> None:
        """Returns when everything asked for is done."""
        self._later(lambda: None).result()

    # --- on the worker --------------------------------------------------------------------------------------------------------

    def _later(self, work: Callable[[], None]) -> Future[None]:
        job = self._worker.submit(self._carry_out, work)
        job.add_done_callback(Future.result)  # what is unexpected gets into the log
        return job

    def _carry_out(self, work: Callable[[], None]) -> None:
        if self._stopped or self.problem:
            return
        expected = False
        try:
            work()
            expected = True
        except MarketError as error:
            self._refuse(error)
            expected = True
        finally:
            if not expected:
                self.problem, self.running = "an hour failed unexpectedly; the terminal says where, Reset begins anew", False
            self._on_change()

    def _refuse(self, error: MarketError) -> None:
        self.problem, self.running = str(error).removeprefix("parameters: "), False

    def _build(self, designs: list[str]) -> None:
        seed = self.config.run.seeds[0]
        self.worlds = tuple(World(self.config, design, seed) for design in designs)

    def _hour(self) -> None:
        for world in self.worlds:
            world.hour()
        self.done += 1


def _residual(config: Config, share: float) -> float | str:
    """What the config says of the lines' free capacity, unless `share` is another than it has in the month that it begins with."""
    asked = round(share, 4)
    return config.region.residual_share if asked == free_share(config, region_of(config), config.time.month) else asked


def _seed(text: str) -> int:
    if not str(text).strip().isdecimal():
        raise InputError(f"seed is {text!r}; it should be a whole number, 0 or more")
    return int(text)
