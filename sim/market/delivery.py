"""What plants gave and users took in an hour: contracts and what was cleared, as rows of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from shengdian.sim.base.columns import Rows, TextColumn
from shengdian.sim.base.hour_result import Consumption, Generation
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.outcome import Cleared
from shengdian.sim.scenario import EXCHANGE, Scenario, UserSpec, carbon_cost, supplier_id
from shengdian.sim.solve.book import Integers


class Accounts:
    """Knows the scenario's plants, users and exchanges as columns; nothing here changes from hour to hour."""

    def __init__(self, scenario: Scenario, market: ChainMarket) -> None:
        self.scenario = scenario
        self.plants = [plant.id for plant in scenario.plants]
        self.served: dict[str, Sequence[UserSpec]] = {}
        """users by supplier or retailer that buys for them"""
        self.serve({})
        self._demand = np.array([user.demand for user in scenario.users], np.int64).reshape(len(scenario.users), -1)
        zone = {code: index for index, code in enumerate(scenario.zones)}
        self.load = np.zeros((len(zone), scenario.hours), np.int64)
        """kWh by zone and hour of the run"""
        np.add.at(self.load, [zone[user.zone] for user in scenario.users], self._demand)

        trader_index = {trader.id: index for index, trader in enumerate(market.traders)}
        self._supplier_index = {code: trader_index[supplier_id(code)] for code in scenario.zones}
        self._index = trader_index
        self._plant_index = np.array([trader_index[plant.id] for plant in scenario.plants], np.int64)
        self._user_index = np.array([trader_index.get(user.id, -1) for user in scenario.users], np.int64)
        """index among those who trade; -1 for captive users"""
        self._row = {user.id: row for row, user in enumerate(scenario.users)}

        self._trade = scenario.contract_form == "financial"
        self._imports = [exchange for exchange in scenario.exchanges if exchange.imported > 0]
        self._exports = [exchange for exchange in scenario.exchanges if exchange.exports]
        self._import_index, self._export_index = (
            np.array([trader_index.get(each.id, -1) for each in some], np.int64) for some in (self._imports, self._exports)
        )
        """index among those who trade; -1 where what is planned is delivered"""
        self._sources = _words([plant.id for plant in scenario.plants] + [exchange.id for exchange in self._imports])
        self._source_zone = _words([plant.zone for plant in scenario.plants] + [exchange.zone for exchange in self._imports])
        self._source_tech = _words([plant.tech for plant in scenario.plants] + [EXCHANGE] * len(self._imports))
        self._source_role = _words([plant.role for plant in scenario.plants] + ["exchange"] * len(self._imports))
        self._source_supply = _words([plant.supply for plant in scenario.plants] + ["capacity"] * len(self._imports))
        self._takers = _words([user.id for user in scenario.users] + [exchange.id for exchange in self._exports])
        self._taker_zone = _words([user.zone for user in scenario.users] + [exchange.zone for exchange in self._exports])
        self._taker_role = _words(["user"] * len(scenario.users) + ["exchange"] * len(self._exports))
        self._available = np.array([plant.available for plant in scenario.plants], np.int64).reshape(len(scenario.plants), -1)
        self._cost = np.array([plant.cost for plant in scenario.plants], np.int64)
        self._carbon = np.array([carbon_cost(scenario.carbon_price, plant.emission) for plant in scenario.plants], np.int64)
        self._emission = np.array([plant.emission for plant in scenario.plants], np.int64)

    def serve(self, chosen: Mapping[str, str]) -> None:
        """From now on everybody who does not trade is served by its default supplier, or by the retailer that it chose, by user."""
        self.served = serving(self.scenario, chosen)

    def scheduled(self, cleared: Cleared, contracts: Integers) -> Integers:
        """kWh that plants deliver in the hour, in the scenario's order; `contracts` is kWh under contract, both of shape (plant,)."""
        return contracts - cleared.net[self._plant_index]

    def unsold(self, cleared: Cleared, covered: Mapping[str, int]) -> dict[str, int]:
        """kWh of contract energy above the load that the supplier could not sell either, by zone; zones without any left out."""
        held = {zone: covered.get(supplier_id(zone), 0) + int(cleared.net[index]) for zone, index in self._supplier_index.items()}
        return {zone: energy for zone, energy in held.items() if covered.get(supplier_id(zone)) and energy}

    def generation(self, hour: int, cleared: Cleared, contracts: Integers, curtailed: Mapping[str, int]) -> Rows[Generation]:
        """Plants in the scenario's order, then fixed imports: where these trade, what they sold.

        `curtailed`: kWh by zone that plants with contracts give less, pro rata.
        """
        scheduled, imports = self.scheduled(cleared, contracts), self._imports
        metered = scheduled
        for zone, energy in curtailed.items():
            rows = [row for row, plant in enumerate(self.scenario.plants) if plant.zone == zone]
            metered = metered.copy()
            metered[rows] -= np.array(largest_remainder(energy, contracts[rows].tolist()), np.int64)
        flat = [exchange.imported for exchange in imports]
        given = (-cleared.net[self._import_index]).tolist() if self._trade else flat
        return Rows(
            Generation,
            plant=self._sources,
            zone=self._source_zone,
            tech=self._source_tech,
            available=_with(self._available[:, hour], flat),
            contracted=_with(contracts, [0] * len(imports) if self._trade else flat),
            scheduled=_with(scheduled, given),
            metered=_with(metered, given),
            cost=_with(self._cost * metered, [exchange.price * energy for exchange, energy in zip(imports, given, strict=True)]),
            emission=_with(self._emission * metered, [0] * len(imports)),
            role=self._source_role,
            supply=self._source_supply,
            carbon=_with(self._carbon * metered, [0] * len(imports)),
        )

    def consumption(self, hour: int, cleared: Cleared, covered: Mapping[str, int]) -> Rows[Consumption]:
        """Users in the scenario's order, then fixed exports; `covered` is kWh of contract energy by user.

        Contract energy is worth the cap to its user, energy bought is worth what was bid for it (users bid what it is worth).
        """
        cap, users, exports = self.scenario.cap, self.scenario.users, self._exports
        demand = self._demand[:, hour]
        contracted = np.array([covered[user.id] for user in users], np.int64)
        bought, worth = cleared.net[self._user_index], cleared.worth[self._user_index]
        for seller, served in self.served.items():
            rows = [self._row[user.id] for user in served]
            bought[rows] = self._split(cleared, seller, served, (demand - contracted)[rows].tolist())
            worth[rows] = cap * bought[rows]
        flat = [exchange.exported(hour) for exchange in exports]
        got = cleared.net[self._export_index].tolist() if self._trade else flat
        none = [0] * len(exports)
        return Rows(
            Consumption,
            user=self._takers,
            zone=self._taker_zone,
            demand=_with(demand, flat),
            contracted=_with(contracted, none if self._trade else flat),
            bought=_with(bought, got if self._trade else none),
            value=_with(cap * contracted + worth, [exchange.price * energy for exchange, energy in zip(exports, got, strict=True)]),
            role=self._taker_role,
        )

    def _split(self, cleared: Cleared, seller: str, served: Sequence[UserSpec], uncovered: Sequence[int]) -> Sequence[int]:
        """kWh of what a supplier or retailer bought, by user that it serves."""
        supplied = max(0, int(cleared.net[self._index[seller]]))  # a supplier sells where contracts exceed the load
        return largest_remainder(supplied, uncovered) if served or supplied else ()


def serving(scenario: Scenario, chosen: Mapping[str, str]) -> dict[str, Sequence[UserSpec]]:
    """Users by who buys for them: by default supplier in the order of zones, then by retailer; `chosen` is the retailer by user."""
    sellers = [*map(supplier_id, scenario.zones), *(each.id for each in scenario.retailers)]
    found: dict[str, list[UserSpec]] = {seller: [] for seller in sellers}
    for user in scenario.users:
        if user.captive:
            found[chosen.get(user.id) or supplier_id(user.zone)].append(user)
    return {**found}


def _words(text: Sequence[str]) -> TextColumn:
    words = tuple(dict.fromkeys(text))
    return TextColumn(words, np.array([words.index(word) for word in text], np.int64))


def _with(values: Integers, more: Sequence[int]) -> Integers:
    return np.concatenate((values, np.array(more, np.int64)))
