"""What an hour leaves behind: the rows of every table, and stage by stage. All frozen, all integers.

A row declares the columns of its table (`sim/base/schema.py`): ENERGY is whole kWh in a row, PRICE fen/MWh, MONEY 1e-5 CNY, MASS g.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, get_args

from shengdian.sim.base.columns import Rows, plain
from shengdian.sim.base.html_table import table
from shengdian.sim.base.roles import AccountName, RoleName
from shengdian.sim.base.schema import COUNT, DAY, ENERGY, HOUR, ID, MASS, MONEY, NUMBER, PRICE, TEXT, Column, Hour
from shengdian.sim.base.types import Cause, Phase, Side, Stage, Supply
from shengdian.sim.base.units import mwh, per_mwh


@dataclass(frozen=True, slots=True)
class OrderResult:
    """What became of one segment of an order in one stage."""

    hour: ClassVar[Hour]
    stage: Annotated[Stage, Column(TEXT, "provincial or regional")]
    mechanism: ClassVar[Annotated[str, Column(TEXT, "how the stage priced what it accepted: the run's mechanism, or corridor-matching")]]
    order_id: Annotated[str, Column(ID, "<hour>/<trader>/<segment>; a replaced plant's purchase in the regional stage ends in /replaced")]
    trader: Annotated[str, Column(TEXT, "id of the trader")]
    zone: Annotated[str, Column(TEXT, "of the trader")]
    side: Annotated[Side, Column(TEXT, "sell or buy")]
    price: Annotated[int, Column(PRICE, "as ordered")]
    quantity: Annotated[int, Column(ENERGY, "as ordered")]
    filled: Annotated[int, Column(ENERGY, "sold or bought in the stage")]
    paid_price: Annotated[
        int | None, Column(PRICE, "that the filled energy pays or gets; the average, rounded down, where it has several; else empty")
    ]
    status: ClassVar[Annotated[str, Column(TEXT, "reverted, unfilled, partial or filled")]]
    error: Annotated[str, Column(TEXT, "name of the contract's error where the order was refused")] = ""
    role: Annotated[RoleName, Column(TEXT, "of the trader: plant, user, supplier, exchange or storage")] = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class ZonePrice:
    """The price of a zone in one stage."""

    hour: ClassVar[Hour]
    stage: Annotated[Stage, Column(TEXT, "provincial or regional")]
    zone: Annotated[str, Column(TEXT, "that the price is of")]
    price: Annotated[int | None, Column(PRICE, "empty where the zone has none")]


@dataclass(frozen=True, slots=True)
class LineFlow:
    """What went over one line in the regional stage."""

    hour: ClassVar[Hour]
    source: Annotated[str, Column(TEXT, "zone that sends", "from")]
    target: Annotated[str, Column(TEXT, "zone that receives", "to")]
    sent: Annotated[int, Column(ENERGY, "energy sent")]
    received: Annotated[int, Column(ENERGY, "what is left of it after losses")]
    wheeling: Annotated[int, Column(MONEY, "line charges")]
    rent: Annotated[
        int,
        Column(
            MONEY,
            "value received less value sent less wheeling, at least 0: what whole ticks and kWh take below that the grid bears; 0 under "
            "pay-as-bid and corridor matching, whose rent belongs to no line; with nodal prices also below 0",
        ),
    ]
    shadow_price: Annotated[int | None, Column(PRICE, "what a MWh more of a full limit is worth; empty but with nodal prices")] = None


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
    """What one stage of an hour's clearing came to: orders, prices, flows and trades."""

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
            zones.append((zone, "-" if price is None else f"{per_mwh(price):,.2f}", sold, bought))
        columns = ("province", "price (per MWh)", "sold (MWh)", "bought (MWh)")
        text = table(columns, zones, f"{self.stage} stage")
        sent = [(flow.source, flow.target, f"{mwh(flow.sent):,.3f}", f"{mwh(flow.received):,.3f}") for flow in self.flows if flow.sent]
        return text + (table(("from", "to", "sent (MWh)", "received (MWh)"), sent, texts=2) if sent else "")


@dataclass(frozen=True, slots=True)
class Entry:
    """One payment of the ledger."""

    hour: ClassVar[Hour]
    trader: Annotated[str, Column(TEXT, "id; the accounts that are nobody's are grid, rent and, under collateral, bank")]
    cause: Annotated[Cause, Column(TEXT, "what is paid for")]
    money: Annotated[int, Column(MONEY, "received is positive")]
    energy: Annotated[int, Column(ENERGY, "taken is positive, given is negative")]
    block: Annotated[int, Column(COUNT, "number of the block that holds the transaction")]
    transaction: Annotated[str, Column(TEXT, "hash, 0x...")]
    role: Annotated[
        AccountName,
        Column(TEXT, "plant, user, supplier, exchange or storage; grid, rent and bank are of the accounts that are nobody's"),
    ]


