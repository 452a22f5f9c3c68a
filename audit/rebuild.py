"""Every table rebuilt: what is on the chain from logs alone, what is not from the resolved config. No table is read.

From logs (and, for refused orders, from calldata and revert data): `orders`, `prices`, `flows`, `agreements`, `allocation`, `ledger`,
`differences`, `bills` and `defaults` whole; of `generation` what was scheduled and metered; of `load` what was contracted and bought. From
the config: names of participants (their addresses must be those that are enrolled), and what never goes to the chain: `tech`,
`available_mwh`, `cost` and `co2_t` of `generation`, `demand_mwh` of `load` (and so `unserved_mwh`, and how a supplier's purchase and
meter are split over its captive users), the worth of contract energy and of exports in `value`, what flows into the reservoirs of
`reservoirs`, and what the storages of `storage` hold at first and lose.

This file walks through blocks and transactions; what logs say is in `events`, one kind of event a file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from eth_abi.exceptions import DecodingError

from shengdian.audit import delivery
from shengdian.audit.deployment import Broken
from shengdian.audit.events import HANDLERS, allocation, clearing, customers, deviation, differences, ledger, orders, registry, retail
from shengdian.audit.hour import HourRebuilt
from shengdian.audit.market import Handler, Market, Place
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.timetable import Timetable
from shengdian.sim.chain.abi import interface, refusal
from shengdian.sim.chain.port import Block, Log, Receipt
from shengdian.sim.designs import design_of
from shengdian.sim.scenario import Scenario

__all__ = ["HourRebuilt", "Rebuild"]

PHASES: Mapping[tuple[str, str], str] = {
    ("Ledger", "grantRole"): "deploy",
    ("Ledger", "renounceRole"): "deploy",
    ("Registry", "enrol"): "enrol",
    ("Auction", "appointCollateral"): "enrol",
    ("Auction", "admit"): "enrol",
    ("Auction", "honour"): "enrol",
    ("Auction", "noteRenewables"): "enrol",
    ("Auction", "audit"): "enrol",
    ("Allocation", "setSuppliers"): "enrol",
    ("Allocation", "setTerms"): "enrol",
    ("Deviation", "admit"): "enrol",
    ("Deviation", "listRegulation"): "enrol",
    ("Tariffs", "setTariff"): "enrol",
    ("Tariffs", "setCharge"): "enrol",
    ("Retail", "setRetailer"): "enrol",
    ("Collateral", "deposit"): "enrol",
    ("Collateral", "contribute"): "enrol",
    ("Allocation", "allocate"): "allocate",
    ("Reservations", "reserve"): "allocate",
    ("Retail", "post"): "allocate",
    ("Retail", "choose"): "allocate",
    ("Auction", "commit"): "commits",
    ("Auction", "submit"): "orders",
    ("Auction", "submitDay"): "orders",
    ("Auction", "amendRegional"): "markups",
    ("Auction", "reveal"): "orders",
    ("Auction", "withdraw"): "orders",
    ("Auction", "clear"): "clear",
    ("Auction", "dispatch"): "clear",
    ("Auction", "forfeit"): "clear",
    ("Allocation", "settle"): "settle",
    ("Deviation", "settle"): "deviation",
    ("Tariffs", "bill"): "bills",
    ("Retail", "bill"): "bills",
    ("Collateral", "credit"): "collateral",
    ("Collateral", "pay"): "collateral",
    ("Collateral", "close"): "collateral",
}
"""phase of the manifest by contract and function called; `Auction` is the run's auction, whichever it is"""
NONSENSE = (LookupError, ValueError, TypeError, ArithmeticError, DecodingError)
"""what reading logs and calldata leads to that contracts and participants never made"""
MAY_BE_REFUSED = ("orders", "commits")
"""phases whose transactions a run goes on without"""


