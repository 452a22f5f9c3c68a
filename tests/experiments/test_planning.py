"""Contract energy of the real provinces: met exactly, rolled when a plant fails, passed on to users."""

from dataclasses import replace
from typing import Any

import pytest

from shengdian.experiments.config.loading import load_config
from shengdian.experiments.scenario import build_scenario
from shengdian.sim.base.errors import InputError
from shengdian.sim.market.planning import Planning
from shengdian.sim.scenario import PlantSpec, Scenario

NO_MARKET: Any = None
"""what is planned needs none"""


def day() -> Scenario:
    return build_scenario(load_config("six-provinces-day"), "provincial", 1)


def with_outage(scenario: Scenario, plant: str, first: int, last: int, share: float) -> Scenario:
    """The plant has only `share` of what was forecast in hours `first` to `last`."""

    def fail(spec: PlantSpec) -> PlantSpec:
        left = (int(energy * share) if first <= hour <= last else energy for hour, energy in enumerate(spec.forecast))
        return replace(spec, available=tuple(left)) if spec.id == plant else spec

    return replace(scenario, plants=tuple(fail(spec) for spec in scenario.plants))


def test_contracts_of_the_day_are_met_exactly_and_leave_a_fifth_of_net_load() -> None:
    scenario = day()
    planning = Planning(scenario, NO_MARKET)
    plans = planning.begin_hour(0)
    for zone in scenario.zones:
        assert {plant.status for plant in plans[zone].plants} == {"ok"}
        net_load = sum(planning.net_load(zone, 0))
        assert plans[zone].bidding_energy == net_load - net_load * 800_000 // 1_000_000
    for plant in scenario.plants:
        assert sum(planning.day(plant.id)) == plant.contractible[0]


def test_nothing_is_rolled_while_forecasts_hold() -> None:
    planning = Planning(day(), NO_MARKET)
    assert [len(planning.begin_hour(hour)) for hour in range(24)] == [6] + [0] * 23


def test_outage_rolls_its_province_and_the_contract_is_still_met() -> None:
    failing = "GD_coal_600_1"
    scenario = with_outage(day(), failing, 10, 12, 0.6)
    planning = Planning(scenario, NO_MARKET)
    rolled = {hour: list(planning.begin_hour(hour)) for hour in range(10)}
    before = planning.day(failing)
    rolled |= {hour: list(planning.begin_hour(hour)) for hour in range(10, 24)}
    after = planning.day(failing)
    assert {hour: zones for hour, zones in rolled.items() if zones} == {0: list(scenario.zones), 10: ["GD"]}
    assert after[:10] == before[:10]
    plant = next(spec for spec in scenario.plants if spec.id == failing)
    assert all(energy <= plant.available[hour] for hour, energy in enumerate(after))
    assert sum(after) == plant.contractible[0]


def test_every_kilowatt_hour_of_contract_energy_finds_its_user() -> None:
    scenario = day()
    planning = Planning(scenario, NO_MARKET)
    planning.begin_hour(0)
    for hour in (0, 12, 23):
        covered = planning.covered(hour)
        for zone in scenario.zones:
            sold = sum(planning.contract(plant.id, hour) for plant in scenario.plants if plant.zone == zone)
            taken = sum(covered[user.id] for user in scenario.users if user.zone == zone)
            assert sold + scenario.net_import(zone, hour) == taken
        assert all(covered[user.id] <= user.demand[hour] for user in scenario.users)


def test_fixed_imports_above_the_load_are_refused_with_a_sentence() -> None:
    scenario = day()
    flooded = tuple(replace(exchange, imported=10**9) if exchange.zone == "GD" else exchange for exchange in scenario.exchanges)
    planning = Planning(replace(scenario, exchanges=flooded), NO_MARKET)
    planning.begin_hour(0)
    with pytest.raises(InputError, match=r"province GD has \d+ kWh of contract energy"):
        planning.covered(0)
