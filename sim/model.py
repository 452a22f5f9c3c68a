"""One world, one hour after another: agents decide, the market carries out, results flow on. Nobody goes back up the line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from time import perf_counter
from typing import Any

import mesa

from shengdian.sim.adapters import open_chain
from shengdian.sim.base.columns import Rows, plain
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_figures import collector
from shengdian.sim.base.hour_result import Bill, Default, Generation, HourResult
from shengdian.sim.base.orders import Orders
from shengdian.sim.base.streams import stream
from shengdian.sim.chain.keys import checksummed
from shengdian.sim.chain.port import Block, Chain, Durable, OwnClock, Twinned
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.collateral import Collaterals
from shengdian.sim.market.delivery import Accounts
from shengdian.sim.market.deviation import Deviations, Metered
from shengdian.sim.market.dispatch import planned
from shengdian.sim.market.market_rules import MarketRules
from shengdian.sim.market.ordering import arrange
from shengdian.sim.market.outcome import Cleared
from shengdian.sim.market.own_contract import own_twin
from shengdian.sim.market.participants import participants
from shengdian.sim.market.pending_orders import PendingOrders
from shengdian.sim.market.planning import Planning
from shengdian.sim.market.reservoirs import Reservoirs
from shengdian.sim.market.retail import Retail
from shengdian.sim.market.storages import Storages
from shengdian.sim.market.view import View
from shengdian.sim.record.resume import resend
from shengdian.sim.scenario import Scenario


class Model(mesa.Model):
    """A run of one scenario under one design on one chain. Mesa's conventions hold: `step()` is an hour, `running` ends with the last one.

    `build_agents(model, scenario)` gives the agents, so that this package never imports them. `on_block` sees every block made, `on_hour`
    every hour. `chain` is used instead of the scenario's. A chain with a clock of its own says when the model's scenario starts: hour 0.
    """

    def __init__(
        self,
        scenario: Scenario,
        build_agents: Callable[[Model, Scenario], Sequence[Any]],
        on_block: Callable[[Block], None] = lambda block: None,
        on_hour: Callable[[HourResult], None] = lambda result: None,
        chain: Chain | None = None,
    ) -> None:
        super().__init__(rng=scenario.seed)
        self.chain = chain or open_chain(scenario.chain)
        if isinstance(self.chain, OwnClock):
            scenario = replace(scenario, start=self.chain.first_hour(scenario.hour_seconds))
        self.scenario = scenario
        self.hour = 0  # the next one to be simulated
        self.last_block: Block | None = None
        self.last_result: HourResult | None = None
        self.seconds: dict[str, float] = defaultdict(float)
        """wall seconds by phase"""
        self._on_block, self._on_hour = on_block, on_hour
        rules = MarketRules.of(scenario)
        if rules.own_mechanism and isinstance(self.chain, Twinned):
            self.chain.adopt(rules.contract, own_twin(scenario))
        self.market = ChainMarket(self.chain, rules, participants(scenario), self._see)
        self.traders = build_agents(self, scenario)
        """the agents, in the order built; where there is a `propose` of all of them, it is asked instead of each alone"""
        self.by_id = {agent.id: agent for agent in self.traders}
        self._lookers = [agent for agent in self.traders if agent.looks]
        """who decide after the others, with a view of what waits"""
        if self._lookers and not rules.declared.known_rule:
            raise InputError(
                f"{self._lookers[0].id} looks at the orders that wait, which needs a rule that can be foreseen; mechanism "
                f"{scenario.mechanism!r} has one of its own"
            )
        self._priority = {agent.id: agent.priority for agent in self.traders if agent.priority is not None}
        self.planning = Planning(scenario, self.market)
        registration = self.planning.registration()
        self.deviations = Deviations(scenario, self.market) if scenario.deviation else None
        if self.deviations:
            registration += self.deviations.registration({plant.id: self.by_id[plant.id].regulation(scenario) for plant in scenario.plants})
        self.collaterals = Collaterals(scenario, self.market) if scenario.collateral else None
        if self.collaterals:
            registration += self.collaterals.registration()
        self._accounts = Accounts(scenario, self.market)
        self.retail = Retail(scenario, self.market, self._accounts, self.deviations) if scenario.billed else None
        registration += self.retail.registration() if self.retail else []
        self.market.carry_out([("enrol", transaction) for transaction in registration], self.market.rules.timetable.registered)
        self._last_prices: tuple[int | None, ...] = (None,) * len(scenario.zones)
        self.reservoirs = Reservoirs(scenario)
        self.storages = Storages(scenario, self.market)
        self.datacollector = collector(scenario.zones)
        """of every hour that `step` simulates"""

    def _see(self, block: Block) -> None:
        self.last_block = block
        self._on_block(block)

    @property
    def deployments(self) -> dict[str, str]:
        """Address (0x..., with the checksum of EIP-55) by contract name."""
        return {name: checksummed(address) for name, address in self.market.contracts.items()}

    @property
    def steps(self) -> int:
        """How many hours were simulated, as Mesa 3 calls it."""
        return getattr(self, "hour", 0)

    @steps.setter
    def steps(self, value: int) -> None:
        """Mesa 3 counts steps itself; here `hour` alone counts."""

    def step(self) -> None:
        """Mesa's step: one hour, of which `datacollector` keeps the figures. Raises InputError after the scenario's last one."""
        self.step_hour()
        self.datacollector.collect(self)

    def step_hour(self) -> HourResult:
        """Simulates the next hour and gives what it leaves. Raises InputError after the scenario's last one."""
        scenario, hour = self.scenario, self.hour
        if hour >= scenario.hours:
            raise InputError(f"the model is finished: its scenario has {scenario.hours} hours, 0 to {scenario.hours - 1}")
        gas, transactions, blocks = dict(self.market.meter.gas), dict(self.market.meter.transactions), self.market.meter.blocks

        begun = perf_counter()
        plans = self.planning.begin_hour(hour)
        self.seconds["allocation"] += perf_counter() - begun
        allocations = self.planning.transactions(hour, plans)
        allocations += self.retail.begin_day(hour, self.by_id) if self.retail and hour % scenario.day == 0 else []
        if self.market.rules.day_ahead and hour % scenario.day == 0:
            self._order_a_day(hour)
        covered = self._inform(hour, bool(plans))
        if self.market.rules.day_ahead:
            self.market.begin_hour(hour, allocations)
        elif self.market.rules.declared.dispatches:
            self.market.begin_hour(hour, allocations, self._plan(hour))
        else:
            self.market.submit(hour, self._decide(hour), allocations)
        cleared = self.market.clear(hour, [("settle", self.planning.settlement(hour, covered))])
        result = self._result(
            hour, cleared, self.planning.taken(covered), gas if hour else {}, transactions if hour else {}, blocks if hour else 0
        )

        begun = perf_counter()
        plants = self._accounts.plants
        output = dict(zip(plants, plain(Rows.of(Generation, result.generation).column("metered"))[: len(plants)], strict=True))
        self.planning.end_hour(hour, output)
        for plant, metered in output.items():
            self.by_id[plant].end_hour(hour, metered)
        for agent in self.traders:
            if agent.listens:
                agent.receive(result)
        self.seconds["agents"] += perf_counter() - begun
        self._last_prices = tuple(cleared.stages[-1].prices[zone] for zone in scenario.zones)
        self.last_result = result
        self.hour += 1
        self.running = self.hour < scenario.hours
        self._on_hour(result)
        return result

    # --- checkpoints ----------------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What the rest of the run depends on besides the chain, as JSON can hold it; at the end of a day, when all plans are made anew."""
        assert self.hour % self.scenario.day == 0, "in the middle of a day"
        own: dict[str, Any] = {"start": self.scenario.start} if isinstance(self.chain, OwnClock) else {}
        own |= self.retail.state() if self.retail else {}
        return {
            **own,
            "hour": self.hour,
            "last_prices": self._last_prices,
            "output": self.planning.state(),
            "stored": self.reservoirs.state(),
            "storages": self.storages.state(),
            "agents": {agent.id: agent.state() for agent in self.traders},
            "seconds": dict(self.seconds),
            "market_seconds": dict(self.market.seconds),
        }

    def restore(self, state: Mapping[str, Any], chain: Mapping[bytes, bytes], blocks: Iterable[Mapping[str, Any]]) -> None:
        """Goes on from another model's `state` and its chain's, or from its recorded `blocks` where the chain's state cannot be kept.

        In the second case `on_block` sees them again. Raises NodeError where the chain answers otherwise than recorded.
        """
        if isinstance(self.chain, Durable):
            self.chain.restore(chain)
        else:
            resend(self.chain, islice(blocks, self.market.meter.blocks, None), self._see)
        self.hour = state["hour"]
        self.running = self.hour < self.scenario.hours
        self._last_prices = tuple(state["last_prices"])
        self.planning.restore(state["output"])
        self.reservoirs.restore(state["stored"])
        self.storages.restore(state["storages"])
        if self.retail:
            self.retail.restore(state, self.hour, self.by_id)
        for name, kept in state["agents"].items():
            self.by_id[name].restore(kept)
        for own, before in ((self.seconds, state["seconds"]), (self.market.seconds, state["market_seconds"])):
            for phase, spent in before.items():
                own[phase] += spent

    # --- an hour --------------------------------------------------------------------------------------------------------------

    def _inform(self, hour: int, planned: bool) -> Mapping[str, int]:
        """Tells plants and users what contracts deliver in the hour; gives kWh under contract by user and exporting exchange."""
        begun = perf_counter()
        covered = self.planning.covered(hour)
        taken = self.planning.taken(covered)
        for supplier, served in self._accounts.served.items():
            self.by_id[supplier].begin_hour(sum(taken[user.id] for user in served), taken.get(supplier, 0))
        for user in self.scenario.users:
            if not user.captive:
                self.by_id[user.id].begin_hour(taken[user.id])
        if planned:
            for plant in self.scenario.plants:
                self.by_id[plant.id].begin_day(hour // self.scenario.day, self.planning.day(plant.id), self.reservoirs.kept(plant.id))
        self.seconds["agents"] += perf_counter() - begun
        return covered

    def _decide(self, hour: int) -> Orders:
        """Every agent's order, in the order in which the block holds them."""
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
        late = Orders.of(())
        if self._lookers:
            late = proposed(self._lookers, replace(view, pending=self._pending(hour, orders)))
            orders = Orders.joined((orders, late))
        arrival = stream(scenario.seed, "arrival", str(hour))
        arranged = orders.rows(arrange(scenario.ordering, orders, len(late), self._priority, arrival))
        self.seconds["agents"] += perf_counter() - begun
        return arranged

    def _plan(self, hour: int) -> Orders:
        """What plants can give and users need, where nobody orders."""
        rooms = [self._room(plant.id, hour) for plant in self.scenario.plants]
        return planned(self.scenario, rooms, self._accounts.load[:, hour].tolist())

    def _pending(self, hour: int, orders: Orders) -> PendingOrders:
        """What the orders of the hour look like to others before the block is made."""
        market, scenario = self.market, self.scenario
        hidden = scenario.bids == "sealed"
        commitments = tuple(envelope.commitment for envelope in market.envelopes(hour, orders)) if hidden else ()
        seen = None if hidden else orders
        renewables = {trader.id for trader in market.traders if trader.renewable}
        return PendingOrders(seen, commitments, market.zone_of, market.rules, hour, renewables)

    def _order_a_day(self, begin: int) -> None:
        """Every agent's orders for the day that begins at hour `begin`, decided with what is known before it."""
        orders = {}
        for hour in range(begin, min(begin + self.scenario.day, self.scenario.hours)):
            self._inform(hour, hour == begin)
            orders[hour] = self._decide(hour)
        day = begin // self.scenario.day
        traders = self.market.traders
        places = stream(self.scenario.seed, "arrival", f"day {day}").permutation(len(traders))
        self.market.submit_day(day, orders, [traders[place].id for place in places.tolist()])

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
        settled = self.planning.settled(cleared.receipts[0], cleared.block)
        ledger = [cleared.entries, settled.entries]
        unsold = self._accounts.unsold(cleared, covered)
        generation = self._accounts.generation(hour, cleared, self.planning.delivered(hour), {} if self.deviations else unsold)
        consumption = self._accounts.consumption(hour, cleared, covered)
        due = self.retail.due(hour, generation, consumption) if self.retail else []
        metered: Metered | None = None
        if self.deviations:
            metered = self.deviations.settle(hour, generation, consumption, unsold, self._room, due)
            generation, consumption = metered.generation, metered.consumption
            ledger.append(metered.entries)
        bills: tuple[Bill, ...] = ()
        if self.retail and due:
            block = metered.block if metered else self.market.carry_out(due, self.market.rules.timetable.last_minute(hour))
            billed = self.retail.decode(hour, block)
            bills = billed.rows
            ledger.append(billed.entries)
        defaults: tuple[Default, ...] = ()
        if self.collaterals:
            closed = self.collaterals.close(hour)
            defaults = closed.defaults
            ledger.append(closed.entries)
        return HourResult(
            hour=hour,
            stages=cleared.stages,
            generation=generation,
            consumption=consumption,
            agreements=settled.agreements,
            differences=settled.differences,
            allocation=self.planning.rows(hour),
            ledger=Rows.joined(ledger),
            gas={phase: used - gas.get(phase, 0) for phase, used in meter.gas.items()},
            transactions={phase: count - transactions.get(phase, 0) for phase, count in meter.transactions.items()},
            blocks=meter.blocks - blocks,
            defaults=defaults,
            reservoirs=self.reservoirs.end_hour(hour, generation),
            storage=self.storages.end_hour(cleared),
            bills=bills,
            time=self.scenario.time(hour),
        )

    def _room(self, plant: str, hour: int) -> int:
        """kWh that a plant could give beyond its contract."""
        return int(self.by_id[plant].room(hour))


def proposed(agents: Sequence[Any], view: View) -> Orders:
    """The orders of agents who are asked one by one."""
    return Orders.of([order for agent in agents if (order := agent.propose(view)) is not None])
