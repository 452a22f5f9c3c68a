"""Every table rebuilt: what is on the chain from logs alone, what is not from the resolved config. No table is read.

From logs (and, for refused orders, from calldata and revert data): `orders`, `prices`, `flows`, `agreements`, `allocation` and `ledger`
whole; of `generation` what was scheduled and metered; of `load` what was contracted and bought. From the config: names of participants
(their addresses must be those that are enrolled), and what never goes to the chain: `tech`, `available_mwh`, `cost_cny` and `co2_t` of
`generation`, `demand_mwh` of `load` (and so `unserved_mwh`, and how a supplier's purchase is split over its captive users), and the
worth of contract energy and of exports in `value`.

A log is taken in by a function of its own, by contract and event: a new kind of event is a new entry in `HANDLERS`. A log without one is
a difference, not silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from experiments.audit.deployed import Broken, Deployed
from experiments.audit.orders import OrderBook, Refused, Row, money_of, order_words, outcomes, refusals
from experiments.audit.verdict import Difference
from sim.abi import interface, refusal
from sim.calldata import HOURS_A_DAY, PURCHASE_BITS, Allocated, decode_allocated, lanes_of
from sim.chain import Block, Log, Receipt, keys
from sim.market import GATE, ORDERS_AT
from sim.outcome import NO_PRICE
from sim.pairing import Pair, unpack_pair
from sim.participants import FIRST_NUMBER, OPERATOR, participants
from sim.rows import Rows
from sim.scenario import Scenario, supplier_id
from sim.split import largest_remainder
from sim.types import (
    Agreement,
    AllocationRow,
    Consumption,
    Entry,
    Generation,
    HourResult,
    LineFlow,
    Stage,
    StageResult,
)
from sim.words import lanes, signed

HOUR_SECONDS = 3600
SET_UP = (-120, -60, -30)
"""seconds from hour 0 at which the blocks of deployment and enrolment are made"""
IN_THE_HOUR = (ORDERS_AT, GATE)
"""seconds into the hour at which its blocks are made"""
PHASES: Mapping[str, str] = {
    "grantRole": "deploy",
    "enrol": "enrol",
    "admit": "enrol",
    "setSuppliers": "enrol",
    "setTerms": "enrol",
    "allocate": "allocate",
    "submit": "orders",
    "withdraw": "orders",
    "clear": "clear",
    "settle": "settle",
}
"""phase of the manifest by function called"""
MAY_BE_REFUSED = ("orders",)
"""phases whose transactions a run goes on without"""


@dataclass(frozen=True, slots=True)
class StageAsCleared:
    """A stage out of its logs."""

    stage: Stage
    prices: tuple[int | None, ...]
    """fen/MWh by zone"""
    sent: tuple[int, ...]
    """kWh by line; empty where no line is used"""
    received: tuple[int, ...]
    """kWh by line"""
    before: tuple[int, ...]
    """kWh filled before the stage, by row of the book"""
    after: tuple[int, ...]
    """kWh filled after it"""
    gap: int
    """1e-5 CNY"""
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class DayPlanned:
    """One `allocate` with its log."""

    allocated: Allocated
    arguments: tuple[Any, ...]
    """of the call"""
    block: int
    transaction: str
    """0x..."""
    outputs: Mapping[int, int]
    """kWh that plants put out in the hour before, by number; empty before the first hour"""


@dataclass
class HourRebuilt:
    """Everything that an hour left on the chain."""

    hour: int
    block: int = 0
    """number of the block that clears it"""
    transaction: str = ""
    """hash of the clearing, 0x..."""
    book: list[Row] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    stages: list[StageAsCleared] = field(default_factory=list)
    plans: list[DayPlanned] = field(default_factory=list)
    """allocations of the hour's first block"""
    settled: tuple[Receipt, Mapping[str, bytes]] | None = None
    result: HourResult | None = None
    """rows of the tables"""


