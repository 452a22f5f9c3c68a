"""An hour as its logs have it: what an audit puts together, block by block, before any check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shengdian.audit.order_book import Refused, Row, Where
from shengdian.sim.base.hour_result import Default, Entry, HourResult
from shengdian.sim.base.types import Dual, Stage
from shengdian.sim.solve.corridor_matching import Match
from shengdian.sim.solve.pairing import Pair
from shengdian.sim.twins.allocation_words import Allocated

HOURS_AT_ONCE = 24
"""rebuilt hours that are judged together"""


@dataclass(frozen=True, slots=True)
class StageAsCleared:
    """A stage out of its logs."""

    stage: Stage
    prices: tuple[int | None, ...]
    """fen/MWh by node: zones, then hubs"""
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
    pairs: tuple[Pair, ...] = ()
    """of matched pairs"""
    merit: tuple[int, ...] = ()
    """kWh that every row of the book would trade if no line were full, where one price is that of all zones"""
    payments: tuple[int, ...] = ()
    """1e-5 CNY that every row of the book gets, negative where it pays, where the contract announces it"""
    matches: tuple[Match, ...] = ()
    """of corridor matching, in order"""
    net: tuple[int, ...] = ()
    """kWh exported by node, where prices are nodal"""
    duals: tuple[Dual, ...] = ()
    """what full rows of the network are worth"""


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
    """kWh that plants put out in the hour before, or had under financial contract, by number; empty before the first hour"""


@dataclass(frozen=True, slots=True)
class Metered:
    """One settlement of deviations: its log and the facts of its call. All by account number from 0 on."""

    where: Where
    marginals: tuple[int, ...]
    """fen/MWh by zone"""
    rooms: tuple[int, ...]
    """kWh"""
    scheduled: tuple[int, ...]
    """kWh, taken is positive"""
    read: tuple[int, ...]
    """kWh on the meter without what was called, taken is positive"""
    prices: tuple[int, ...]
    """fen/MWh, up and down of every zone"""
    calls: tuple[int, ...]
    """kWh called, taken is positive"""
    amounts: tuple[int, ...]
    """1e-5 CNY"""


@dataclass(frozen=True, slots=True)
class BillSent:
    """One bill out of its log."""

    where: Where
    since: int
    """first hour that it bills"""
    tariffs: tuple[tuple[int, int, tuple[tuple[int, int], ...]], ...]
    """number of the supplier, fen/MWh, and number and kWh of every user, by tariff"""
    charges: tuple[tuple[int, tuple[int, ...]], ...]
    """fen/MWh, and kWh of every payer, by charge"""


@dataclass(frozen=True, slots=True)
class CustomersBilled:
    """One bill of retailers out of its log."""

    where: Where
    taken: tuple[tuple[str, str, int, int], ...]
    """user, retailer, fen/MWh and kWh, in the order of the contract"""


@dataclass
class Closing:
    """What collateral moved in the hour; amounts in 1e-5 CNY by number."""

    credited: list[tuple[int, int]] = field(default_factory=list)
    deposited: list[tuple[int, int]] = field(default_factory=list)
    contributed: list[tuple[int, int]] = field(default_factory=list)
    paid: list[tuple[int, int]] = field(default_factory=list)
    defaults: list[Default] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    """what the ledger moved for it"""
    closed: Where | None = None
    """None while accounts are open"""
    amounts: tuple[int, ...] = ()
    """posted to bring all accounts to zero"""
    next_close: int = 0
    """hour"""


@dataclass
class HourRebuilt:
    """Everything that an hour left on the chain."""

    hour: int
    block: int = 0
    """number of the block that clears it"""
    transaction: str = ""
    """hash of the clearing, 0x..."""
    time: int = 0
    """of the clearing, seconds since 1970"""
    place: int = 0
    """of the clearing in its block"""
    book: list[Row] = field(default_factory=list)
    fixed_costs: dict[int, int] = field(default_factory=dict)
    """1e-5 of the currency by number of the plant, where companies dispatch"""
    exchange: tuple[int, ...] = ()
    """fen/MWh by zone of what companies bought of each other; empty where they exchange nothing"""
    own: tuple[int, ...] = ()
    """kWh by row that every zone dispatched for itself, in that case"""
    placed: dict[int, Where] = field(default_factory=dict)
    """what placed each trader's order, by number"""
    refused: list[Refused] = field(default_factory=list)
    committed: dict[int, int] = field(default_factory=dict)
    """kWh at most of the sealed order that each committed to, by number"""
    uncommitted: list[int] = field(default_factory=list)
    """numbers of those whose commitment was refused"""
    forfeited: list[int] = field(default_factory=list)
    """numbers of those whose bond was taken"""
    bonds: list[Entry] = field(default_factory=list)
    """what the ledger moved for it"""
    reserved: tuple[int, ...] = ()
    """kWh by line that the auction may not use"""
    stages: list[StageAsCleared] = field(default_factory=list)
    plans: list[DayPlanned] = field(default_factory=list)
    """allocations of the hour's first block"""
    day: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """kWh to be delivered under contract by number and hour of the day, as in force in the hour; empty where deviations are not settled or
    contracts not delivered"""
    water: Mapping[str, int] = field(default_factory=dict)
    """kWh by id that plants with reservoirs have on the day, inflow included; empty where deviations are not settled"""
    settled: Where | None = None
    """what settled its contract energy"""
    agreed: Mapping[str, bytes] = field(default_factory=dict)
    """words of the log AgreementsSettled"""
    references: tuple[int | None, ...] | None = None
    """fen/MWh by node that contracts are said to be settled against; None where none are"""
    covered: Mapping[int, int] = field(default_factory=dict)
    """kWh under contract by buyer's number"""
    sold: Mapping[str, int] = field(default_factory=dict)
    """kWh under contract by zone"""
    metered: Metered | None = None
    billed: BillSent | None = None
    customers: CustomersBilled | None = None
    """the bill of retailers"""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """retailer by user in the hour; empty where there are none"""
    asked: Mapping[str, int] = field(default_factory=dict)
    """fen/MWh by retailer in the hour"""
    closing: Closing = field(default_factory=Closing)
    unsold: Mapping[str, int] = field(default_factory=dict)
    """kWh by zone that its supplier took under contract and nobody needs"""
    planned: HourResult | None = None
    """rows before the meters were read; the same as `result` where deviations are not settled"""
    result: HourResult | None = None
    """rows of the tables"""
