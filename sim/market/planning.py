"""Contract energy of every province: allocated at the start of a day, rolled when something changes, passed on to users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shengdian.sim.base.columns import OptionalColumn, Rows, TextColumn, same
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import Agreement, AllocationRow, DifferencePayment, Entry
from shengdian.sim.base.pro_rata import largest_remainder
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.base.types import Cause
from shengdian.sim.base.units import NO_PRICE
from shengdian.sim.chain.abi_words import join_words, pack_lanes, unpack_lanes
from shengdian.sim.chain.port import Block, Receipt, Transaction
from shengdian.sim.market.chain_market import ChainMarket
from shengdian.sim.market.participants import participants
from shengdian.sim.scenario import PlantSpec, Scenario, UserSpec, supplier_id
from shengdian.sim.solve.allocation import Plan, PlantCase, allocate
from shengdian.sim.solve.book import Integers
from shengdian.sim.twins.allocation_words import (
    PURCHASE_BITS,
    Terms,
    allocate_arguments,
    purchase_lane,
    purchase_of,
    seller_lanes,
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What the contract energy of an hour came to."""

    agreements: Rows[Agreement]
    entries: Rows[Entry]
    """of cause `agreement` where it is delivered, `difference` where it is not"""
    differences: Sequence[DifferencePayment] = ()
    """none where it is delivered"""


