"""The values that flow between agents, market and results. All frozen, all integers, a unit on every field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from sim.markup import table
from sim.units import cny_mwh, mwh

if TYPE_CHECKING:
    from sim.waiting import Waiting

Design = Literal["provincial", "two_stage", "coupled", "day_ahead", "corridor_matching"]
Regional = Literal["coupled", "corridor_matching"]
"""how a region clears: by proof of the optimum, or by the inter-provincial spot rule"""
Stage = Literal["provincial", "regional"]
Side = Literal["sell", "buy"]
Mechanism = Literal["uniform", "pay-as-bid", "matched-pairs"]
"""how an auction prices what it accepts"""
Bids = Literal["open", "sealed"]
"""whether orders are seen as they arrive, or committed to first and revealed later"""
Ordering = Literal["seeded", "fifo", "gas_priority", "adversarial"]
"""in which order a block holds the hour's transactions"""
Phase = Literal["deploy", "enrol", "allocate", "commits", "orders", "clear", "settle", "deviation", "collateral"]
Cause = Literal["agreement", "auction", "regional", "wheeling", "rent", "loss", "deviation", "bond", "collateral"]


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
class DeviationRules:
    """What a deviation settlement is born with, besides floor and cap; `contracts/interfaces/IDeviation.sol` says what it does."""

    u1: int
    """ppm of the up price that over-use pays, at least 1,000,000"""
    u2: int
    """ppm of the down price that under-use gets back, at most 1,000,000"""
    k1: int
    """ppm of the down price that over-generation gets, at most 1,000,000"""
    k2: int
    """ppm of the up price that under-generation pays, at least 1,000,000"""
    band: int
    """ppm of what is scheduled that may deviate at the bare price"""
    marginal: bool
    """whether everyone called gets the last price called; else each its own, and deviations are settled at the mean"""
    margin: int
    """ppm of its cost that a plant asks on top for giving more, and keeps for giving less"""


@dataclass(frozen=True, slots=True)
class CollateralRules:
    """What traders must deposit, and who does not pay; `contracts/interfaces/ICollateral.sol` says what it does."""

    hours: int
    """between two closes of accounts"""
    factor: int
    """ppm of so many hours of a trader's worst order that it deposits"""
    fund: int
    """1e-5 CNY that traders give to the fund"""
    defaults: tuple[str, ...]
    """ids of participants who never pay"""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a plant asks for regulation, until it lists anew."""

    up_price: int
    """fen/MWh for giving more"""
    down_price: int
    """fen/MWh that it pays back for giving less"""


def without(rules: Rules, reserved: Sequence[int]) -> Rules:
    """The rules with what `reserved` (kWh by line; none beyond its end) leaves of the lines' capacity, at least nothing."""
    taken = [*reserved, *[0] * len(rules.lines)]
    lines = tuple(replace(line, capacity=max(0, line.capacity - energy)) for line, energy in zip(rules.lines, taken, strict=False))
    return replace(rules, lines=lines)


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
    waiting: Waiting | None = None
    """what the others have sent; only for strategies that look before they decide"""


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

    def _repr_html_(self) -> str:
        """Prices, what was sold and bought, and flows, as notebooks show them."""
        energy: dict[tuple[str, Side], int] = {}
        for row in self.orders:
            energy[row.zone, row.side] = energy.get((row.zone, row.side), 0) + row.filled
        zones = []
        for zone, price in self.prices.items():
            sold, bought = (f"{mwh(energy.get((zone, side), 0)):,.3f}" for side in get_args(Side))
            zones.append((zone, "-" if price is None else f"{cny_mwh(price):,.2f}", sold, bought))
        columns = ("province", "price (CNY/MWh)", "sold (MWh)", "bought (MWh)")
        text = table(columns, zones, f"{self.stage} stage")
        sent = [(flow.source, flow.target, f"{mwh(flow.sent):,.3f}", f"{mwh(flow.received):,.3f}") for flow in self.flows if flow.sent]
        return text + (table(("from", "to", "sent (MWh)", "received (MWh)"), sent, texts=2) if sent else "")


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
class Default:
    """Who did not pay when accounts were closed, and what covered it."""

    trader: str
    owed: int
    """1e-5 CNY, the sum of the other three"""
    from_collateral: int
    """1e-5 CNY of the own deposit"""
    from_fund: int
    """1e-5 CNY"""
    shared: int
    """1e-5 CNY that those who are owed did not get"""


@dataclass(frozen=True, slots=True)
class Learned:
    """One number that an agent remembers."""

    agent: str
    """id"""
    strategy: str
    """name"""
    key: str
    """what the strategy calls it; `<key>/<place>` for a number of a list"""
    value: float


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
    defaults: Sequence[Default] = ()
    """found when accounts were closed at the end of the hour"""

    def _repr_html_(self) -> str:
        """Every stage, then gas by phase, as notebooks show them."""
        used = [(phase, f"{self.transactions.get(phase, 0):,}", f"{gas:,}") for phase, gas in self.gas.items()]
        return "".join(stage._repr_html_() for stage in self.stages) + table(("phase", "transactions", "gas"), used, f"hour {self.hour}")
