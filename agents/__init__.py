"""Who decides: provinces, plants and users. They see plain values and never a chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shengdian.sim.scenario import PlantSpec, Scenario

if TYPE_CHECKING:
    import mesa

    from shengdian.agents.society import Society


def build(model: mesa.Model, scenario: Scenario) -> Society:
    """Every agent of a scenario: provinces in the order of zones, then plants, users, storages and retailers, each in the scenario's order.

    Exchanges come last, where contracts are financial: what they plan is then bought and sold in the hour.
    """
    # a config is checked with agents.strategies alone; mesa takes a second to load
    from shengdian.agents.owner import join
    from shengdian.agents.planned_exchange import PlannedExchange, PlannedSource
    from shengdian.agents.plant import PowerPlant
    from shengdian.agents.province import Province
    from shengdian.agents.retailer import Retailer
    from shengdian.agents.society import Society
    from shengdian.agents.storage import Storage
    from shengdian.agents.user import User
    from shengdian.sim.market.offer_caps import offer_cap

    users = {zone: [user for user in scenario.users if user.zone == zone] for zone in scenario.zones}
    net_load = {
        zone: [sum(user.demand[hour] for user in consumers) - scenario.net_import(zone, hour) for hour in range(scenario.hours)]
        for zone, consumers in users.items()
    }
    provinces = [Province(model, zone, consumers) for zone, consumers in users.items()]
    own = scenario.code_folder
    trades = scenario.contract_form == "financial"
    plants = [
        PlannedSource(model, scenario.seed, spec, net_load[spec.zone], own)
        if trades and spec.role == "exchange"
        else PowerPlant(model, scenario.seed, spec, net_load[spec.zone], own, _asked(scenario, spec))
        for spec in scenario.plants
    ]
    join(plants)
    consumers = [User(model, scenario.seed, spec, own) for spec in scenario.users]
    storages = [
        Storage(model, scenario.seed, spec, _beyond_profiles(scenario, spec.zone, net_load[spec.zone]), own) for spec in scenario.storages
    ]
    for agent in (*plants, *consumers, *storages):
        agent.me = replace(agent.me, day=scenario.day)
    for spec, plant in zip(scenario.plants, plants, strict=True):
        plant.me = replace(plant.me, audited=offer_cap(scenario, spec))
    retailers = [Retailer(model, spec, [user for user in users[spec.zone] if user.chooses]) for spec in scenario.retailers]
    return Society(
        [*provinces, *plants, *consumers, *storages, *retailers, *(PlannedExchange(model, spec) for spec in scenario.exchanges if trades)]
    )


def _asked(scenario: Scenario, plant: PlantSpec) -> int:
    """fen/MWh that a plant of the region asks for the wires on top of its cost."""
    due = scenario.charges
    return due.of("generation", plant.zone) if due and due.asked and plant.role == "plant" else 0


def _beyond_profiles(scenario: Scenario, zone: str, net_load: Sequence[int]) -> list[int]:
    """kWh by hour of the run of `net_load` beyond what the zone's plants with a profile are expected to give."""
    free = [plant for plant in scenario.plants if plant.zone == zone and plant.supply == "profile"]
    return [load - sum(plant.forecast[hour] for plant in free) for hour, load in enumerate(net_load)]