class Rebuild:
    """Takes in block after block; `take` gives the hours that a block completes."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.deployed = Deployed(keys.address(OPERATOR))
        self.differences: list[Difference] = []
        self.gas: dict[str, int] = defaultdict(int)
        self.transactions: dict[str, int] = defaultdict(int)
        self.events: dict[str, int] = defaultdict(int)
        """logs taken in, by name"""
        self.people = participants(scenario)
        self.names = ["grid", "rent", *(person.id for person in self.people)]
        """by number"""
        self.zone_of = ["", "", *(scenario.zones[person.zone] for person in self.people)]
        """by number"""
        self.hours = 0
        """complete ones"""
        self._numbers = {keys.address(person.id): FIRST_NUMBER + place for place, person in enumerate(self.people)}
        self._nonces: dict[bytes, int] = defaultdict(int)
        self._orders = OrderBook()
        self._energy: dict[int, list[tuple[int, ...]]] = {}
        """kWh by zone, hour of the day and seller"""
        self._statuses: dict[int, tuple[str, ...]] = {}
        self._hour = HourRebuilt(0)
        self._posted: dict[str, list[int]] = defaultdict(list)
        """volumes by transaction"""
        self._outputs: dict[int, int] = {}
        """kWh that plants put out in the last hour, by number"""
        self._accounts = _Accounts(scenario)

    # --- blocks and transactions ----------------------------------------------------------------------------------------------

    def take(self, block: Block) -> Iterable[HourRebuilt]:
        """The hours that are complete with this block. Raises Broken (its place is in `at`) where the market cannot be rebuilt further."""
        self.at: tuple[int, str | None] = block.number, None
        for receipt in block.receipts:
            self.at = block.number, "0x" + receipt.hash.hex()
            self._transaction(block, receipt)
        self.at = block.number, None
        self._on_time(block)
        if self._hour.stages and self._hour.settled:
            yield self._complete(block)

    def _note(self, sentence: str) -> None:
        self.differences.append(Difference(sentence, *self.at))

    def _on_time(self, block: Block) -> None:
        since = block.timestamp - self.deployed.start
        begins = self._hour.hour * HOUR_SECONDS
        if since not in SET_UP and since - begins not in IN_THE_HOUR:
            self._note(f"its time is {since} seconds after hour 0; no block of hour {self._hour.hour} is made then")

    def _transaction(self, block: Block, receipt: Receipt) -> None:
        asked = receipt.transaction
        nonce = self._nonces[asked.sender]
        self._nonces[asked.sender] = nonce + 1
        contract = "" if not asked.to else self.deployed.contracts.get(asked.to, "?")
        phase = "deploy" if not contract else PHASES.get(_function(contract, asked.data), "")
        if not phase:
            raise Broken("calls nothing that a run calls")
        self.gas[phase] += receipt.gas
        self.transactions[phase] += 1
        if not receipt.success:
            self._refuse(phase, receipt)
            return
        if not contract:
            self.deployed.create(receipt, nonce)
            if self.deployed.rules and self.deployed.rules.zones != len(self.scenario.zones):
                raise Broken(f"deploys a market of {self.deployed.rules.zones} zones; the config has {len(self.scenario.zones)}")
        for log in receipt.logs:
            self._log(block, receipt, log)

    def _refuse(self, phase: str, receipt: Receipt) -> None:
        if phase not in MAY_BE_REFUSED:
            raise Broken(f"is refused: {refusal(receipt.output)}; only orders may be")
        number = self._numbers.get(receipt.transaction.sender)
        if number is None:
            raise Broken("is a refused order of nobody of this run")
        self._orders.refused.append(Refused(number, *order_words(receipt.transaction.data), refusal(receipt.output)))

    def _log(self, block: Block, receipt: Receipt, log: Log) -> None:
        contract = self.deployed.contracts.get(log.address)
        if contract is None or not log.topics or log.topics[0] not in interface(contract).events:
            raise Broken(f"leaves a log of 0x{log.address.hex()} that no contract of the market has")
        name = interface(contract).events[log.topics[0]]["name"]
        handler = HANDLERS.get(("Auction" if contract == self.deployed.auction else contract, name))
        if handler is None:
            raise Broken(f"leaves the log {name} of {contract}, which this audit does not know")
        self.events[name] += 1
        handler(self, _Place(block, receipt, contract), log)

    # --- what a log says ------------------------------------------------------------------------------------------------------

    def _enrolled(self, place: _Place, log: Log) -> None:
        self.deployed.enrolled(log)
        number = FIRST_NUMBER + len(self.deployed.members) - 1
        member = self.deployed.members[number]
        if number >= len(self.names):
            raise Broken(f"enrols number {number}; the config has {len(self.people)} participants")
        person = self.people[number - FIRST_NUMBER]
        if (member.address, member.role, member.zone) != (keys.address(person.id), person.role, person.zone):
            raise Broken(f"enrols number {number} otherwise than the config has {person.id}")

    def _admitted(self, place: _Place, log: Log) -> None:
        self.deployed.admitted(log)

    def _suppliers_set(self, place: _Place, log: Log) -> None:
        self.deployed.suppliers_set(log)
        named = [self.names[number] for number in self.deployed.suppliers]
        if named != [supplier_id(zone) for zone in self.scenario.zones]:
            self._note(f"the default suppliers are {', '.join(named)}")

    def _terms_set(self, place: _Place, log: Log) -> None:
        self.deployed.terms_set(log)

    def _role_granted(self, place: _Place, log: Log) -> None:
        sentence = self.deployed.role_granted(log, place.contract)
        if sentence:
            self._note(sentence)

    def _order_placed(self, place: _Place, log: Log) -> None:
        word = int.from_bytes(log.data[:32], "big")
        self._orders.place(word, int.from_bytes(log.data[32:64], "big"))

    def _order_withdrawn(self, place: _Place, log: Log) -> None:
        self._orders.withdraw(int.from_bytes(log.data, "big"))

    def _posted_(self, place: _Place, log: Log) -> None:
        poster = log.topics[1][-20:]
        if self.deployed.contracts.get(poster) not in ("Allocation", self.deployed.auction):
            self._note(f"the ledger is posted to by 0x{poster.hex()}, which is no contract of the market")
        self._posted["0x" + place.receipt.hash.hex()].append(int.from_bytes(log.data[32:], "big"))

    def _day_allocated(self, place: _Place, log: Log) -> None:
        _, values = interface("Allocation").event(log)
        sellers = len(self.deployed.sellers.get(values["zone"], ()))
        allocated = decode_allocated(values, sellers)
        _, arguments = interface("Allocation").arguments(place.receipt.transaction.data)
        if allocated.from_hour == 0:
            self._energy[allocated.zone] = []
        self._energy[allocated.zone] = [*self._energy.get(allocated.zone, [])[: allocated.from_hour], *allocated.contracts]
        self._statuses[allocated.zone] = allocated.statuses
        self._hour.plans.append(DayPlanned(allocated, arguments, *self._where(place), dict(self._outputs)))

    def _where(self, place: _Place) -> tuple[int, str]:
        return place.block.number, "0x" + place.receipt.hash.hex()

    def _hour_cleared(self, place: _Place, log: Log) -> None:
        hour, rules, here = signed(log.topics[1]), self.deployed.known_rules(), self._hour
        if hour != here.hour:
            raise Broken(f"clears hour {hour}; hour {here.hour} is the next one")
        if hour >= self.scenario.hours:
            raise Broken(f"clears hour {hour}; the config has {self.scenario.hours} hours")
        if len(self.deployed.members) != len(self.people):
            raise Broken(f"clears a market of {len(self.deployed.members)} participants; the config has {len(self.people)}")
        _, words = interface(place.contract).packed_event(log)
        if not here.stages:
            here.book, here.refused = self._orders.close(hour)
            here.block, here.transaction = self._where(place)
        elif here.transaction != self._where(place)[1]:
            raise Broken(f"clears hour {hour} a second time")
        filled = lanes(words["fills"], 32)
        after = tuple(filled[: len(here.book)].tolist())
        if len(after) < len(here.book) or filled[len(here.book) :].any():
            raise Broken(f"fills other than the {len(here.book)} segments that stand")
        pairs = [_flow(word) for word in _split(words["flows"])]
        if len(pairs) not in (0, len(rules.lines)):
            raise Broken(f"has flows of {len(pairs)} lines; there are {len(rules.lines)}")
        prices = [signed(word) for word in _split(words["prices"])]
        here.stages.append(
            StageAsCleared(
                stage="regional" if signed(log.topics[2]) and rules.lines else "provincial",
                prices=tuple(None if price == NO_PRICE else price for price in prices),
                sent=tuple(sent for sent, _ in pairs),
                received=tuple(received for _, received in pairs),
                before=here.stages[-1].after if here.stages else (0,) * len(here.book),
                after=after,
                gap=signed(words["gap"]),
                pairs=(),
            )
        )

    def _trades_made(self, place: _Place, log: Log) -> None:
        _, values = interface(place.contract).event(log)
        last = self._hour.stages.pop()
        pairs = tuple(unpack_pair(word) for word in values["trades"])
        self._hour.stages.append(
            StageAsCleared(last.stage, last.prices, last.sent, last.received, last.before, last.after, last.gap, pairs)
        )

    def _agreements_settled(self, place: _Place, log: Log) -> None:
        hour = signed(log.topics[1])
        if hour != self._hour.hour or self._hour.settled:
            raise Broken(f"settles hour {hour}; hour {self._hour.hour} is the next one")
        self._hour.settled = place.receipt, interface("Allocation").packed_event(log)[1]

    # --- an hour --------------------------------------------------------------------------------------------------------------

    def _complete(self, block: Block) -> HourRebuilt:
        here = self._hour
        stages, entries, net, worth = self._stages(here)
        agreements, settled, covered = self._settlement(here, block)
        contracts = self._contracts(here.hour)
        allocation = self._allocation(here.hour, contracts)
        generation = self._accounts.generation(here.hour, net, contracts)
        here.result = HourResult(
            hour=here.hour,
            stages=stages,
            generation=generation,
            consumption=self._accounts.consumption(here.hour, net, worth, covered),
            agreements=agreements,
            allocation=allocation,
            ledger=[*entries, *settled],
            gas={},
            transactions={},
            blocks=0,
        )
        place = self._accounts.place
        self._outputs = {FIRST_NUMBER + place[row.plant]: row.metered for row in generation}
        self._check_postings((here.transaction, entries), (self._hash_of_settlement(here), settled))
        self.hours += 1
        self._hour = HourRebuilt(here.hour + 1)
        return here

    def _hash_of_settlement(self, here: HourRebuilt) -> str:
        assert here.settled is not None
        return "0x" + here.settled[0].hash.hex()

    def _check_postings(self, *parts: tuple[str, list[Entry]]) -> None:
        """The ledger moved what the rebuilt entries of each transaction say."""
        for transaction, entries in parts:
            amounts: dict[str, int] = defaultdict(int)
            for entry in entries:
                amounts[entry.trader] += entry.money
            volume = sum(max(amount, 0) for amount in amounts.values())
            if self._posted.pop(transaction, []) != [volume]:
                self.at = self.at[0], transaction
                self._note(f"the ledger does not move the {volume} that prices and fills of the transaction make")
            if sum(amounts.values()):
                self._note(f"money of the transaction sums to {sum(amounts.values())} instead of 0")

    def _stages(self, here: HourRebuilt) -> tuple[tuple[StageResult, ...], list[Entry], dict[int, int], dict[int, int]]:
        """Rows of every stage, the ledger's entries, and by number kWh bought (negative: sold) and 1e-5 CNY bid for what was bought."""
        results, entries = [], []
        net: dict[int, int] = defaultdict(int)
        worth: dict[int, int] = defaultdict(int)
        first: Stage = here.stages[0].stage
        for cleared in here.stages:
            money, paid = money_of(self.deployed.mechanism, here.book, cleared.before, cleared.after, cleared.prices, cleared.pairs)
            replaced = bool(self.deployed.economic)
            rows = outcomes(
                here.hour, cleared.stage, here.book, cleared.before, cleared.after, paid, replaced, self.names, self.scenario.zones
            )
            if here.refused and cleared.stage == first:
                rows = Rows.joined((rows, refusals(here.hour, first, here.refused, self.names, self.zone_of)))
            flows = self._flows(cleared)
            entries += self._entries(here, cleared, money, flows)
            zones = dict(zip(self.scenario.zones, cleared.prices, strict=True))
            results.append(StageResult(cleared.stage, zones, flows, rows, cleared.gap))
            for row, before, after in zip(here.book, cleared.before, cleared.after, strict=True):
                net[row.number] += (before - after) if row.sells else (after - before)
                if not row.sells:
                    worth[row.number] += row.price * max(after - before, 0)
        return tuple(results), entries, net, worth

    def _flows(self, cleared: StageAsCleared) -> tuple[LineFlow, ...]:
        flows, zones = [], self.scenario.zones
        lines = self.deployed.known_rules().lines if cleared.sent else ()
        for line, sent, received in zip(lines, cleared.sent, cleared.received, strict=True):
            wheeling = line.charge * sent
            value = (cleared.prices[line.target] or 0) * received - (cleared.prices[line.source] or 0) * sent
            rent = value - wheeling if sent and self.deployed.mechanism == "uniform" else 0
            flows.append(LineFlow(zones[line.source], zones[line.target], sent, received, wheeling, rent))
        return tuple(flows)

    def _entries(self, here: HourRebuilt, cleared: StageAsCleared, money: list[int], flows: tuple[LineFlow, ...]) -> list[Entry]:
        taken: dict[int, int] = defaultdict(int)
        gets: dict[int, int] = defaultdict(int)
        for row, before, after, amount in zip(here.book, cleared.before, cleared.after, money, strict=True):
            taken[row.number] += (before - after) if row.sells else (after - before)
            gets[row.number] += amount
        place = here.block, here.transaction
        cause: Any = "regional" if cleared.stage == "regional" else "auction"
        traders = [number for number in sorted(taken) if taken[number]]
        entries = [Entry(self.names[number], cause, gets[number], taken[number], *place) for number in traders]
        wheeling, lost = sum(flow.wheeling for flow in flows), sum(flow.sent - flow.received for flow in flows)
        rent = -sum(gets[number] for number in traders) - wheeling
        entries += [Entry("grid", "wheeling", wheeling, 0, *place)] if wheeling else []
        entries += [Entry("grid", "loss", 0, lost, *place)] if lost else []
        entries += [Entry("rent", "rent", rent, 0, *place)] if rent else []
        return entries

    def _contracts(self, hour: int) -> dict[int, int]:
        """kWh that sellers deliver under contract in the hour, by number."""
        found: dict[int, int] = {}
        for zone, sellers in self.deployed.sellers.items():
            day = self._energy.get(zone, [])
            if hour % HOURS_A_DAY >= len(day):
                raise Broken(f"zone {self.scenario.zones[zone]} has no allocation for hour {hour}")
            found |= {seller.number: energy for seller, energy in zip(sellers, day[hour % HOURS_A_DAY], strict=True)}
        return found

    def _allocation(self, hour: int, contracts: Mapping[int, int]) -> list[AllocationRow]:
        """In the order of the config's plants."""
        status = {
            seller.number: status
            for zone, sellers in self.deployed.sellers.items()
            for seller, status in zip([each for each in sellers if not each.flat], self._statuses[zone], strict=True)
        }
        rows = []
        for plant in self.scenario.plants:
            number = FIRST_NUMBER + self._accounts.place[plant.id]
            if number not in status:
                raise Broken(f"settles hour {hour} although {plant.id} has no terms")
            rows.append(AllocationRow(hour // HOURS_A_DAY, hour, plant.id, plant.zone, contracts[number], status[number]))
        return rows

    def _settlement(self, here: HourRebuilt, block: Block) -> tuple[list[Agreement], list[Entry], dict[int, int]]:
        """Agreements and ledger entries of the hour's contract energy, and kWh by buyer's number. Notes where a price breaks its rule."""
        assert here.settled is not None
        _, words = here.settled
        prices = [signed(word) for word in _split(words["prices"])]
        contracts = self._contracts(here.hour)
        place = block.number, self._hash_of_settlement(here)
        agreements: list[Agreement] = []
        entries: list[Entry] = []
        rest = [0] * len(self.scenario.zones)
        sold = [0] * len(self.scenario.zones)
        for zone, code in enumerate(self.scenario.zones):
            supplier = self.names[self.deployed.suppliers[zone]]
            for seller in self.deployed.sellers.get(zone, ()):
                energy = contracts[seller.number]
                if energy:
                    name = self.names[seller.number]
                    agreements.append(Agreement(f"planned/{name}", "planned", name, supplier, code, code, seller.price, energy))
                    entries.append(Entry(name, "agreement", seller.price * energy, -energy, *place))
                    rest[zone] -= seller.price * energy
                    sold[zone] += energy
            mean = -rest[zone] // sold[zone] if sold[zone] else NO_PRICE
            if prices[zone] != mean:
                self._note(f"zone {code} pays {prices[zone]} for contract energy; the mean of its contracts, rounded down, is {mean}")
        covered: dict[int, int] = {}
        for lane in lanes_of([int.from_bytes(word, "big") for word in _split(words["purchases"])], PURCHASE_BITS):
            energy, number, zone = lane & 0xFFFFFFFF, lane >> 32 & 0xFFFF, lane >> 48 & 0xFF
            if not energy:
                continue
            code, name = self.scenario.zones[zone], self.names[number]
            supplier = self.names[self.deployed.suppliers[zone]]
            agreements.append(Agreement(f"planned/{name}", "planned", supplier, name, code, code, prices[zone], energy))
            entries.append(Entry(name, "agreement", -prices[zone] * energy, energy, *place))
            rest[zone] += prices[zone] * energy
            sold[zone] -= energy
            covered[number] = covered.get(number, 0) + energy
        if any(sold):
            self._note("what buyers take of contract energy is not what its sellers deliver")
        for zone, kept in enumerate(rest):
            if kept:
                entries.append(Entry(self.names[self.deployed.suppliers[zone]], "agreement", kept, 0, *place))
        return agreements, entries, covered


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a log stands."""

    block: Block
    receipt: Receipt
    contract: str
    """name"""


HANDLERS: Mapping[tuple[str, str], Callable[[Rebuild, _Place, Log], None]] = {
    ("Registry", "RoleGranted"): Rebuild._role_granted,
    ("Ledger", "RoleGranted"): Rebuild._role_granted,
    ("Registry", "Enrolled"): Rebuild._enrolled,
    ("Ledger", "Posted"): Rebuild._posted_,
    ("Allocation", "SuppliersSet"): Rebuild._suppliers_set,
    ("Allocation", "TermsSet"): Rebuild._terms_set,
    ("Allocation", "DayAllocated"): Rebuild._day_allocated,
    ("Allocation", "AgreementsSettled"): Rebuild._agreements_settled,
    ("Auction", "TraderAdmitted"): Rebuild._admitted,
    ("Auction", "OrderPlaced"): Rebuild._order_placed,
    ("Auction", "LongOrderPlaced"): Rebuild._order_placed,
    ("Auction", "OrderWithdrawn"): Rebuild._order_withdrawn,
    ("Auction", "HourCleared"): Rebuild._hour_cleared,
    ("Auction", "TradesMade"): Rebuild._trades_made,
}
"""what takes in a log, by contract and event; `Auction` is the run's auction, whichever it is"""


class _Accounts:
    """What plants gave and users took: logs for the energy, the config for everything that is not on the chain."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.place = {person.id: place for place, person in enumerate(participants(scenario))}
        """by participant; registry number less the first one"""

    def _number(self, name: str) -> int:
        return FIRST_NUMBER + self.place[name]

    def generation(self, hour: int, net: Mapping[int, int], contracts: Mapping[int, int]) -> list[Generation]:
        rows = []
        for plant in self.scenario.plants:
            number = self._number(plant.id)
            planned = contracts[number]
            given = planned - net.get(number, 0)
            rows.append(
                Generation(
                    plant.id,
                    plant.zone,
                    plant.tech,
                    plant.available[hour],
                    planned,
                    given,
                    given,
                    plant.cost * given,
                    plant.emission * given,
                )
            )
        for each in self.scenario.exchanges:
            if each.imported > 0:
                energy = contracts[self._number(each.id)]
                rows.append(Generation(each.id, each.zone, "exchange", energy, energy, energy, energy, each.price * energy, 0))
        return rows

    def consumption(self, hour: int, net: Mapping[int, int], worth: Mapping[int, int], covered: Mapping[int, int]) -> list[Consumption]:
        scenario, cap = self.scenario, self.scenario.cap
        supplied: dict[str, int] = {}
        for zone in scenario.zones:
            captive = [user for user in scenario.users if user.zone == zone and user.captive]
            open_ = [user.demand[hour] - covered.get(self._number(user.id), 0) for user in captive]
            bought = net.get(self._number(supplier_id(zone)), 0)
            if bought < 0 or bought > sum(max(need, 0) for need in open_) or any(need < 0 for need in open_):
                raise Broken(f"the supplier of {zone} buys {bought} kWh, which is not what its captive users can take")
            supplied |= {user.id: energy for user, energy in zip(captive, largest_remainder(bought, open_), strict=True)}
        rows = []
        for user in scenario.users:
            number = self._number(user.id)
            contracted = covered.get(number, 0)
            bought = supplied[user.id] if user.captive else net.get(number, 0)
            value = cap * contracted + (cap * bought if user.captive else worth.get(number, 0))
            rows.append(Consumption(user.id, user.zone, user.demand[hour], contracted, bought, value))
        for each in scenario.exchanges:
            if each.imported < 0:
                energy = covered.get(self._number(each.id), 0)
                rows.append(Consumption(each.id, each.zone, -each.imported, energy, 0, each.price * energy))
        return rows


def _function(contract: str, data: bytes) -> str:
    """The name of the function that calldata calls; empty where the contract has none."""
    entry = interface(contract).by_selector.get(data[:4]) if contract != "?" else None
    return entry["name"] if entry else ""


def _split(words: bytes) -> list[bytes]:
    return [words[at : at + 32] for at in range(0, len(words), 32)]


def _flow(word: bytes) -> tuple[int, int]:
    """Sent and received kWh."""
    return int.from_bytes(word[:16], "big"), int.from_bytes(word[16:], "big")
