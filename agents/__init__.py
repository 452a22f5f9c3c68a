"""Who decides: provinces, plants and users. They see plain values and never a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shengdian.sim.scenario import Scenario

if TYPE_CHECKING:
    import mesa

    from shengdian.agents.society import Society


def build(model: mesa.Model, scenario: Scenario) -> Society:
    """Every agent of a scenario: provinces in the order of zones, then plants, then users, each in the scenario's order.

    Exchanges come last, where contracts are financial: what they plan is then bought and sold in the hour.
    """
    # a config is checked with agents.strategies alone; mesa takes a second to load
    from shengdian.agents.owner import join
    from shengdian.agents.planned_exchange import PlannedExchange, PlannedSource
    from shengdian.agents.plant import PowerPlant
    from shengdian.agents.province import Province
    from shengdian.agents.society import Society
    from shengdian.agents.user import User

    users = {zone: [user for user in scenario.users if user.zone == zone] for zone in scenario.zones}
    net_load = {
        zone: [sum(user.demand[hour] for user in consumers) - scenario.net_import(zone, hour) for hour in range(scenario.hours)]
        for zone, consumers in users.items()
    }
    provinces = [Province(model, zone, consumers) for zone, consumers in users.items()]
    own = scenario.code_folder
    trades = scenario.contract_form == "financial"
    plants = [
        (PlannedSource if trades and spec.role == "exchange" else PowerPlant)(model, scenario.seed, spec, net_load[spec.zone], own)
        for spec in scenario.plants
    ]
    join(plants)
    consumers = [User(model, scenario.seed, spec, own) for spec in scenario.users]
    return Society([*provinces, *plants, *consumers, *(PlannedExchange(model, spec) for spec in scenario.exchanges if trades)])
