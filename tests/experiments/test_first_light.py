"""The six-province day under the three designs: the laws that every hour must keep, on the real figures."""

from collections import defaultdict
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.optimize import linprog

from shengdian import agents
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.hour_result import HourResult, OrderResult
from shengdian.sim.base.types import Line
from shengdian.sim.model import Model
from shengdian.sim.scenario import Scenario

DESIGNS = ("provincial", "two_stage", "coupled")
HOURS = 24


@cache
def scenario(design: str) -> Scenario:
    return replace(build_scenario(load_config("six-provinces-day"), design, 1), chain="mirror")


@cache
def day(design: str) -> tuple[HourResult, ...]:
    return simulate(scenario(design), HOURS)


def simulate(world: Scenario, hours: int) -> tuple[HourResult, ...]:
    model = Model(world, agents.build)
    return tuple(model.step_hour() for _ in range(hours))


def test_every_hour_that_is_simulated_is_given_to_on_hour() -> None:
    given: list[HourResult] = []
    model = Model(scenario("coupled"), agents.build, on_hour=given.append)
    first = model.step_hour()
    model.step()
    assert given == [first, model.last_result]


def book(result: HourResult) -> list[OrderResult]:
    """The orders as they were placed: those of the first stage."""
    return [row for row in result.stages[0].orders if not row.error]


def welfare(result: HourResult) -> int:
    """Value of what was bought less cost of what was sold less line charges, 1e-5 CNY, over all stages."""
    total = 0
    for stage in result.stages:
        total += sum((row.price if row.side == "buy" else -row.price) * row.filled for row in stage.orders)
        total -= sum(flow.wheeling for flow in stage.flows)
    return total


def optimum(result: HourResult, zones: tuple[str, ...], lines: tuple[Line, ...]) -> float:
    """Welfare of an LP with one variable an order and one a line, by an interior-point method: nothing is shared with the solver."""
    orders = book(result)
    sign = np.array([1.0 if row.side == "buy" else -1.0 for row in orders])
    value = np.concatenate([sign * [row.price for row in orders], [-line.charge for line in lines]])
    balance = np.zeros((len(zones), len(orders) + len(lines)))
    for at, row in enumerate(orders):
        balance[zones.index(row.zone), at] = sign[at]
    for at, line in enumerate(lines, len(orders)):
        balance[line.source, at] = 1
        balance[line.target, at] = -(1 - line.loss / 1e6)
    most = [row.quantity for row in orders] + [line.capacity for line in lines]
    solved = linprog(-value, A_eq=balance, b_eq=np.zeros(len(zones)), bounds=[(0, limit) for limit in most], method="highs-ipm")
    assert solved.success, solved.message
    return -float(solved.fun)


@pytest.mark.parametrize("design", ["provincial", "coupled"])
def test_welfare_of_every_hour_equals_the_lp_within_the_emitted_bound(design: str) -> None:
    world = scenario(design)
    lines = world.lines if design == "coupled" else ()
    for result in day(design):
        best = optimum(result, world.zones, lines)
        noise = 1e-9 * abs(best) + 1
        bound = result.stages[0].gap
        assert best - welfare(result) <= bound + noise
        assert welfare(result) - best <= sum(world.cap for line in lines if line.loss) + noise, "rounding alone, under a kWh a lossy line"


def test_welfare_equals_the_lp_exactly_where_lines_lose_nothing() -> None:
    world = scenario("coupled")
    lossless = tuple(replace(line, loss=0) for line in world.lines)
    for result in simulate(replace(world, lines=lossless), 3):
        assert result.stages[0].gap == 0
        assert welfare(result) == round(optimum(result, world.zones, lossless))


def test_provinces_alone_gain_least_and_coupling_gains_most_in_every_hour() -> None:
    for alone, two_stage, coupled in zip(day("provincial"), day("two_stage"), day("coupled"), strict=True):
        slack = sum(max(stage.gap, 0) for result in (two_stage, coupled) for stage in result.stages)
        assert welfare(alone) <= welfare(two_stage) + slack
        assert welfare(two_stage) <= welfare(coupled) + slack


