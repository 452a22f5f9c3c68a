"""Contract energy of every province: allocated at the start of a day, rolled when something changes, passed on to users."""

from __future__ import annotations

from collections.abc import Mapping

from sim.allocation import Plan, PlantCase, allocate
from sim.calldata import HOURS_A_DAY, Purchase, Terms, allocate_arguments, decode_settled, settle_arguments
from sim.chain import Block, Receipt, Transaction
from sim.errors import InputError
from sim.market import ChainMarket
from sim.scenario import PlantSpec, Scenario, supplier_id
from sim.split import largest_remainder
from sim.types import Agreement, AllocationRow, Entry


class Planning:
    """What is planned, in kWh. Sellers of a province are its plants, in the scenario's order, and then its fixed import, if any."""

    def __init__(self, scenario: Scenario, market: ChainMarket) -> None:
        self.scenario, self.market = scenario, market
        self.plans: dict[str, Plan] = {}
        """the plan in force by zone, for the day that `begin_hour` was last called in"""
        self.imported = {exchange.zone: exchange.imported for exchange in scenario.exchanges}
        self._imports = {exchange.zone: (exchange,) for exchange in scenario.exchanges if exchange.imported > 0}
        self._plants = {zone: [plant for plant in scenario.plants if plant.zone == zone] for zone in scenario.zones}
        self._users = {zone: [user for user in scenario.users if user.zone == zone] for zone in scenario.zones}
        self._counted_on: dict[str, tuple[int, ...]] = {}
        """kWh by hour of the day that the plan in force counts on, by plant"""
        self._last: dict[str, int] = {}
        """kWh that each plant put out in the hour before; before the first hour, whatever suits its day"""
        self._hours: dict[str, tuple[int, ...]] = {}
        self._status: dict[str, str] = {}
        self._cases: dict[str, list[PlantCase]] = {}
        self._zone = {zone: index for index, zone in enumerate(scenario.zones)}

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
            self.market.operator_call("Allocation", "setSuppliers", suppliers),
            self.market.operator_call("Allocation", "setTerms", addresses, [each.word() for each in terms]),
        ]

    def transactions(self, hour: int, plans: Mapping[str, Plan]) -> list[Transaction]:
        """The allocations that `begin_hour` gave, one transaction a province."""
        day, now = divmod(hour, HOURS_A_DAY)
        reading, share = self.scenario.reading, self.scenario.contract_share
        calls = []
        for zone, plan in plans.items():
            load = self.net_load(zone, hour - now)
            arguments = allocate_arguments(plan, self._cases[zone], load, self._zone[zone], day, reading, share, now)
            calls.append(self.market.operator_call("Allocation", "allocate", *arguments))
        return calls

    def settlement(self, hour: int, covered: Mapping[str, int]) -> Transaction:
        """Pays the hour's contract energy; `covered` is kWh by buyer."""
        number, zone_of = self.market.number, self.market.zone_of
        purchases = [Purchase(zone_of[buyer], number[buyer], energy) for buyer, energy in covered.items()]
        return self.market.operator_call("Allocation", "settle", *settle_arguments(hour, purchases))

    def settled(self, receipt: Receipt, block: Block) -> tuple[list[Agreement], list[Entry]]:
        """What the settling transaction says: the agreements of the hour, and the ledger's entries of cause `agreement`."""
        names = {number: id for id, number in self.market.number.items()}
        sellers = [[*self._plants[zone], *self._imports.get(zone, ())] for zone in self.scenario.zones]
        event = decode_settled(next(self.market.events("Allocation", receipt, "AgreementsSettled")), [len(those) for those in sellers])
        agreements, entries = [], []
        transaction = "0x" + receipt.hash.hex()
        rest = dict.fromkeys(self.scenario.zones, 0)
        for zone, those, energies in zip(self.scenario.zones, sellers, event.contracts, strict=True):
            for seller, energy in zip(those, energies, strict=True):
                price = seller.contract_price if isinstance(seller, PlantSpec) else seller.price
                if energy:
                    agreements.append(Agreement(f"planned/{seller.id}", "planned", seller.id, supplier_id(zone), zone, zone, price, energy))
                    entries.append(Entry(seller.id, "agreement", price * energy, -energy, block.number, transaction))
                    rest[zone] -= price * energy
        for purchase in event.purchases:
            buyer, zone, energy = names[purchase.number], self.scenario.zones[purchase.zone], purchase.energy
            paid = event.prices[purchase.zone] or 0
            agreements.append(Agreement(f"planned/{buyer}", "planned", supplier_id(zone), buyer, zone, zone, paid, energy))
            entries.append(Entry(buyer, "agreement", -paid * energy, energy, block.number, transaction))
            rest[zone] += paid * energy
        entries += [Entry(supplier_id(zone), "agreement", money, 0, block.number, transaction) for zone, money in rest.items() if money]
        return agreements, entries

    # --- what is planned ------------------------------------------------------------------------------------------------------

    def begin_hour(self, hour: int) -> dict[str, Plan]:
        """Allocates at the start of a day and again where an availability is not what the plan counts on; gives the new plans by zone."""
        fresh = {}
        for zone in self.scenario.zones:
            if hour % HOURS_A_DAY == 0 or any(self._surprised(plant, hour) for plant in self._plants[zone]):
                fresh[zone] = self.plans[zone] = self._plan(zone, hour)
                for plant, planned in zip(self._plants[zone], fresh[zone].plants, strict=True):
                    self._hours[plant.id], self._status[plant.id] = planned.hours, planned.status
        return fresh

    def _surprised(self, plant: PlantSpec, hour: int) -> bool:
        return plant.available[hour] != self._counted_on[plant.id][hour % HOURS_A_DAY]

    def _plan(self, zone: str, hour: int) -> Plan:
        begin, now = hour - hour % HOURS_A_DAY, hour % HOURS_A_DAY
        cases = [self._case(plant, begin, now) for plant in self._plants[zone]]
        self._cases[zone] = cases
        return allocate(self.net_load(zone, begin), cases, self.scenario.reading, self.scenario.contract_share, now)

    def net_load(self, zone: str, begin: int) -> list[int]:
        """kWh by hour of the day that begins at hour `begin`: load less fixed import. The last day of a run may be short."""
        day = range(begin, min(begin + HOURS_A_DAY, self.scenario.hours))
        return [max(self.scenario.load(zone, at) - self.imported.get(zone, 0), 0) for at in day]

    def _case(self, plant: PlantSpec, begin: int, now: int) -> PlantCase:
        """What is known of the plant at hour `now` of the day: the forecast; from the hour of a surprise on, what really is available."""
        if now == 0:
            counted = plant.forecast[begin : begin + HOURS_A_DAY]
        elif self._surprised(plant, begin + now):
            counted = self._counted_on[plant.id][:now] + plant.available[begin + now : begin + HOURS_A_DAY]
        else:
            counted = self._counted_on[plant.id]
        self._counted_on[plant.id] = counted
        contract = plant.contractible[begin // HOURS_A_DAY]
        delivered = self._hours[plant.id][:now] if now else ()
        initial = self._last.get(plant.id, min(counted[0], contract // HOURS_A_DAY))
        available = tuple(energy if energy >= plant.minimum else 0 for energy in counted)
        return PlantCase(plant.id, plant.capacity, plant.minimum, plant.ramp, initial, available, contract, delivered)

    def contract(self, plant: str, hour: int) -> int:
        """kWh that the plant delivers under contract in the hour."""
        return self._hours[plant][hour % HOURS_A_DAY]

    def covered(self, hour: int) -> dict[str, int]:
        """kWh of contract energy by user and by exporting exchange; every user of a province has the same share of its demand covered.

        Raises InputError where contracts and the fixed import exceed the province's load.
        """
        covered = {exchange.id: -exchange.imported for exchange in self.scenario.exchanges if exchange.imported < 0}
        for zone, users in self._users.items():
            total = sum(self.contract(plant.id, hour) for plant in self._plants[zone]) + self.imported.get(zone, 0)
            demand = [user.demand[hour] for user in users]
            if not 0 <= total <= sum(demand):
                raise InputError(
                    f"contracts.share: province {zone} has {total} kWh of contract energy for its users in hour {hour}, "
                    f"but they need {sum(demand)} kWh; choose another share"
                )
            covered |= dict(zip((user.id for user in users), largest_remainder(total, demand), strict=True))
        return covered

    def day(self, plant: str) -> tuple[int, ...]:
        """kWh by hour of the day in force."""
        return self._hours[plant]

    def end_hour(self, output: Mapping[str, int]) -> None:
        """Remembers what plants really put out, kWh by plant."""
        self._last = dict(output)

    def rows(self, hour: int) -> list[AllocationRow]:
        """The hour's rows of the allocation table."""
        return [
            AllocationRow(hour // HOURS_A_DAY, hour, plant.id, plant.zone, self.contract(plant.id, hour), self._status[plant.id])
            for plant in self.scenario.plants
        ]