class Planning:
    """What is planned, in kWh. Sellers of a province are its plants, in the scenario's order, and then its fixed import, if any."""

    def __init__(self, scenario: Scenario, market: ChainMarket) -> None:
        self.scenario, self.market = scenario, market
        self._delivers = scenario.contract_form == "physical"
        self.plans: dict[str, Plan] = {}
        """the plan in force by zone, for the day that `begin_hour` was last called in"""
        self._exporting = [exchange for exchange in scenario.exchanges if exchange.exports]
        self._imports = {exchange.zone: (exchange,) for exchange in scenario.exchanges if exchange.imported > 0}
        self._plants = {zone: [plant for plant in scenario.plants if plant.zone == zone] for zone in scenario.zones}
        self._users = {zone: [user for user in scenario.users if user.zone == zone] for zone in scenario.zones}
        self._net_load = {zone: self._less_imports(zone, users) for zone, users in self._users.items()}
        self._counted_on: dict[str, tuple[int, ...]] = {}
        """kWh by hour of the day that the plan in force counts on, by plant"""
        self._last: dict[str, int] = {}
        """kWh that each plant put out, or had under financial contract, in the hour before; before hour 0, whatever suits its day"""
        self._hours: dict[str, tuple[int, ...]] = {}
        self._status: dict[str, str] = {}
        self._cases: dict[str, list[PlantCase]] = {}
        self._zone = {zone: index for index, zone in enumerate(scenario.zones)}
        self._unsure = {zone: [plant for plant in plants if plant.available != plant.forecast] for zone, plants in self._plants.items()}
        """plants by zone that can be other than forecast"""
        self._plant_zone = np.array([self._zone[plant.zone] for plant in scenario.plants], np.int64)
        every = np.arange(len(scenario.plants))
        self._plant_ids = TextColumn(tuple(plant.id for plant in scenario.plants), every)
        self._day = np.zeros((len(scenario.plants), scenario.day), np.int64)
        """kWh under contract by plant, in the scenario's order, and hour of the day in force"""
        sellers = [seller for zone in scenario.zones for seller in (*self._plants[zone], *self._imports.get(zone, ()))]
        self._seller_zone = np.array([self._zone[seller.zone] for seller in sellers], np.int64)
        self._seller_price = np.array(
            [seller.contract_price if isinstance(seller, PlantSpec) else seller.price for seller in sellers], np.int64
        )
        everybody = participants(scenario)
        self._parties, self._party_roles = tuple(each.id for each in everybody), tuple(each.role_name for each in everybody)
        self._planned = tuple(f"planned/{party}" for party in self._parties)
        self._seller_party = np.array([self._parties.index(seller.id) for seller in sellers], np.int64)
        self._supplier_party = np.array([self._parties.index(supplier_id(zone)) for zone in scenario.zones], np.int64)
        self._seller_lane = seller_lanes([len(self._plants[zone]) + len(self._imports.get(zone, ())) for zone in scenario.zones])

    @property
    def _contract(self) -> str:
        """Name of the contract that is told."""
        return self.market.rules.allocation

    # --- what the chain is told -----------------------------------------------------------------------------------------------

    def registration(self) -> list[Transaction]:
        """Names the default suppliers, and the sellers of every province with their terms."""
        imports = [exchange for exchange in self.scenario.exchanges if exchange.imported > 0]
        sellers = [plant.id for plant in self.scenario.plants] + [exchange.id for exchange in imports]
        terms = [Terms(plant.capacity, plant.minimum, plant.ramp, plant.contract_price) for plant in self.scenario.plants]
        terms += [Terms(exchange.imported, exchange.imported, 0, exchange.price) for exchange in imports]
        suppliers = [self.market.address(supplier_id(zone)) for zone in self.scenario.zones]
        addresses = [self.market.address(seller) for seller in sellers]
        return [
            self.market.operator_call(self._contract, "setSuppliers", suppliers),
            self.market.operator_call(self._contract, "setTerms", addresses, [seller_terms.word() for seller_terms in terms]),
        ]

    def transactions(self, hour: int, plans: Mapping[str, Plan]) -> list[Transaction]:
        """The allocations that `begin_hour` gave, one transaction a province."""
        day, now = divmod(hour, self.scenario.day)
        reading, share = self.scenario.reading, self.scenario.contract_share
        calls = []
        for zone, plan in plans.items():
            load = self.net_load(zone, hour - now)
            told, *lists = allocate_arguments(plan, self._cases[zone], load, self._zone[zone], day, reading, share, now)
            calls.append(self.market.packed_call(self._contract, "allocate", *told, *map(join_words, lists)))
        return calls

    def settlement(self, hour: int, covered: Mapping[str, int]) -> Transaction:
        """Pays the hour's contract energy; `covered` is kWh by buyer."""
        number, zone_of = self.market.number, self.market.zone_of
        purchases = [purchase_lane(zone_of[buyer], number[buyer], energy) for buyer, energy in covered.items() if energy]
        return self.market.packed_call(self._contract, "settle", hour, pack_lanes(purchases, PURCHASE_BITS))

    def settled(self, receipt: Receipt, block: Block) -> Settled:
        """What the settling transaction says: the agreements of the hour and what they pay."""
        _, words = next(self.market.events(self._contract, receipt, "AgreementsSettled"))
        sold = unpack_lanes(words["contracts"], 32)[self._seller_lane]
        selling = np.flatnonzero(sold)
        bought = unpack_lanes(words["purchases"], PURCHASE_BITS)
        buyer_zone, number, energy = purchase_of(bought[bought & 0xFFFFFFFF > 0])
        paid = unpack_lanes(words["prices"], 64)[::4][buyer_zone]
        paid[paid == NO_PRICE] = 0

        price = np.concatenate((self._seller_price[selling], paid))
        quantity = np.concatenate((sold[selling], energy))
        zone = np.concatenate((self._seller_zone[selling], buyer_zone))
        reference = None if self._delivers else self._references(receipt)[zone]
        money = price * quantity if reference is None else np.where(reference == NO_PRICE, 0, price - reference) * quantity
        money[len(selling) :] *= -1
        rest = np.zeros(len(self._supplier_party), np.int64)
        np.subtract.at(rest, zone, money)
        kept = np.flatnonzero(rest)

        parties = np.concatenate((self._seller_party[selling], number - FIRST_NUMBER))
        suppliers = self._supplier_party[zone]
        agreed = np.flatnonzero(parties != suppliers)  # what is above the load stays with the supplier
        who, whose, where = parties[agreed], suppliers[agreed], TextColumn(self.scenario.zones, zone[agreed])
        sells = agreed < len(selling)
        agreements = Rows(
            Agreement,
            id=TextColumn(self._planned, who),
            mechanism=same("planned", len(agreed)),
            seller=TextColumn(self._parties, np.where(sells, who, whose)),
            buyer=TextColumn(self._parties, np.where(sells, whose, who)),
            seller_zone=where,
            buyer_zone=where,
            price=price[agreed],
            quantity=quantity[agreed],
        )
        paid_to = np.concatenate((parties, self._supplier_party[kept]))
        paid = np.concatenate((money, rest[kept]))
        moved = np.concatenate((-sold[selling], energy, np.zeros(len(kept), np.int64)))
        if reference is None:
            return Settled(agreements, self._entries("agreement", paid_to, paid, moved, receipt, block))
        some = np.flatnonzero(paid)
        differences = Rows(
            DifferencePayment,
            trader=TextColumn(self._parties, parties),
            zone=TextColumn(self.scenario.zones, zone),
            side=TextColumn(("buy", "sell"), (np.arange(len(parties)) < len(selling)).astype(np.int64)),
            quantity=quantity,
            agreed=price,
            reference=OptionalColumn(reference, reference == NO_PRICE),
            money=money,
            role=TextColumn(self._party_roles, parties),
        )
        entries = self._entries("difference", paid_to[some], paid[some], np.zeros(len(some), np.int64), receipt, block)
        return Settled(agreements, entries, differences)

    def _references(self, receipt: Receipt) -> Integers:
        """fen/MWh by zone that the hour's contracts are settled against; NO_PRICE where there is none."""
        _, words = next(self.market.events(self._contract, receipt, "DifferencesSettled"))
        return unpack_lanes(words["prices"], 64)[::4]

    def _entries(self, cause: Cause, who: Integers, money: Integers, energy: Integers, receipt: Receipt, block: Block) -> Rows[Entry]:
        """Payments to parties by number in the list of them."""
        return Rows(
            Entry,
            trader=TextColumn(self._parties, who),
            cause=same(cause, len(who)),
            money=money,
            energy=energy,
            block=np.full(len(who), block.number),
            transaction=same("0x" + receipt.hash.hex(), len(who)),
            role=TextColumn(self._party_roles, who),
        )

    # --- what is planned ------------------------------------------------------------------------------------------------------

    def begin_hour(self, hour: int) -> dict[str, Plan]:
        """Allocates at the start of a day and again where an availability is not what the plan counts on; gives the new plans by zone."""
        fresh = {}
        for zone in self.scenario.zones:
            if hour % self.scenario.day == 0 or any(self._surprised(plant, hour) for plant in self._unsure[zone]):
                fresh[zone] = self.plans[zone] = self._plan(zone, hour)
                for plant, planned in zip(self._plants[zone], fresh[zone].plants, strict=True):
                    self._hours[plant.id], self._status[plant.id] = planned.hours, planned.status
        if fresh:
            for row, plant in enumerate(self.scenario.plants):
                self._day[row, : len(self._hours[plant.id])] = self._hours[plant.id]
        return fresh

    def _surprised(self, plant: PlantSpec, hour: int) -> bool:
        return plant.available[hour] != self._counted_on[plant.id][hour % self.scenario.day]

    def _plan(self, zone: str, hour: int) -> Plan:
        begin, now = hour - hour % self.scenario.day, hour % self.scenario.day
        cases = [self._case(plant, begin, now) for plant in self._plants[zone]]
        self._cases[zone] = cases
        return allocate(self.net_load(zone, begin), cases, self.scenario.reading, self.scenario.contract_share, now)

    def _less_imports(self, zone: str, users: Sequence[UserSpec]) -> list[int]:
        load = np.sum([user.demand for user in users], axis=0) if users else np.zeros(self.scenario.hours, np.int64)
        imported = [self.scenario.net_import(zone, hour) for hour in range(self.scenario.hours)]
        return [max(int(energy) - brought, 0) for energy, brought in zip(load[: self.scenario.hours].tolist(), imported, strict=True)]

    def net_load(self, zone: str, begin: int) -> list[int]:
        """kWh by hour of the day that begins at hour `begin`: load less fixed import. The last day of a run may be short."""
        return self._net_load[zone][begin : begin + self.scenario.day]

    def _case(self, plant: PlantSpec, begin: int, now: int) -> PlantCase:
        """What is known of the plant at hour `now` of the day: the forecast; from the hour of a surprise on, what really is available."""
        if now == 0:
            counted = plant.forecast[begin : begin + self.scenario.day]
        elif self._surprised(plant, begin + now):
            counted = self._counted_on[plant.id][:now] + plant.available[begin + now : begin + self.scenario.day]
        else:
            counted = self._counted_on[plant.id]
        self._counted_on[plant.id] = counted
        contract = plant.contractible[begin // self.scenario.day]
        delivered = self._hours[plant.id][:now] if now else ()
        initial = self._last.get(plant.id, min(counted[0], self.scenario.before_hour_0(contract, len(counted))))
        available = tuple(energy if energy >= plant.minimum else 0 for energy in counted)
        return PlantCase(plant.id, plant.capacity, plant.minimum, plant.ramp, initial, available, contract, delivered)

    def contracts(self, hour: int) -> Integers:
        """kWh that plants deliver under contract in the hour, in the scenario's order; shape (plant,)."""
        return self._day[:, hour % self.scenario.day]

    def delivered(self, hour: int) -> Integers:
        """As `contracts`, of those that are delivered: none where they are financial."""
        return self.contracts(hour) if self._delivers else np.zeros(len(self._day), np.int64)

    def contract(self, plant: str, hour: int) -> int:
        """kWh that the plant delivers under contract in the hour."""
        return self._hours[plant][hour % self.scenario.day]

    def covered(self, hour: int) -> dict[str, int]:
        """kWh of contract energy by user and by exporting exchange; every user of a province has the same share of its demand covered.

        What is above the province's load is its supplier's: where contracts are physical, to offer (or to lose) in the bidding stage.

        Physical exports come first and whole: raises InputError where fixed imports alone are above the load, or exports above what
        contracts give, as they cannot be turned down. Where contracts are financial, exports too are covered as far as contracts go.
        """
        covered = {exchange.id: exchange.exported(hour) for exchange in self._exporting}
        delivered = np.zeros(len(self._zone), np.int64)
        np.add.at(delivered, self._plant_zone, self.contracts(hour))
        for (zone, users), energy in zip(self._users.items(), delivered.tolist(), strict=True):
            total = energy + self.scenario.net_import(zone, hour)
            if not self._delivers:
                abroad = {exchange.id: exchange.exported(hour) for exchange in self._exporting if exchange.zone == zone}
                total += sum(abroad.values())
                covered |= zip(abroad, largest_remainder(min(total, sum(abroad.values())), tuple(abroad.values())), strict=True)
                total -= sum(covered[each] for each in abroad)
            demand = [user.demand[hour] for user in users]
            load = sum(demand)
            if self._delivers and not 0 <= total <= load + energy:
                raise InputError(
                    f"contracts.share: province {zone} has {total} kWh of contract energy for its users in hour {hour}, "
                    f"but they need {load} kWh; choose another share"
                )
            covered |= dict(zip((user.id for user in users), largest_remainder(min(total, load), demand), strict=True))
            if total > load:
                covered[supplier_id(zone)] = total - load
        return covered

    def taken(self, covered: Mapping[str, int]) -> Mapping[str, int]:
        """Of contract energy by buyer, what is delivered to it: nothing where contracts are financial."""
        return covered if self._delivers else dict.fromkeys(covered, 0)

    def day(self, plant: str) -> tuple[int, ...]:
        """What the plant delivers under contract on the day in force, kWh by hour of the day; nothing where contracts are financial."""
        return self._hours[plant] if self._delivers else (0,) * len(self._hours[plant])

    def end_hour(self, hour: int, output: Mapping[str, int]) -> None:
        """Remembers what plants really put out, kWh by plant; where contracts are financial, what they had under contract, so that a day's
        contracts follow from those before and not from what was bid."""
        self._last = dict(output) if self._delivers else {plant: self.contract(plant, hour) for plant in output}

    def state(self) -> dict[str, int]:
        """What the plans of a new day depend on: `_last`."""
        return dict(self._last)

    def restore(self, state: Mapping[str, int]) -> None:
        """Takes over what `state` gave at the end of a day."""
        self._last = dict(state)

    def rows(self, hour: int) -> Rows[AllocationRow]:
        """The hour's rows of the allocation table."""
        plants = self.scenario.plants
        return Rows(
            AllocationRow,
            day=np.full(len(plants), hour // self.scenario.day),
            hour=np.full(len(plants), hour),
            plant=self._plant_ids,
            zone=TextColumn(self.scenario.zones, self._plant_zone),
            contract=self.contracts(hour).copy(),
            status=[self._status[plant.id] for plant in plants],
        )