class Rebuild(Market):
    """Takes in block after block; `take` gives the hours that a block completes."""

    def __init__(self, scenario: Scenario, latest: int = 0) -> None:
        """`latest`: seconds after its time that a block may be made, as on a node with a clock of its own."""
        super().__init__(scenario)
        self.gas: dict[str, int] = defaultdict(int)
        self.transactions: dict[str, int] = defaultdict(int)
        self.events: dict[str, int] = defaultdict(int)
        """logs taken in, by name"""
        self.hours = 0
        """complete ones"""
        self._nonces: dict[bytes, int] = defaultdict(int)
        self._functions: dict[tuple[str, bytes], tuple[str, str]] = {}
        """name and phase by contract and selector"""
        self._handlers: dict[tuple[bytes, bytes], tuple[str, str, Handler]] = {}
        """contract, name and handler of logs that were seen, by address and topic"""
        design = design_of(scenario)
        times = [Timetable.orders, Timetable.gate]
        times += [Timetable.loose] if design.uses_lines and design.regional == "coupled" else []
        times += [Timetable.reveals] if scenario.bids == "sealed" else []
        times += [Timetable.last_minute] if scenario.deviation or scenario.billed else []
        times += [Timetable.closes] if scenario.collateral else []
        self._times, self._latest = tuple(times), latest
        """when the blocks of an hour are made"""

    # --- blocks and transactions ----------------------------------------------------------------------------------------------

    def take(self, block: Block) -> Iterable[HourRebuilt]:
        """The hours that are complete with this block. Raises Broken (its place is in `at`) where the market cannot be rebuilt further."""
        try:
            yield from self._take(block)
        except NONSENSE as cause:
            raise Broken(f"says what no contract of the market says ({type(cause).__name__}: {cause})") from cause

    def _take(self, block: Block) -> Iterable[HourRebuilt]:
        if self._is_complete(billed=True) and block.timestamp >= self._evening(self.hour.hour + 1):
            self.note(f"hour {self.hour.hour} is over without the bill that is due with it")
            yield self._complete()
        self.at = block.number, None
        if not self.hours_begun and self.deployed.rules and block.timestamp >= self._evening(0):
            registry.check_admission(self)
            self.hours_begun = True
        for index, receipt in enumerate(block.receipts):
            self.at = block.number, "0x" + receipt.hash.hex()
            self._transaction(block, receipt, index)
        self.at = block.number, None
        self._on_time(block)
        if self._is_complete():
            yield self._complete()

    def _on_time(self, block: Block) -> None:
        if not self._is_due(block):
            since, hour = block.timestamp - self.deployed.timetable.start, self.hour.hour
            self.note(f"its time is {since} seconds after hour 0; no block of hour {hour} is made then")

    def _is_due(self, block: Block) -> bool:
        """Whether a block of the hour is made at this time."""
        clock, hour = self.deployed.timetable, self.hour.hour
        due = {clock.created, clock.enrolled, clock.registered, *(time(clock, hour) for time in self._times)}
        if design_of(self.scenario).day_ahead and hour % clock.day == 0:
            due.add(clock.day_ahead(hour // clock.day))
        return any(0 <= block.timestamp - time <= self._latest for time in due)

    def _evening(self, hour: int) -> int:
        """Block time before an hour from which on no block of the hour before it is made: orders for a day come in then."""
        clock = self.deployed.timetable
        return clock.begins(hour) - clock.begins(0) + clock.day_ahead(0)

    def _transaction(self, block: Block, receipt: Receipt, index: int) -> None:
        asked = receipt.transaction
        nonce = self._nonces[asked.sender]
        self._nonces[asked.sender] = nonce + 1
        contract = "" if not asked.to else self.deployed.contracts.get(asked.to, "?")
        function, phase = ("", "deploy") if not contract else self._called(contract, asked.data[:4])
        if not phase:
            raise Broken("calls nothing that a run calls")
        if phase == "collateral" and block.timestamp < self.deployed.timetable.start:
            phase = "enrol"
        self.gas[phase] += receipt.gas
        self.transactions[phase] += 1
        place = Place(block, receipt, contract, index)
        if phase in ("orders", "commits", "markups") and self._is_due(block):
            orders.check_time(self, function, asked.sender, block.timestamp, self._latest)
        if not receipt.success:
            if phase not in MAY_BE_REFUSED:
                raise Broken(f"is refused: {refusal(receipt.output)}; only orders may be")
            orders.refuse(self, function, receipt, place.where)
            return
        if not contract:
            self.deployed.create(receipt, nonce)
            if self.deployed.rules and self.deployed.rules.zones not in (len(self.nodes), len(self.scenario.zones)):
                raise Broken(f"deploys a market of {self.deployed.rules.zones} zones; the config has {len(self.nodes)}")
        for log in receipt.logs:
            self._log(place, log)

    def _called(self, contract: str, selector: bytes) -> tuple[str, str]:
        """Name and phase of the function that a selector calls; both empty where no run calls it."""
        if (contract, selector) not in self._functions:
            entry = interface(contract).by_selector.get(selector) if contract != "?" else None
            function = entry["name"] if entry else ""
            self._functions[contract, selector] = function, PHASES.get((self.deployed.kind(contract), function), "")
        return self._functions[contract, selector]

    def _log(self, place: Place, log: Log) -> None:
        known = self._handlers.get((log.address, log.topics[0])) if log.topics else None
        contract, name, handler = known or self._known(log)
        self.events[name] += 1
        handler(self, place if place.contract == contract else replace(place, contract=contract), log)

    def _known(self, log: Log) -> tuple[str, str, Handler]:
        """Contract, name and handler of a log. Raises Broken for one that there should not be."""
        contract = self.deployed.contracts.get(log.address)
        if contract is None or not log.topics or log.topics[0] not in interface(contract).events:
            raise Broken(f"leaves a log of 0x{log.address.hex()} that no contract of the market has")
        name = interface(contract).events[log.topics[0]]["name"]
        handler = HANDLERS.get((self.deployed.kind(contract), name))
        if handler is None and self.deployed.own and contract == self.deployed.own.contract:
            handler = _take_no_notice
        if handler is None:
            raise Broken(f"leaves the log {name} of {contract}, which this audit does not know")
        self._handlers[log.address, log.topics[0]] = contract, name, handler
        return contract, name, handler

    # --- an hour --------------------------------------------------------------------------------------------------------------

    def _is_complete(self, billed: bool = False) -> bool:
        """Whether nothing of the hour is missing; where `billed`, but for a bill."""
        here, scenario = self.hour, self.scenario
        closes = scenario.collateral is not None and (here.hour + 1) % scenario.collateral.hours == 0
        return (
            bool(here.stages and here.settled)
            and (here.metered is not None or scenario.deviation is None)
            and (billed or here.billed is not None or not scenario.bills_after(here.hour))
            and (here.closing.closed is not None or not closes)
        )

    def _complete(self) -> HourRebuilt:
        here = self.hour
        traded = clearing.traded(self, here)
        here.chosen, here.asked = dict(self.chosen), dict(self.asked)
        contracts = allocation.contracts(self, here.hour)
        agreements, settled = allocation.settlement(self, here, contracts)
        here.sold = allocation.by_zone(self, contracts)
        delivers = self.scenario.contract_form == "physical"
        covered = here.covered if delivers else {}
        here.unsold = delivery.unsold(self, traded.net, covered)
        curtailed = {} if self.scenario.deviation else here.unsold
        here.planned = here.result = HourResult(
            hour=here.hour,
            time=self.scenario.time(here.hour),
            stages=traded.stages,
            generation=delivery.generation(self, here.hour, traded.net, contracts if delivers else dict.fromkeys(contracts, 0), curtailed),
            consumption=delivery.consumption(self, here.hour, traded.net, traded.worth, covered),
            agreements=agreements,
            allocation=allocation.allocation(self, here.hour, contracts),
            ledger=[*traded.entries, *here.bonds, *settled],
            gas={},
            transactions={},
            blocks=0,
            differences=[] if delivers else differences.payments(self, here, contracts),
            storage=self.held.rows({each.id: traded.net.get(self.number[each.id], 0) for each in self.scenario.storages}, traded.entries),
        )
        if here.metered:
            here.day, here.water = allocation.days(self) if delivers else {}, self.levels.water(here.hour)
            here.result = replace(
                here.planned,
                generation=deviation.generation(self, here, here.metered, here.planned.generation),
                consumption=deviation.consumption(self, here, here.metered, here.planned.consumption),
                ledger=[*here.planned.ledger, *deviation.entries(self, here.metered)],
            )
        here.result = replace(here.result, reservoirs=self.levels.rows(here.hour, here.result.generation))
        if here.billed:
            bills = (*retail.rows(self, here.hour, here.billed), *customers.rows(self, here))
            paid = [*retail.entries(self, here.billed), *customers.entries(self, here)]
            here.result = replace(here.result, ledger=[*here.result.ledger, *paid], bills=bills)
        closing = here.closing
        if closing.entries or closing.defaults:
            here.result = replace(here.result, ledger=[*here.result.ledger, *closing.entries], defaults=tuple(closing.defaults))
        self.outputs = {self.number[row.plant]: row.metered for row in here.result.generation} if delivers else contracts
        ledger.check_postings(self, here.result.ledger)
        orders.check_forfeits(self)
        self.hours += 1
        self.hour = HourRebuilt(here.hour + 1, reserved=here.reserved)
        return here


def _take_no_notice(market: Market, place: Place, log: Log) -> None:
    """An event that only a user's own auction has: no table is made of it."""
