"""A run that is served while it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shengdian import agents
from shengdian.experiments.runs import terms
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.schema import Config
from shengdian.serving.answers import Answers
from shengdian.serving.record import Record, check_signed
from shengdian.serving.state import States
from shengdian.sim.chain.keys import opened
from shengdian.sim.chain.port import Block
from shengdian.sim.model import Model
from shengdian.sim.record.recorded_blocks import Recorded


class Live:
    """One run whose chain is open to questions after every hour. It leaves no run directory."""

    def __init__(self, config: Config, version: str) -> None:
        """Sets the market up. Raises InputError for a chain that does not sign, MissingExtra without revm."""
        self._waiting: list[Block] = []
        scenario = build_scenario(config, config.run.design, config.run.seeds[0])
        scenario = replace(scenario, terms=terms.of_run(config, scenario).hashes())
        self._model = Model(scenario, build_agents=agents.build, on_block=self._waiting.append)
        chain = self._model.chain
        check_signed(chain.chain_id, config.name, scenario.chain)
        record = Record(chain.chain_id, chain.genesis, self._model.market.contracts)
        self.answers = Answers(record, States(record), version)
        self._take_in()

    def run(self, told: Callable[[int], object]) -> None:
        """Simulates every hour; `told` hears how many are over."""
        while self._model.hour < self._model.scenario.hours:
            self._model.step_hour()
            self._take_in()
            told(self._model.hour)

    def _take_in(self) -> None:
        for block in self._waiting:
            self.answers.add(Recorded(block, tuple(opened(raw) for raw in block.receipts.raws), ""))
        self._waiting.clear()
