"""What an audit knows of the market while it reads the chain; every kind of event adds to it in a file of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shengdian.audit.deployment import Broken, Deployed
from shengdian.audit.hour import HourRebuilt
from shengdian.audit.order_book import OrderBook, Where
from shengdian.audit.reservoirs import Levels
from shengdian.audit.storages import Held
from shengdian.audit.verdict import Difference
from shengdian.sim.base.hour_result import Entry
from shengdian.sim.base.roles import FIRST_NUMBER, AccountName
from shengdian.sim.base.types import Cause
from shengdian.sim.chain import keys
from shengdian.sim.chain.port import Block, Log, Receipt
from shengdian.sim.market.participants import OPERATOR, participants
from shengdian.sim.mechanisms import mechanism_of
from shengdian.sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Place:
    """Where a log stands."""

    block: Block
    receipt: Receipt
    contract: str
    """name"""
    index: int
    """of the transaction in the block"""

    @property
    def where(self) -> Where:
        """Its transaction."""
        return Where(self.block.number, "0x" + self.receipt.hash.hex(), self.index)


class Market:
    """The market on the chain so far, and the hour that is being put together."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.deployed = Deployed(keys.address(OPERATOR), mechanism_of(scenario) if scenario.own_mechanism else None)
        self.differences: list[Difference] = []
        self.people = participants(scenario)
        self.names = ["grid", "rent", *(person.id for person in self.people)]
        """by number; the bank comes last once it is enrolled"""
        self.role_of: list[AccountName] = ["grid", "rent", *(person.role_name for person in self.people)]
        """by number"""
        self.zone_of = ["", "", *(scenario.zones[person.zone] for person in self.people)]
        """by number"""
        self.nodes = (*scenario.zones, *scenario.hubs)
        """names of the auction's zones"""
        self.number_of = {keys.address(person.id): FIRST_NUMBER + place for place, person in enumerate(self.people)}
        """by address"""
        self.number = {person.id: FIRST_NUMBER + place for place, person in enumerate(self.people)}
        """by name"""
        self.orders = OrderBook()
        self.energy: dict[int, list[tuple[int, ...]]] = {}
        """kWh under contract by zone, hour of the day and seller"""
        self.statuses: dict[int, tuple[str, ...]] = {}
        """of the plan in force, by zone"""
        self.outputs: dict[int, int] = {}
        """kWh that plants put out in the last hour, or had under financial contract, by number"""
        self.posted: dict[str, list[int]] = defaultdict(list)
        """volumes that the ledger moved, by transaction"""
        self.levels, self.held = Levels(scenario), Held(scenario)
        self.chosen: dict[str, str] = {}
        """retailer by user, as the chain has it"""
        self.asked: dict[str, int] = {}
        """fen/MWh by retailer, as posted last"""
        self.hour = HourRebuilt(0)
        self.billed_from = 0
        """first hour that is not billed"""
        self.hours_begun = False
        """whether a block of hour 0 or later was taken in"""
        self.at: tuple[int, str | None] = (0, None)
        """block and transaction that is being read"""

    def note(self, sentence: str) -> None:
        """One more difference, in the transaction that is being read."""
        self.differences.append(Difference(sentence, *self.at))

    def entry(self, number: int, cause: Cause, money: int, energy: int, block: int, transaction: str) -> Entry:
        """A payment of 1e-5 CNY to account `number`, and the kWh that it took; as a row of the ledger."""
        return Entry(self.names[number], cause, money, energy, block, transaction, self.role_of[number])

    def must_be_next(self, hour: int, what: str) -> None:
        """Raises Broken where a log is of another hour than the one that is put together."""
        if hour != self.hour.hour:
            raise Broken(f"{what} hour {hour}; hour {self.hour.hour} is the next one")


Handler = Callable[[Market, Place, Log], None]
Handlers = Mapping[tuple[str, str], Handler]
"""what takes in a log, by contract and event; `Auction` is the run's auction, whichever it is"""


def split(words: bytes) -> list[bytes]:
    """Packed words one by one."""
    return [words[at : at + 32] for at in range(0, len(words), 32)]
