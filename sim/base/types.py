"""What is traded, and by which rules: what agents and the market have in common. Frozen, whole numbers, a unit on every field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

SurplusDeficit = Literal["physical", "renewable", "economic"]
"""what provinces bring to the region after clearing alone, in the order of the contracts' enum:
physical: unsold energy is surplus, unserved demand is deficit;
renewable: only unsold wind, sun and water is surplus; what would replace other plants' sales at home is deficit too;
economic: all unsold energy is surplus; what would replace any plant's sales at home is deficit too"""
READINGS: tuple[SurplusDeficit, ...] = get_args(SurplusDeficit)
"""by their number in the contracts"""
Regional = Literal["coupled", "corridor_matching", "nodal"]
"""how a region clears: by proof of the optimum over lines that send what they are told, by the inter-provincial spot rule, or by proof of
the optimum over a network whose flows follow from net exports"""
Stage = Literal["provincial", "regional"]
Side = Literal["sell", "buy"]
ContractForm = Literal["physical", "financial"]
"""whether contract energy is delivered at the agreed price, or bought and sold in the hour like all other, with the difference of the
agreed price and the hour's paid afterwards"""
Bids = Literal["open", "sealed"]
"""whether orders are seen as they arrive, or committed to first and revealed later"""
Salts = Literal["seed", "random"]
"""where the random numbers in sealed envelopes come from: the run's seed, so that runs are reproducible, or the machine's random source"""
Retail = Literal["none", "average_cost"]
"""who pays what default suppliers pay: nobody, or their captive users at its average cost"""
Ordering = Literal["seeded", "fifo", "gas_priority", "adversarial"]
"""in which order a block holds the hour's transactions"""
Phase = Literal["deploy", "enrol", "allocate", "commits", "orders", "markups", "clear", "settle", "deviation", "bills", "collateral"]
Supply = Literal["capacity", "profile", "budget"]
"""what bounds a plant's energy: its capacity, a profile by hour, whose unsold energy is lost, or a reservoir's budget, which keeps it"""
Cause = Literal[
    "agreement",
    "auction",
    "regional",
    "wheeling",
    "rent",
    "loss",
    "deviation",
    "bond",
    "collateral",
    "retail",
    "difference",
    "network",
    "capacity",
    "uplift",
    "dispatch",
]


@dataclass(frozen=True, slots=True)
class Segment:
    """A price and how much is offered or wanted at it."""

    price: int
    """fen/MWh"""
    quantity: int
    """kWh, at least 1"""


@dataclass(frozen=True, slots=True)
class Order:
    """What a trader offers or wants in an hour: a ladder of segments. An Offer sells, a Bid buys."""

    trader: str
    """id of the trader"""
    segments: tuple[Segment, ...]
    """one to five"""
    regional: int = 0
    """fen/MWh that it asks or bids more in the second of two stages, less where negative; other markets pass it over"""


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
    reactance: int = 0
    """1e-9 of any one base; 0 where the line is no branch of a power flow"""


@dataclass(frozen=True, slots=True)
class Network:
    """What nodes may export together: for every row, factors x net exports keep within the limits."""

    factors: tuple[tuple[int, ...], ...]
    """1e-9 by row and zone, the least of a row is 0: what of a kWh exported from the zone flows over the row, up to a constant"""
    up: tuple[int, ...]
    """kWh an hour, by row"""
    down: tuple[int | None, ...]
    """kWh an hour against the row's direction; None where there is no limit"""
    tolerance: int = 1
    """kWh by which a flow may miss a limit, and within which a row counts as full"""


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
    network: Network | None = None
    """of an auction with nodal prices; None where energy flows over `lines` as it is sent"""


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
class RetailerSpec:
    """Who buys for users that chose it, and asks one rate of them for a day."""

    id: str
    zone: str
    margin: int
    """ppm of forecast cost"""
    benchmark: int
    """fen/MWh, what energy is thought to cost before there was a price"""
    inertia: int = 0
    """ppm, how likely a customer stays for the day though another asks less"""


@dataclass(frozen=True, slots=True)
class ChargeRules:
    """What is paid for wires and for capacity, a bill a day; `contracts/interfaces/ITariffs.sol` says how. All in fen/MWh."""

    on_load: int
    """that users pay the grid for what they take"""
    on_generation: int
    """that plants pay the grid for what they give"""
    capacity: int
    """that the grid pays plants for what they could give, and gets back from users"""
    points: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """`on_load` and `on_generation` by zone, of zones that have their own"""
    asked: bool = False
    """whether plants ask `on_generation` on top of cost"""
    uplift: bool = False
    """whether users give the account of the rent what it lacks"""

    def of(self, base: Literal["load", "generation"], zone: str) -> int:
        """fen/MWh in a zone."""
        return self.points.get(zone, (self.on_load, self.on_generation))[base == "generation"]


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
    """lowest supporting price by zone, nano-ticks above the floor"""
    high: tuple[int, ...]
    """highest supporting price by zone, nano-ticks above the floor"""


@dataclass(frozen=True, slots=True)
class Dual:
    """What the two ends of the supporting prices say a full row is worth."""

    row: int
    """place of the row in the network"""
    low: int
    """1e-18 tick; above 0 where the row is full in its direction, below 0 where it is full against it"""
    high: int
    """as `low`, at the high end"""


@dataclass(frozen=True, slots=True)
class NodalSolution:
    """Net exports with the proof that they are optimal and the prices right, as the `clear` of nodal prices takes it.

    The price of a node is level - sum of dual x factor, at either end.
    """

    net: tuple[int, ...]
    """kWh exported by zone, below 0 where imported"""
    levels: tuple[int, int]
    """1e-18 tick above the floor, at the low end and the high one"""
    duals: tuple[Dual, ...]
    """of the rows that are full, in their order"""
    directions: tuple[tuple[int, ...], tuple[int, ...]]
    """1e-18 tick by end and zone: which way the price would go if the rows let it"""