@dataclass(frozen=True, slots=True)
class Generation:
    """One plant's hour, or that of an exchange that brings energy."""

    hour: ClassVar[Hour]
    plant: Annotated[str, Column(TEXT, "id of the plant or exchange")]
    zone: Annotated[str, Column(TEXT, "where it feeds in")]
    tech: Annotated[str, Column(TEXT, "technology, a name")]
    available: Annotated[int, Column(ENERGY, "what it could give")]
    contracted: int
    """kWh, from the allocation of the day"""
    scheduled: Annotated[int, Column(ENERGY, "contracted and cleared")]
    metered: Annotated[int, Column(ENERGY, "what it gave")]
    cost: Annotated[int, Column(MONEY, "of what was metered")]
    emission: Annotated[int, Column(MASS, "of what was metered", "co2_t")]
    role: Annotated[RoleName, Column(TEXT, "plant, or exchange where the energy comes from elsewhere")]
    supply: Annotated[Supply, Column(TEXT, "what bounds its energy: capacity, profile (unsold energy is lost), or budget (a reservoir)")]
    carbon: Annotated[int, Column(MONEY, "of the cost, what is paid for emission: a transfer", "carbon_payment")] = 0


@dataclass(frozen=True, slots=True)
class ReservoirDay:
    """One reservoir's day: inflow = output + spilled + change of what is stored."""

    day: Annotated[int, Column(DAY, "day of the run")]
    hour: ClassVar[Annotated[int, Column(HOUR, "last hour of the day")]]
    plant: Annotated[str, Column(TEXT, "id of the plant")]
    zone: Annotated[str, Column(TEXT, "of the plant")]
    tech: Annotated[str, Column(TEXT, "technology, a name")]
    inflow: Annotated[int, Column(ENERGY, "what flows in")]
    output: Annotated[int, Column(ENERGY, "what the plant gave, as metered")]
    spilled: Annotated[int, Column(ENERGY, "what the reservoir could not keep")]
    stored: Annotated[int, Column(ENERGY, "what is in it at the end of the day")]
    worth: Annotated[int, Column(MONEY, "of the change of what is stored, at the water value")]


@dataclass(frozen=True, slots=True)
class StorageHour:
    """One storage's hour: held = held at first + efficiency of charging x all bought - all sold / efficiency of discharging."""

    hour: ClassVar[Hour]
    storage: Annotated[str, Column(TEXT, "id of the storage")]
    zone: Annotated[str, Column(TEXT, "of the storage")]
    tech: Annotated[str, Column(TEXT, "technology, a name")]
    bought: Annotated[int, Column(ENERGY, "in the auction, to charge")]
    sold: Annotated[int, Column(ENERGY, "in the auction, by discharging")]
    held: Annotated[int, Column(ENERGY, "in it at the end of the hour, rounded down to the kWh; counted exactly from hour to hour")]
    money: Annotated[int, Column(MONEY, "that the auction gave it; negative where it paid")]
    left: int
    """1e-12 kWh that it can still give, exactly"""


@dataclass(frozen=True, slots=True)
class Consumption:
    """One user's hour, or that of an exchange that takes energy."""

    hour: ClassVar[Hour]
    user: Annotated[str, Column(TEXT, "id of the user or exchange")]
    zone: Annotated[str, Column(TEXT, "where it takes energy")]
    demand: Annotated[int, Column(ENERGY, "what it needs", tables=("load",))]
    contracted: Annotated[int, Column(ENERGY, "from the allocation of the day", tables=("load",))]
    bought: Annotated[int, Column(ENERGY, "in the auction", tables=("load",))]
    unserved: ClassVar[Annotated[int, Column(ENERGY, "demand that is neither contracted nor bought", tables=("load",))]]
    value: Annotated[int, Column(MONEY, "what the energy that was served is worth to it", tables=("value",))]
    role: Annotated[RoleName, Column(TEXT, "user, or exchange where the energy goes elsewhere")]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Energy agreed ahead of the hour. ("Contract" always means Solidity.)"""

    id: Annotated[str, Column(ID, "of the agreement")]
    mechanism: Annotated[Literal["bilateral", "listing", "central", "planned"], Column(TEXT, "how it was made")]
    seller: Annotated[str, Column(TEXT, "id")]
    buyer: Annotated[str, Column(TEXT, "id")]
    seller_zone: Annotated[str, Column(TEXT, "where the energy is given")]
    buyer_zone: Annotated[str, Column(TEXT, "where the energy is taken")]
    price: Annotated[int, Column(PRICE, "as agreed")]
    hour: ClassVar[Hour]
    quantity: Annotated[int, Column(ENERGY, "of the hour")]


@dataclass(frozen=True, slots=True)
class DifferencePayment:
    """What one party of contract energy got or paid for its difference from the price of the hour."""

    hour: ClassVar[Hour]
    trader: Annotated[str, Column(TEXT, "id of the seller or buyer of contract energy")]
    zone: Annotated[str, Column(TEXT, "of seller and buyer")]
    side: Annotated[Side, Column(TEXT, "sell or buy")]
    quantity: Annotated[int, Column(ENERGY, "under contract")]
    agreed: Annotated[int, Column(PRICE, "of a seller its own; of buyers the mean of their zone's sellers, rounded down")]
    reference: Annotated[int | None, Column(PRICE, "the zone's price in the hour, of two stages in the first; empty where there is none")]
    money: Annotated[
        int, Column(MONEY, "(agreed - reference) x quantity for a seller, the opposite for a buyer; 0 where there is no reference")
    ]
    role: Annotated[RoleName, Column(TEXT, "plant, user, supplier or exchange")]


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """One plant's hour of the contract allocation."""

    day: Annotated[int, Column(DAY, "day of the run")]
    hour: Hour
    plant: Annotated[str, Column(TEXT, "id of the plant")]
    zone: Annotated[str, Column(TEXT, "of the plant")]
    contract: Annotated[int, Column(ENERGY, "allocated to the hour")]
    status: Annotated[str, Column(TEXT, "ok, below_min, above_max, oversupply or band_empty")]


