"""What plants gave and users took by their schedules: logs for the energy, the config for everything that is not on the chain."""

from __future__ import annotations

from collections.abc import Mapping

from shengdian.audit.deployment import Broken
from shengdian.audit.market import Market
from shengdian.sim.base.hour_result import Consumption, Generation
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.scenario import EXCHANGE, PlantSpec, UserSpec, supplier_id

Energy = Mapping[int, int]
"""kWh by number"""


def unsold(market: Market, net: Energy, covered: Energy) -> dict[str, int]:
    """kWh by zone of contract energy above the load that the supplier could not sell either; zones without any left out."""
    found = {}
    for zone in market.scenario.zones:
        number = market.number[supplier_id(zone)]
        held = covered.get(number, 0)
        if held and held + net.get(number, 0):
            found[zone] = held + net.get(number, 0)
    return found


def carbon(market: Market, plant: PlantSpec, energy: int) -> int:
    """1e-5 CNY that the plant pays for the emission of `energy` kWh: the price of a tonne by the g of a kWh, in whole fen a MWh."""
    return market.scenario.carbon_price * plant.emission // 1000 * energy


def generation(market: Market, hour: int, net: Energy, contracted: Energy, curtailed: Mapping[str, int]) -> list[Generation]:
    """Plants in the config's order, then fixed imports. `curtailed`: kWh by zone that plants with contracts give less, pro rata."""
    less: dict[str, int] = {}
    for zone, energy in curtailed.items():
        plants = [plant.id for plant in market.scenario.plants if plant.zone == zone]
        weights = [contracted[market.number[plant]] for plant in plants]
        if not 0 <= energy <= sum(weights):
            raise Broken(f"leaves the supplier of {zone} with {energy} kWh, which is not what contracts can give")
        less |= dict(zip(plants, largest_remainder(energy, weights), strict=True))
    rows = []
    for plant in market.scenario.plants:
        number = market.number[plant.id]
        planned, available = contracted[number], plant.available[hour]
        scheduled = planned - net.get(number, 0)
        given = scheduled - less.get(plant.id, 0)
        cost, emission = plant.cost * given, plant.emission * given
        what = (plant.role, plant.supply, carbon(market, plant, given))
        rows.append(Generation(plant.id, plant.zone, plant.tech, available, planned, scheduled, given, cost, emission, *what))
    for each in market.scenario.exchanges:
        if each.imported > 0:
            number = market.number[each.id]
            energy, planned = contracted[number] - net.get(number, 0), contracted[number]
            cost = each.price * energy
            rows.append(Generation(each.id, each.zone, EXCHANGE, each.imported, planned, energy, energy, cost, 0, "exchange", "capacity"))
    return rows


def consumption(market: Market, hour: int, net: Energy, worth: Energy, covered: Energy) -> list[Consumption]:
    """Users in the config's order, then fixed exports."""
    cap, number, supplied = market.scenario.cap, market.number, _supplied(market, hour, net, covered)
    rows = []
    for user in market.scenario.users:
        at = number[user.id]
        contracted = covered.get(at, 0)
        bought = supplied[user.id] if user.captive else net.get(at, 0)
        value = cap * contracted + (cap * bought if user.captive else worth.get(at, 0))
        rows.append(Consumption(user.id, user.zone, user.demand[hour], contracted, bought, value, "user"))
    for each in market.scenario.exchanges:
        if each.exports:
            energy, bought = covered.get(number[each.id], 0), net.get(number[each.id], 0)
            value = each.price * (energy + bought)
            rows.append(Consumption(each.id, each.zone, each.exported(hour), energy, bought, value, "exchange"))
    return rows


def _supplied(market: Market, hour: int, net: Energy, covered: Energy) -> dict[str, int]:
    """kWh of what suppliers and retailers bought, by user that does not trade."""
    found: dict[str, int] = {}
    served: dict[str, list[UserSpec]] = {supplier_id(zone): [] for zone in market.scenario.zones}
    served |= {each.id: [] for each in market.scenario.retailers}
    for user in market.scenario.users:
        if user.captive:
            served[buyer_of(user, market.chosen)].append(user)
    for seller, users in served.items():
        open_ = [user.demand[hour] - covered.get(market.number[user.id], 0) for user in users]
        bought = net.get(market.number[seller], 0)
        if any(need < 0 for need in open_) or (bought > 0 and not any(open_)):
            raise Broken(f"has {seller} buy {bought} kWh, which is not what its users can take")
        found |= {user.id: energy for user, energy in zip(users, largest_remainder(max(bought, 0), open_), strict=True)}
    return found


def buyer_of(user: UserSpec, chosen: Mapping[str, str]) -> str:
    """Who buys for a user that does not trade: the retailer that it chose, or its default supplier."""
    return chosen[user.id] if user.chooses else supplier_id(user.zone)