def test_every_design_sees_the_same_orders_until_water_is_used_and_units_run() -> None:
    """What a design sold before changes reservoirs and ramps, and with them what plants offer; what users want stays."""
    for hour, hours in enumerate(zip(day("provincial"), day("two_stage"), day("coupled"), strict=True)):
        placed = [
            sorted((row.order_id, row.side, row.price, row.quantity) for row in book(result) if hour == 0 or row.side == "buy")
            for result in hours
        ]
        assert placed[0] == placed[1] == placed[2]
        assert placed[0]


def test_lines_of_no_capacity_give_the_provincial_outcome() -> None:
    closed = tuple(replace(line, capacity=0) for line in scenario("coupled").lines)
    for alone, coupled in zip(day("provincial"), simulate(replace(scenario("coupled"), lines=closed), 3), strict=False):
        assert coupled.stages[0].prices == alone.stages[0].prices
        assert [(row.order_id, row.filled, row.paid_price) for row in coupled.stages[0].orders] == [
            (row.order_id, row.filled, row.paid_price) for row in alone.stages[0].orders
        ]


def test_unlimited_free_lines_give_one_price() -> None:
    world = scenario("coupled")
    free = tuple(
        Line(source, target, 2**31, 0, 0) for source in range(len(world.zones)) for target in range(len(world.zones)) if source != target
    )
    for result in simulate(replace(world, lines=free), 3):
        assert len(set(result.stages[0].prices.values())) == 1


@pytest.mark.parametrize("design", DESIGNS)
def test_money_sums_to_zero_in_every_hour(design: str) -> None:
    for result in day(design):
        assert sum(entry.money for entry in result.ledger) == 0
        assert sum(entry.energy for entry in result.ledger) == 0


@pytest.mark.parametrize("design", DESIGNS)
def test_energy_balances_in_every_zone_and_hour(design: str) -> None:
    for result in day(design):
        balance: dict[str, int] = defaultdict(int)
        for plant in result.generation:
            balance[plant.zone] += plant.metered
        for user in result.consumption:
            balance[user.zone] -= user.contracted + user.bought
        for stage in result.stages:
            for flow in stage.flows:
                balance[flow.source] -= flow.sent
                balance[flow.target] += flow.received
        assert set(balance.values()) == {0}


@pytest.mark.parametrize("design", DESIGNS)
def test_nobody_trades_worse_than_their_limit(design: str) -> None:
    for result in day(design):
        for stage in result.stages:
            for row in stage.orders:
                if row.filled:
                    assert row.paid_price is not None
                    assert row.paid_price >= row.price if row.side == "sell" else row.paid_price <= row.price


@pytest.mark.parametrize("design", DESIGNS)
def test_reservoirs_stay_within_their_water(design: str) -> None:
    for plant in scenario(design).plants:
        if plant.energy_budget is not None:
            used = sum(row.scheduled for result in day(design) for row in result.generation if row.plant == plant.id)
            offered = sum(row.quantity for result in day(design) for row in book(result) if row.trader == plant.id)
            contracted = sum(row.contracted for result in day(design) for row in result.generation if row.plant == plant.id)
            assert plant.stored > 0
            assert used <= contracted + offered <= plant.stored + plant.energy_budget[0]


@pytest.mark.parametrize("design", DESIGNS)
def test_no_plant_gives_more_than_it_has_or_breaks_its_ramp(design: str) -> None:
    ramps = {plant.id: plant.ramp for plant in scenario(design).plants}
    before: dict[str, int] = {}
    for result in day(design):
        for row in result.generation:
            assert 0 <= row.scheduled <= row.available
            if row.plant in before and row.plant in ramps:
                assert abs(row.scheduled - before[row.plant]) <= ramps[row.plant]
            before[row.plant] = row.scheduled
