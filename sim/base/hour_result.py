"""What an hour leaves behind: the rows of every table, and stage by stage. All frozen, all integers, a unit on every field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from shengdian.sim.base.columns import Rows, plain
from shengdian.sim.base.html_table import table
from shengdian.sim.base.types import Cause, Phase, Side, Stage
from shengdian.sim.base.units import cny_mwh, mwh


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
    mechanism: str = "uniform"
    """how the stage priced what it accepted: a `Mechanism`, or `corridor-matching`"""

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

    def final_price(self, zone: str) -> int | None:
        """fen/MWh of the last stage that has a price for the zone; None where no stage has one."""
        return next((price for stage in reversed(self.stages) if (price := stage.prices[zone]) is not None), None)

    @property
    def welfare(self) -> int:
        """1e-5 CNY: what the energy served is worth, less generation cost, less line charges, as `welfare_cny` of a run's summary."""
        value: int = sum(plain(Rows.of(Consumption, self.consumption).column("value")))
        cost: int = sum(plain(Rows.of(Generation, self.generation).column("cost")))
        return value - cost - sum(flow.wheeling for stage in self.stages for flow in stage.flows)

    def _repr_html_(self) -> str:
        """Every stage, then gas by phase, as notebooks show them."""
        used = [(phase, f"{self.transactions.get(phase, 0):,}", f"{gas:,}") for phase, gas in self.gas.items()]
        return "".join(stage._repr_html_() for stage in self.stages) + table(("phase", "transactions", "gas"), used, f"hour {self.hour}")
