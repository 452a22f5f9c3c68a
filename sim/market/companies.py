"""Companies that run plants of their own: what these cost whatever they give, and whose account pays."""

from __future__ import annotations

from collections.abc import Mapping

from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.chain.abi_words import pack_lanes
from shengdian.sim.market.participants import participants
from shengdian.sim.scenario import Scenario


def fixed_costs(scenario: Scenario) -> dict[int, int]:
    """1e-5 of the currency an hour by number of every plant that costs something whatever it gives."""
    number = {person.id: FIRST_NUMBER + place for place, person in enumerate(participants(scenario))}
    return {number[plant.id]: plant.fixed_cost * plant.capacity for plant in scenario.plants if plant.fixed_cost * plant.capacity}


def fixed_cost_words(costs: Mapping[int, int]) -> bytes:
    """As `dispatch` takes them: four a word, the number above 48 bits of cost."""
    return pack_lanes([number << 48 | cost for number, cost in costs.items()], 64)


def company_of(zone: int, lines: bool) -> int:
    """The account of the company that has a zone: that of the first supplier, who comes first, where there are lines."""
    return FIRST_NUMBER + (0 if lines else zone)
