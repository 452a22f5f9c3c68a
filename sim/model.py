"""One world, one hour after another: agents decide, the market carries out, results flow on. Nobody goes back up the line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

import mesa

from sim.accounts import Accounts
from sim.calldata import HOURS_A_DAY
from sim.chain import Block, open_chain
from sim.designs import design_named
from sim.market import ChainMarket
from sim.orders import Orders
from sim.outcome import Cleared
from sim.participants import Participant, Role
from sim.planning import Planning
from sim.rows import Rows
from sim.scenario import Scenario, supplier_id
from sim.streams import stream
from sim.types import HourResult, Rules, View


def participants(scenario: Scenario) -> tuple[Participant, ...]:
    """Everyone in the registry, in order of number: those who trade first (suppliers, plants, users), then captive users and exchanges."""
    zone = {code: index for index, code in enumerate(scenario.zones)}
    return (
        *(Participant(supplier_id(code), Role.SUPPLIER, index) for code, index in zone.items()),
        *(Participant(plant.id, Role.PLANT, zone[plant.zone]) for plant in scenario.plants),
        *(Participant(user.id, Role.USER, zone[user.zone]) for user in scenario.users if not user.captive),
        *(Participant(user.id, Role.USER, zone[user.zone], trades=False) for user in scenario.users if user.captive),
        *(Participant(exchange.id, Role.EXCHANGE, zone[exchange.zone], trades=False) for exchange in scenario.exchanges),
    )


class Model(mesa.Model):
    """A run of one scenario under one design on one chain.

    `build_agents(model, scenario)` gives the agents, so that this package never imports them. `on_block` sees every block made.
    """

    def __init__(
        self,
        scenario: Scenario,
        build_agents: Callable[[Model, Scenario], Sequence[Any]],
        on_block: Callable[[Block], None] = lambda block: None,
    ) -> None:
        super().__init__(seed=scenario.seed)
        self.scenario = scenario
        self.hour = 0
        """the next hour to be simulated"""
        self.last_block: Block | None = None
        self.last_result: HourResult | None = None
        self.seconds: dict[str, float] = defaultdict(float)
        """wall seconds by phase"""
        design = design_named(scenario.design)
        lines = tuple(design.lines(scenario))
        hubs = scenario.hubs if lines else ()
        self.rules = Rules(len(scenario.zones) + len(hubs), lines, scenario.floor, scenario.cap, scenario.k)
        self.chain = open_chain(scenario.chain)
        self._on_block = on_block
        self.market = ChainMarket(
            self.chain,
            self.rules,
            scenario.zones,
            participants(scenario),
            scenario.start,
            design.two_stage(scenario),
            self._see,
            hubs=hubs,
            regional=design.regional(scenario),
        )
        self.traders = build_agents(self, scenario)
        """the agents, in the order built; where there is a `propose` of all of them, it is asked instead of each alone"""
        self.by_id = {agent.id: agent for agent in self.traders}
        self.planning = Planning(scenario, self.market)
        self.market.carry_out([("enrol", transaction) for transaction in self.planning.registration()], scenario.start - 30)
        self._last_prices: tuple[int | None, ...] = (None,) * len(scenario.zones)
        self._accounts = Accounts(scenario, self.market)

    def _see(self, block: Block) -> None:
        self.last_block = block
        self._on_block(block)

    @property
    def deployments(self) -> dict[str, str]:
        """Address (0x...) by contract name."""
        return {name: "0x" + address.hex() for name, address in self.market.contracts.items()}

    def step(self) -> None:
        """Mesa's step: one hour."""
        self.step_hour()

    def step_hour(self) -> HourResult:
        """Simulates the next hour; IndexError after the scenario's last one."""
        scenario, hour = self.scenario, self.hour
        if hour >= scenario.hours:
            raise IndexError(f"the scenario has {scenario.hours} hours")
        gas, transactions, blocks = dict(self.market.meter.gas), dict(self.market.meter.transactions), self.market.meter.blocks

        begun = perf_counter()
        plans = self.planning.begin_hour(hour)
        self.seconds["allocation"] += perf_counter() - begun
        covered = self._inform(hour, bool(plans))
        orders = self._decide(hour)
        self.market.submit(hour, orders, self.planning.transactions(hour, plans))
        cleared = self.market.clear(hour, [("settle", self.planning.settlement(hour, covered))])
        result = self._result(hour, cleared, covered, gas if hour else {}, transactions if hour else {}, blocks if hour else 0)

        begun = perf_counter()
        output = dict(zip(self._accounts.plants, self._accounts.scheduled(cleared, self.planning.contracts(hour)).tolist(), strict=True))
        self.planning.end_hour(output)
        for plant, metered in output.items():
            self.by_id[plant].end_hour(metered)
        for agent in self.traders:
            if agent.listens:
                agent.receive(result)
        self.seconds["agents"] += perf_counter() - begun
        self._last_prices = tuple(cleared.stages[-1].prices[zone] for zone in scenario.zones)
        self.last_result = result
        self.hour += 1
        return result

    def _inform(self, hour: int, planned: bool) -> Mapping[str, int]:
        """Tells plants and users what contracts cover in the hour; gives kWh by user and exporting exchange."""
        begun = perf_counter()
        covered = self.planning.covered(hour)
        for zone, captive in self._accounts.captive.items():
            self.by_id[supplier_id(zone)].begin_hour(sum(covered[user.id] for user in captive))
        for user in self.scenario.users:
            if not user.captive:
                self.by_id[user.id].begin_hour(covered[user.id])
        if planned:
            for plant in self.scenario.plants:
                self.by_id[plant.id].begin_day(hour // HOURS_A_DAY, self.planning.day(plant.id))
        self.seconds["agents"] += perf_counter() - begun
        return covered

    def _decide(self, hour: int) -> Orders:
        """Every agent's order, in the shuffled order in which they reach the chain."""
        begun = perf_counter()
        scenario = self.scenario
        view = View(
            hour=hour,
            zones=scenario.zones,
            floor=scenario.floor,
            cap=scenario.cap,
            load_forecast=tuple(self._accounts.load[:, hour].tolist()),
            last_prices=self._last_prices,
        )
        propose = getattr(self.traders, "propose", None)
        orders = propose(view) if propose else proposed(self.traders, view)
        shuffled = orders.rows(stream(scenario.seed, "arrival", str(hour)).permutation(len(orders)))
        self.seconds["agents"] += perf_counter() - begun
        return shuffled

    def _result(
        self,
        hour: int,
        cleared: Cleared,
        covered: Mapping[str, int],
        gas: Mapping[Any, int],
        transactions: Mapping[Any, int],
        blocks: int,
    ) -> HourResult:
        meter = self.market.meter
        agreements, entries = self.planning.settled(cleared.receipts[0], cleared.block)
        return HourResult(
            hour=hour,
            stages=cleared.stages,
            generation=self._accounts.generation(hour, cleared, self.planning.contracts(hour)),
            consumption=self._accounts.consumption(hour, cleared, covered),
            agreements=agreements,
            allocation=self.planning.rows(hour),
            ledger=Rows.joined((cleared.entries, entries)),
            gas={phase: used - gas.get(phase, 0) for phase, used in meter.gas.items()},
            transactions={phase: count - transactions.get(phase, 0) for phase, count in meter.transactions.items()},
            blocks=meter.blocks - blocks,
        )


def proposed(agents: Sequence[Any], view: View) -> Orders:
    """The orders of agents who are asked one by one."""
    return Orders.of([order for agent in agents if (order := agent.propose(view)) is not None])
