"""The values that flow between agents, market and results. All frozen, all integers, a unit on every field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Design = Literal["provincial", "two_stage", "coupled", "corridor_matching"]
Regional = Literal["coupled", "corridor_matching"]
"""how a region clears: by proof of the optimum, or by the inter-provincial spot rule"""
Stage = Literal["provincial", "regional"]
Side = Literal["sell", "buy"]
Mechanism = Literal["uniform", "pay-as-bid", "matched-pairs"]
"""how an auction prices what it accepts"""
Phase = Literal["deploy", "enrol", "allocate", "orders", "clear", "settle"]
Cause = Literal["agreement", "auction", "regional", "wheeling", "rent", "loss", "deviation"]


@dataclass(frozen=True, slots=True)
class Segment:
    price: int
    """fen/MWh"""
    quantity: int
    """kWh, at least 1"""


@dataclass(frozen=True, slots=True)
class Order:
    trader: str
    """id of the trader"""
    segments: tuple[Segment, ...]
    """one to five"""


@dataclass(frozen=True, slots=True)
class Offer(Order):
    """An order to sell."""


@dataclass(frozen=True, slots=True)
class Bid(Order):
    """An order to buy."""


@dataclass(frozen=True, slots=True)
class Line:
    """One direction of a corridor."""

    source: int
    """index of the sending zone"""
    target: int
    """index of the receiving zone"""
    capacity: int
    """kWh an hour that may be sent"""
    charge: int
    """fen per MWh sent"""
    loss: int
    """ppm of what is sent"""
    name: str = ""
    """for people"""
    tariff: int = 0
    """fen per MWh that arrives: the same charge as the inter-provincial rule states it"""


@dataclass(frozen=True, slots=True)
class Rules:
    """What an auction is born with."""

    zones: int
    """how many"""
    lines: tuple[Line, ...]
    floor: int
    """fen/MWh"""
    cap: int
    """fen/MWh"""
    k: int
    """ppm; where in the interval of supporting prices the price lies (0 lowest, 1,000,000 highest)"""


@dataclass(frozen=True, slots=True)
class Submission:
    """A solution of one stage with its proof, as `clear` takes it."""

    sent: tuple[int, ...]
    """kWh by line"""
    received: tuple[int, ...]
    """kWh by line"""
    low: tuple[int, ...]
    """lowest supporting price by zone, micro-ticks above the floor"""
    high: tuple[int, ...]
    """highest supporting price by zone, micro-ticks above the floor"""


@dataclass(frozen=True, slots=True)
class View:
    """What everyone may know when the gate of an hour opens."""

    hour: int
    """hours since the start of the run"""
    zones: tuple[str, ...]
    floor: int
    """fen/MWh"""
    cap: int
    """fen/MWh"""
    load_forecast: tuple[int, ...]
    """kWh by zone"""
    last_prices: tuple[int | None, ...]
    """fen/MWh by zone, of the previous hour's last stage; None where there was none"""


@dataclass(frozen=True, slots=True)
class OrderResult:
    """What became of one segment of an order in one stage."""

    order_id: str
    """`<hour>/<trader>/<segment>`; a replaced plant's purchase in the regional stage ends in `/replaced`"""
    stage: Stage
    trader: str
    zone: str
    side: Side
    price: int
    """fen/MWh, as ordered"""
    quantity: int
    """kWh, as ordered"""
    filled: int
    """kWh"""
    paid_price: int | None
    """fen/MWh that the filled energy pays or gets; the average, rounded down, where it has several prices"""
    error: str = ""
    """name of the contract's error where the order was refused"""


@dataclass(frozen=True, slots=True)
class LineFlow:
    source: str
    """zone"""
    target: str
    """zone"""
    sent: int
    """kWh"""
    received: int
    """kWh"""
    wheeling: int
    """1e-5 CNY, charge x sent"""
    rent: int
    """1e-5 CNY, value received less value sent less wheeling; 0 under pay-as-bid and corridor matching, whose rent belongs to no line"""


@dataclass(frozen=True, slots=True)
class Trade:
    """One pair of a pairwise mechanism."""

    seller: str
    """id of the trader"""
    buyer: str
    """id of the trader"""
    quantity: int
    """kWh"""
    price: int
    """fen/MWh"""


@dataclass(frozen=True, slots=True)
class StageResult:
    stage: Stage
    prices: Mapping[str, int | None]
    """fen/MWh by zone"""
    flows: tuple[LineFlow, ...]
    """one a line; empty in the provincial stage"""
    orders: Sequence[OrderResult]
    gap: int
    """1e-5 CNY, emitted bound on the distance from the optimum"""
    trades: tuple[Trade, ...] = ()
    """in the order of pairing; empty where the mechanism makes no pairs"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One payment of the ledger."""

    trader: str
    """id; `grid` and `rent` are the two accounts that are nobody's"""
    cause: Cause
    money: int
    """1e-5 CNY, received is positive"""
    energy: int
    """kWh, taken is positive, given is negative"""
    block: int
    """number of the block that holds the transaction"""
    transaction: str
    """hash, 0x..."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One plant's hour."""

    plant: str
    zone: str
    tech: str
    available: int
    """kWh"""
    contracted: int
    """kWh, from the allocation of the day"""
    scheduled: int
    """kWh, contracted plus cleared"""
    metered: int
    """kWh"""
    cost: int
    """1e-5 CNY, of what was metered"""
    emission: int
    """g CO2, of what was metered"""


@dataclass(frozen=True, slots=True)
class Consumption:
    """One user's hour."""

    user: str
    zone: str
    demand: int
    """kWh"""
    contracted: int
    """kWh, from the allocation of the day"""
    bought: int
    """kWh, in the auction"""
    value: int
    """1e-5 CNY, what the energy that was served is worth to the user"""

    @property
    def unserved(self) -> int:
        """kWh"""
        return self.demand - self.contracted - self.bought


@dataclass(frozen=True, slots=True)
class Agreement:
    """Energy agreed ahead of the hour. ("Contract" always means Solidity.)"""

    id: str
    mechanism: Literal["bilateral", "listing", "central", "planned"]
    seller: str
    buyer: str
    seller_zone: str
    buyer_zone: str
    price: int
    """fen/MWh"""
    quantity: int
    """kWh in the hour"""


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """One plant's hour of the contract allocation."""

    day: int
    hour: int
    """hours since the start of the run"""
    plant: str
    zone: str
    contract: int
    """kWh"""
    status: str
    """`ok`, `below_min`, `above_max`, `oversupply` or `band_empty`"""


@dataclass(frozen=True, slots=True)
class HourResult:
    """Everything one hour added to the record."""

    hour: int
    """hours since the start of the run"""
    stages: tuple[StageResult, ...]
    generation: Sequence[Generation]
    consumption: Sequence[Consumption]
    agreements: Sequence[Agreement]
    allocation: Sequence[AllocationRow]
    ledger: Sequence[Entry]
    gas: Mapping[Phase, int]
    """gas used by phase, from receipts"""
    transactions: Mapping[Phase, int]
    """how many by phase"""
    blocks: int
    """how many"""
