"""Deviation of metered from scheduled energy: what was metered, what regulation is called, and its money as entries of the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import Consumption, Entry, Generation
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.roles import FIRST_NUMBER, AccountName
from shengdian.sim.base.types import Listed, Phase
from shengdian.sim.base.units import U32
from shengdian.sim.chain.abi_words import pack_lanes, unpack_lanes
from shengdian.sim.chain.port import Block, Transaction
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.deployment import ADMITTED_AT_ONCE
from shengdian.sim.scenario import Scenario, carbon_cost, supplier_id
from shengdian.sim.solve.book import Integers

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Metered:
    """An hour after its meters were settled."""

    generation: Rows[Generation]
    consumption: Rows[Consumption]
    entries: Rows[Entry]
    block: Block
    """that settled them"""


class Deviations:
    """The deviation settlement of one market; needs `scenario.deviation`."""

    def __init__(self, scenario: Scenario, market: ChainMarket) -> None:
        assert scenario.deviation is not None, "only where deviations are settled"
        self.scenario, self.market, self.rules = scenario, market, scenario.deviation
        self._number = market.number
        self._ids = ["grid", "rent", *(participant.id for participant in market.participants)]
        self._roles: list[AccountName] = ["grid", "rent", *(participant.role_name for participant in market.participants)]
        zone = {code: index for index, code in enumerate(scenario.zones)}
        self._zone = np.array([-1, -1, *(participant.zone for participant in market.participants)], np.int64)
        self._plants = np.array([self._number[plant.id] for plant in scenario.plants], np.int64)
        self._settles = np.zeros(len(scenario.users), np.int64)
        """number by user of whoever settles its meter: itself, or who buys for it"""
        self.serve({})
        self._user_zone = np.array([zone[user.zone] for user in scenario.users], np.int64)
        self._cost = np.array([plant.cost for plant in scenario.plants], np.int64)
        self._carbon = np.array([carbon_cost(scenario.carbon_price, plant.emission) for plant in scenario.plants], np.int64)
        self._emission = np.array([plant.emission for plant in scenario.plants], np.int64)
        self._lists: list[Listed] = []
        self._capacity = np.array([plant.capacity for plant in scenario.plants], np.int64)

    def serve(self, chosen: Mapping[str, str]) -> None:
        """From now on meters of those who do not trade are settled by their default supplier, or by the retailer in `chosen`, by user."""
        for row, user in enumerate(self.scenario.users):
            self._settles[row] = self._number[chosen.get(user.id, supplier_id(user.zone)) if user.captive else user.id]

    # --- before the first hour --------------------------------------------------------------------------------------------------

    def registration(self, lists: Mapping[str, Listed]) -> list[Transaction]:
        """Admits everyone; every plant lists regulation for the run, with its capacity as the most it may be called for."""
        self._lists = [lists[plant.id] for plant in self.scenario.plants]
        everyone = [self.market.address(participant.id) for participant in self.market.participants]
        batches = [everyone[first : first + ADMITTED_AT_ONCE] for first in range(0, len(everyone), ADMITTED_AT_ONCE)]
        calls = [self.market.operator_call("Deviation", "admit", batch) for batch in batches]
        for plant, listed in zip(self.scenario.plants, self._lists, strict=True):
            what = (listed.up_price, plant.capacity, listed.down_price, plant.capacity)
            calls.append(self.market.call(plant.id, "Deviation", "listRegulation", *what))
        return calls

    # --- the hour ---------------------------------------------------------------------------------------------------------------

    def settle(
        self,
        hour: int,
        generation: Rows[Generation],
        consumption: Rows[Consumption],
        unsold: Mapping[str, int],
        room: Callable[[str, int], int],
        following: Sequence[tuple[Phase, Transaction]] = (),
    ) -> Metered:
        """Reads the meters of `hour`, which was cleared as the rows say, and settles them in one block with the transactions `following`.

        `unsold`: kWh by zone that its supplier took under contract and nobody needs, which is under-use. `room(plant, hour)` is what a
        plant could still give beyond its contract. Raises Reverted where the contract refuses.
        """
        scheduled, uncalled, most = self._given(hour, generation, room)
        planned, wanted = self._taken(hour, consumption)
        up = np.maximum(0, most - uncalled)
        used = self._served(wanted, planned, uncalled - scheduled, up)

        energies = np.zeros((len(self._ids), 2), np.int64)
        energies[self._plants] = -np.column_stack((scheduled, uncalled))
        np.add.at(energies, self._settles, np.column_stack((planned, used)))
        for zone, energy in unsold.items():
            energies[self._number[supplier_id(zone)], 0] += energy
        rooms = np.zeros(len(self._ids), np.int64)
        rooms[self._plants] = up
        words = pack_lanes((energies & U32).ravel(), 32)
        call = self.market.operator_call(
            "Deviation", "settle", hour, self._marginals(energies, uncalled, up), _words(words), _words(pack_lanes(rooms, 32))
        )
        block = self.market.carry_out([("deviation", call), *following], self.market.rules.timetable.last_minute(hour))
        calls, entries = self._decoded(energies, block)
        metered = uncalled - calls[self._plants]
        return Metered(
            self._generation(hour, generation, metered), self._consumption(consumption, used - planned, wanted - planned), entries, block
        )

    def _given(self, hour: int, generation: Rows[Generation], room: Callable[[str, int], int]) -> tuple[Integers, Integers, Integers]:
        """kWh by plant: scheduled, given without being called, and the most that it can give."""
        plants = self.scenario.plants
        scheduled, contracted = (np.asarray(generation.columns[name], np.int64)[: len(plants)] for name in ("scheduled", "contracted"))
        uncalled, most = scheduled.copy(), np.zeros(len(plants), np.int64)
        for row, plant in enumerate(plants):
            can = int(contracted[row]) + room(plant.id, hour)
            if plant.actual and plant.available[hour]:
                uncalled[row] = int(scheduled[row]) * plant.actual[hour] // plant.available[hour]
                can = min(can, plant.actual[hour])
            most[row] = can
        return scheduled, uncalled, most

    def _taken(self, hour: int, consumption: Rows[Consumption]) -> tuple[Integers, Integers]:
        """kWh by user: scheduled, and what it wants instead, in proportion to what it needs."""
        users = self.scenario.users
        planned = sum(np.asarray(consumption.columns[name], np.int64)[: len(users)] for name in ("contracted", "bought"))
        assert not isinstance(planned, int)
        wanted = [
            taken * user.actual[hour] // user.demand[hour] if user.actual and user.demand[hour] else taken
            for user, taken in zip(users, planned.tolist(), strict=True)
        ]
        return planned, np.array(wanted, np.int64)

    def _served(self, wanted: Integers, planned: Integers, over: Integers, up: Integers) -> Integers:
        """kWh by user: what it wants, less what is shed, in proportion, where regulation is not enough for its province."""
        used = wanted.copy()
        plant_zone = self._zone[self._plants]
        for zone in range(len(self.scenario.zones)):
            users = self._user_zone == zone
            missing = int((wanted - planned)[users].sum() - over[plant_zone == zone].sum() - up[plant_zone == zone].sum())
            if missing > 0:
                used[users] -= np.array(largest_remainder(min(missing, int(wanted[users].sum())), wanted[users].tolist()), np.int64)
        return used

    def _marginals(self, energies: Integers, uncalled: Integers, up: Integers) -> list[int]:
        """fen/MWh by zone of the last kWh called."""
        net = np.zeros(len(self.scenario.zones), np.int64)
        np.add.at(net, self._zone[FIRST_NUMBER:], energies[FIRST_NUMBER:, 1] - energies[FIRST_NUMBER:, 0])
        offers: list[list[tuple[int, int]]] = [[] for _ in self.scenario.zones]
        for zone, listed, given, more, most in zip(
            self._zone[self._plants].tolist(), self._lists, uncalled.tolist(), up.tolist(), self._capacity.tolist(), strict=True
        ):
            short = net[zone] > 0
            offers[zone].append((listed.up_price, min(more, most)) if short else (listed.down_price, min(given, most)))
        return [
            marginal(short, in_zone, self.scenario.floor, self.scenario.cap) for short, in_zone in zip(net.tolist(), offers, strict=True)
        ]

    def _decoded(self, energies: Integers, block: Block) -> tuple[Integers, Rows[Entry]]:
        """kWh called by account (taken is positive), and the payments."""
        receipt = block.receipts[0]
        _, words = next(self.market.events("Deviation", receipt, "DeviationsSettled"))
        calls = (unpack_lanes(words["calls"], 32)[: len(self._ids)] ^ 2**31) - 2**31
        money = unpack_lanes(words["amounts"], 64)[: len(self._ids)]
        energy = energies[:, 1] - energies[:, 0] + calls
        some = np.flatnonzero((money != 0) | (energy != 0))
        entries = Rows(
            Entry,
            trader=[self._ids[at] for at in some.tolist()],
            cause=["deviation"] * len(some),
            money=money[some],
            energy=energy[some],
            block=[block.number] * len(some),
            transaction=["0x" + receipt.hash.hex()] * len(some),
            role=[self._roles[at] for at in some.tolist()],
        )
        return calls, entries

    # --- the record -------------------------------------------------------------------------------------------------------------

    def _generation(self, hour: int, rows: Rows[Generation], metered: Integers) -> Rows[Generation]:
        def instead(name: str, values: Integers) -> Integers:
            return np.concatenate((values, np.asarray(rows.columns[name], np.int64)[len(values) :]))

        real = np.array([(plant.actual or plant.available)[hour] for plant in self.scenario.plants], np.int64)
        return _with(
            rows,
            available=instead("available", real),
            metered=instead("metered", metered),
            cost=instead("cost", self._cost * metered),
            emission=instead("emission", self._emission * metered),
            carbon=instead("carbon", self._carbon * metered),
        )

    def _consumption(self, rows: Rows[Consumption], taken: Integers, needed: Integers) -> Rows[Consumption]:
        """What was taken beyond the schedule counts as bought, worth the cap to its user; what was needed beyond it, as demand."""

        def plus(name: str, values: Integers) -> Integers:
            column = np.asarray(rows.columns[name], np.int64).copy()
            column[: len(values)] += values
            return column

        return _with(rows, demand=plus("demand", needed), bought=plus("bought", taken), value=plus("value", self.scenario.cap * taken))


def marginal(net: int, offers: Sequence[tuple[int, int]], floor: int, cap: int) -> int:
    """fen/MWh of the last kWh called for a zone that is short of `net` kWh (negative: has too much); 0 where nothing is called.

    `offers`: price and kWh of every plant in the direction needed, up by rising price, down by falling price. Where they do not suffice,
    the grid gives the rest at `cap` or takes it at `floor`, and that is the last price.
    """
    left = abs(net)
    if not left:
        return 0
    for price, energy in sorted(offers, reverse=net < 0):
        left -= energy
        if left <= 0:
            return price
    return cap if net > 0 else floor


def _with(rows: Rows[Row], **columns: Integers) -> Rows[Row]:
    return Rows(rows.kind, **{**rows.columns, **columns})


def _words(packed: bytes) -> list[int]:
    return [int.from_bytes(packed[at : at + 32], "big") for at in range(0, len(packed), 32)]
