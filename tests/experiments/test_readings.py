"""The readings of surplus and deficit on the headline day: welfare of the same truthful orders, hour by hour, under every design.

Reservoirs that carry water over make an hour's orders depend on what was sold before. So the law is about one book: the orders that stood
in the run of the default reading, cleared under each design in turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from shengdian import Model
from shengdian.sim.base.types import READINGS
from shengdian.sim.solve.book import Book, welfare
from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.clearing import solve, solve_two_stage
from shengdian.sim.solve.regional_book import firm_exports, flexible_book, kept

DESIGNS = ("provincial", *READINGS, "coupled")
"""each gains no more than the next one"""
WORLDS: Mapping[str, Mapping[str, Any]] = {
    "flat exchange, water lost at midnight": {
        "contracts.priority": "equal",
        "water.carry_over": False,
        "region.exchange": "fixed",
        "region.residual_share": 0.30,
        "region.minimum_output": "technology",
    },
    "exchange by month, water carried over": {
        "contracts.priority": "renewable_first",
        "water.carry_over": True,
        "region.exchange": "monthly",
        "region.residual_share": "monthly",
        "region.minimum_output": "seasonal",
    },
}


@cache
def gains(world: str) -> tuple[dict[str, tuple[int, int]], ...]:
    """By hour and design: welfare of the hour's orders less line charges, and how much less than the most it may be; 1e-5 CNY."""
    model = Model("six-provinces-day", WORLDS[world], design="two_stage, renewable", seed=1, chain="mirror")
    renewable = {plant.id for plant in model.scenario.plants if plant.renewable}
    found = []
    for hour in range(model.scenario.hours):
        placed = [row for row in model.step_hour().stages[0].orders if not row.error]
        zones = model.scenario.zones
        book = Book.of([(zones.index(row.zone), row.side == "sell", row.price, row.quantity) for row in placed])
        book = replace(book, renewable=np.array([row.trader in renewable for row in placed]))
        rules = model.market.rules.at(hour)
        alone = certify(book, replace(rules, lines=()), solve(book, replace(rules, lines=()), 0), 0)
        together = certify(book, rules, solve(book, rules, 0), 0)
        here = {"provincial": (welfare(book, alone.fills), max(alone.gap, 0))}
        for reading in READINGS:
            _, regional, first = solve_two_stage(book, rules, reading, 0)
            second = certify(flexible_book(book, first, reading), rules, regional, 0, firm_exports(book, first, reading, rules.zones))
            here[reading] = welfare(book, second.fills + kept(book, first, reading)) - sum(second.charges), max(second.gap, 0)
        here["coupled"] = welfare(book, together.fills) - sum(together.charges), max(together.gap, 0)
        found.append(here)
    return tuple(found)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(("less", "more"), list(pairwise(DESIGNS)))
def test_every_design_gains_no_less_than_the_one_before_in_every_hour(world: str, less: str, more: str) -> None:
    """That `renewable` gains no less than `physical` is so on this day; no rule says it. The other inequalities follow from the rules."""
    for hour in gains(world):
        assert hour[less][0] <= hour[more][0] + hour[more][1]


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(("less", "more"), [("provincial", "physical"), ("physical", "renewable"), ("renewable", "economic")])
def test_readings_differ_by_more_than_rounding_somewhere_on_the_day(world: str, less: str, more: str) -> None:
    assert any(hour[more][0] - hour[less][0] > 10**9 for hour in gains(world))  # 10,000 CNY


@pytest.mark.parametrize("world", WORLDS)
def test_the_economic_reading_is_the_coupled_auction_on_the_headline_day(world: str) -> None:
    """A consequence of the rule: its second stage is the coupled problem with purchases firm that the coupled auction keeps, too."""
    for hour in gains(world):
        assert hour["coupled"][0] == hour["economic"][0]
