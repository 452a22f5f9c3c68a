"""Who is in the registry of a scenario."""

from __future__ import annotations

from sim.market import Participant, Role
from sim.scenario import Scenario, supplier_id


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
