"""Who takes part in a market: what the registry knows of everyone."""

from __future__ import annotations

from dataclasses import dataclass

from shengdian.sim.base.roles import ROLE_NAMES, Role, RoleName
from shengdian.sim.market.offer_caps import offer_cap
from shengdian.sim.scenario import Scenario, supplier_id

OPERATOR = "operator"
"""account name of the market operator"""


@dataclass(frozen=True, slots=True)
class Participant:
    """Someone who is enrolled in the registry."""

    id: str
    role: Role
    zone: int
    """index of the zone"""
    trades: bool = True
    """whether it is admitted to the auction; those who are come first"""
    renewable: bool = False
    """whether it gives wind, sun or water"""
    audited: int | None = None
    """fen/MWh that it may ask at most; None where no audit holds it"""
    called: RoleName | None = None
    """its role in tables, where that is another: what other provinces send is a plant in the registry, storage an exchange, a
    retailer a supplier"""

    @property
    def role_name(self) -> RoleName:
        """Its role as tables have it."""
        return self.called or ROLE_NAMES[self.role]


def participants(scenario: Scenario) -> tuple[Participant, ...]:
    """Everyone in the registry, in order of number: those who trade first (suppliers, plants, users, storages, retailers), then captive
    users and exchanges.

    Exchanges trade, after the storages, where contracts are financial: all energy is then cleared in the hour.
    """
    zone = {code: index for index, code in enumerate(scenario.zones)}
    trade = scenario.contract_form == "financial"
    exchanges = tuple(Participant(each.id, Role.EXCHANGE, zone[each.zone], trades=trade) for each in scenario.exchanges)
    return (
        *(Participant(supplier_id(code), Role.SUPPLIER, index) for code, index in zone.items()),
        *(
            Participant(
                plant.id,
                Role.PLANT,
                zone[plant.zone],
                renewable=plant.renewable,
                audited=offer_cap(scenario, plant),
                called=plant.role,
            )
            for plant in scenario.plants
        ),
        *(Participant(user.id, Role.USER, zone[user.zone]) for user in scenario.users if not user.captive),
        *(Participant(storage.id, Role.EXCHANGE, zone[storage.zone], called="storage") for storage in scenario.storages),
        *(Participant(each.id, Role.SUPPLIER, zone[each.zone], called="retailer") for each in scenario.retailers),
        *(exchanges if trade else ()),
        *(Participant(user.id, Role.USER, zone[user.zone], trades=False) for user in scenario.users if user.captive),
        *(() if trade else exchanges),
    )