@dataclass(frozen=True, slots=True)
class Bill:
    """What one captive user pays for what its default supplier bought for it, or a customer for what its retailer bought for it."""

    day: Annotated[int, Column(DAY, "day of the run")]
    hour: ClassVar[Annotated[int, Column(HOUR, "last hour that is billed")]]
    since: Annotated[int, Column(HOUR, "first hour that is billed", "from_hour")]
    user: Annotated[str, Column(TEXT, "id of the captive user, or of the customer of a retailer")]
    zone: Annotated[str, Column(TEXT, "of the user")]
    supplier: Annotated[str, Column(TEXT, "id of the default supplier, or of the retailer, which is paid")]
    energy: Annotated[int, Column(ENERGY, "bought for the user in these hours")]
    rate: Annotated[
        int,
        Column(
            PRICE,
            "what the supplier's account lacked, by all that is billed of it, rounded up; below 0: paid back; of a retailer what it asked",
        ),
    ]
    amount: Annotated[int, Column(MONEY, "that the user pays: rate x energy")]
    role: Annotated[RoleName, Column(TEXT, "of the user")]


@dataclass(frozen=True, slots=True)
class Default:
    """Who did not pay when accounts were closed, and what covered it."""

    hour: ClassVar[Hour]
    trader: Annotated[str, Column(TEXT, "id of the one who did not pay")]
    owed: Annotated[int, Column(MONEY, "the sum of the other three")]
    from_collateral: Annotated[int, Column(MONEY, "of the own deposit")]
    from_fund: Annotated[int, Column(MONEY, "of the fund")]
    shared: Annotated[int, Column(MONEY, "that those who are owed did not get")]


@dataclass(frozen=True, slots=True)
class Learned:
    """One number that an agent remembers."""

    hour: ClassVar[Hour]
    agent: Annotated[str, Column(TEXT, "id")]
    strategy: Annotated[str, Column(TEXT, "name of the strategy")]
    key: Annotated[str, Column(TEXT, "what the strategy calls the number; <key>/<place> for one of a list")]
    value: Annotated[float, Column(NUMBER, "what it is at the end of the hour")]


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
    reservoirs: Sequence[ReservoirDay] = ()
    """of the day that ends with the hour; empty in other hours"""
    storage: Sequence[StorageHour] = ()
    """in the scenario's order"""
    differences: Sequence[DifferencePayment] = ()
    """of the hour's contract energy; empty where it is delivered"""
    bills: Sequence[Bill] = ()
    """of the hours up to this one; empty where none is made with it"""
    time: str = ""
    """at which the hour begins in the market: ISO 8601 with the offset of the region's clock"""

    def final_price(self, zone: str) -> int | None:
        """fen/MWh of the last stage that has a price for the zone; None where no stage has one."""
        return next((price for stage in reversed(self.stages) if (price := stage.prices[zone]) is not None), None)

    @property
    def welfare(self) -> int:
        """1e-5 CNY: what the energy served is worth, less generation cost without carbon payments, less line charges, as `welfare`."""
        value: int = sum(plain(Rows.of(Consumption, self.consumption).column("value")))
        cost: int = sum(plain(Rows.of(Generation, self.generation).column("cost")))
        carbon: int = sum(plain(Rows.of(Generation, self.generation).column("carbon")))
        return value - cost + carbon - sum(flow.wheeling for stage in self.stages for flow in stage.flows)

    def _repr_html_(self) -> str:
        """Every stage, then gas by phase, as notebooks show them."""
        used = [(phase, f"{self.transactions.get(phase, 0):,}", f"{gas:,}") for phase, gas in self.gas.items()]
        return "".join(stage._repr_html_() for stage in self.stages) + table(("phase", "transactions", "gas"), used, f"hour {self.hour}")
