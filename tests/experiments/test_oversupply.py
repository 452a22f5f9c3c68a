"""Contracts above a province's load: its supplier offers what is too much at the floor, and what nobody wants is not generated."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from shengdian import agents
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.types import DeviationRules
from shengdian.sim.model import Model
from shengdian.sim.scenario import Scenario

RULE_889 = DeviationRules(1_100_000, 900_000, 900_000, 1_100_000, 0, False, 100_000)


def crowded(design: str, deviation: DeviationRules | None = None) -> Scenario:
    """Sichuan's users need half of what its contracts were made for."""
    world = build_scenario(load_config("six-provinces-day"), design, 1)
    users = tuple(replace(user, demand=tuple(energy // 2 for energy in user.demand)) if user.zone == "SC" else user for user in world.users)
    exchanges = tuple(replace(exchange, imported=0) if exchange.zone == "SC" else exchange for exchange in world.exchanges)
    return replace(world, users=users, exchanges=exchanges, chain="mirror", deviation=deviation)


def first_hours(world: Scenario, hours: int = 2) -> list[HourResult]:
    model = Model(world, agents.build)
    return [model.step_hour() for _ in range(hours)]


def balance(hour: HourResult) -> dict[str, int]:
    """kWh that come from nowhere, by province."""
    found: dict[str, int] = defaultdict(int)
    for plant in hour.generation:
        found[plant.zone] += plant.metered
    for user in hour.consumption:
        found[user.zone] -= user.contracted + user.bought
    for flow in hour.stages[-1].flows:
        found[flow.source] -= flow.sent
        found[flow.target] += flow.received
    return found


@pytest.mark.parametrize("design", ["provincial", "two_stage", "coupled"])
@pytest.mark.parametrize("deviation", [None, RULE_889])
def test_surplus_is_offered_at_the_floor_and_every_province_balances(design: str, deviation: DeviationRules | None) -> None:
    for hour in first_hours(crowded(design, deviation)):
        offer = next(order for order in hour.stages[0].orders if order.trader == "SC_supplier")
        contracts = sum(plant.contracted for plant in hour.generation if plant.zone == "SC")
        load = sum(user.demand for user in hour.consumption if user.zone == "SC")
        assert (offer.side, offer.price, offer.quantity) == ("sell", 0, contracts - load)
        assert set(balance(hour).values()) == {0}
        assert sum(entry.money for entry in hour.ledger) == 0
        assert sum(user.demand - user.contracted - user.bought for user in hour.consumption if user.zone == "SC") == 0


def test_surplus_finds_buyers_over_the_lines() -> None:
    sold = [
        sum(order.filled for order in first_hours(crowded(design), 1)[0].stages[-1].orders if order.trader == "SC_supplier")
        for design in ("provincial", "coupled")
    ]
    assert sold[0] == 0 < sold[1]


def test_what_nobody_wants_is_not_generated_and_settled_as_under_use() -> None:
    hour = first_hours(crowded("provincial", RULE_889), 1)[0]
    generated, scheduled = (
        sum(getattr(plant, name) for plant in hour.generation if plant.zone == "SC") for name in ("metered", "scheduled")
    )
    entry = next(entry for entry in hour.ledger if entry.trader == "SC_supplier" and entry.cause == "deviation")
    assert generated - scheduled == entry.energy < 0
    assert entry.money >= 0


def test_agreements_hold_no_deal_of_a_supplier_with_itself() -> None:
    hour = first_hours(crowded("provincial"), 1)[0]
    assert all(agreement.seller != agreement.buyer for agreement in hour.agreements)
