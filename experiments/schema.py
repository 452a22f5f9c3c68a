"""What a config may say. `configs/base.toml` says all of it, with a comment and a unit on every key."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from shengdian.experiments.own_rules import OwnDesign, OwnMechanism
from shengdian.experiments.table import Placed, Table
from shengdian.sim.base.types import Bids, ContractForm, Ordering, Retail, Salts, SurplusDeficit
from shengdian.structure import Charges, Retailers, ShareBySector, Structure

Sector = Literal["industry", "commerce", "residential"]
Stage = Literal["annual", "monthly", "central", "listing", "within_month"]  # of trade ahead of the hours
Priority = Literal["equal", "renewable_first"]
SECTORS: tuple[Sector, ...] = ("industry", "commerce", "residential")
Count = Annotated[int, Field(ge=0, le=60_000)]
"""of users: the registry has room for 65,533 participants"""

Share = Annotated[float, Field(ge=0, le=1)]
Capacity = Annotated[float, Field(ge=0, le=1_000_000)]
Whole = Annotated[int, Field(ge=0)]
Factor = Annotated[float, Field(ge=0, le=1_000)]
Names = Annotated[tuple[str, ...], Field(strict=False)]
Span = Annotated[tuple[Share, Share], Field(strict=False)]


def _a_date(value: Any) -> Any:
    """A resolved config that went through JSON carries the date as text."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


class Run(Table):
    """`[run]`: how many hours from which date, seeds, chain and designs."""

    hours: Annotated[int, Field(ge=1, le=8760)]
    start: Annotated[date, BeforeValidator(_a_date)]
    seeds: Annotated[tuple[Whole, ...], Field(strict=False, min_length=1)]
    chain: Annotated[str, Field(min_length=1)]
    design: str
    compare: Annotated[tuple[str, ...], Field(strict=False)]


class Market(Table):
    """`[market]`: price limits in CNY/MWh, how long a period is, and how prices are found and orders arrive."""

    price_floor_per_mwh: Annotated[float, Field(ge=-10_000, le=10_000)]
    price_cap_per_mwh: Annotated[float, Field(ge=-10_000, le=100_000)]
    k: Share
    surplus_deficit: SurplusDeficit
    mechanism: str
    bids: Bids
    bond_per_mwh: Annotated[float, Field(ge=0, le=110_000)]
    salts: Salts
    ordering: Ordering
    period_minutes: Literal[60, 30, 15] = 60
    period_seconds: Annotated[int, Field(ge=10, le=100_000)] | None = None  # of the chain; None: as many as in the market
    audit_margin: Annotated[float, Field(ge=0, le=10)] | None = None  # share of audited cost on top of it; None: offers are free


class Contracts(Table):
    """`[contracts]`: the share of net load under contract (0 to 1), how it is settled, and how the paper's allocation is read."""

    share: Share
    form: ContractForm
    reading: Literal["province", "per-plant", "literal"]
    priority: Priority


class Water(Table):
    """`[water]`: whether reservoirs keep what they do not sell, how full they begin (0 to 1), and what water is worth in an empty one."""

    carry_over: bool
    start_level: Share
    value_factor: Factor


class Settlement(Table):
    """`[settlement]`: what deviations of metered from scheduled energy cost, as factors of the price, and who pays suppliers."""

    deviation: Literal["none", "pre_listed"]
    price: Literal["mean", "marginal"]
    u1_over_use: Annotated[float, Field(ge=1, le=100)]
    u2_under_use: Share
    k1_over_generation: Share
    k2_under_generation: Annotated[float, Field(ge=1, le=100)]
    free_band: Share
    regulation_margin: Annotated[float, Field(ge=0, le=10)]
    retail: Retail


class Collateral(Table):
    """`[collateral]`: deposits that cover what traders may owe, in CNY, and the hours between two closes."""

    required: bool
    hours: Annotated[int, Field(ge=1, le=744)]
    factor: Annotated[float, Field(ge=0, le=1000)]
    fund: Annotated[float, Field(ge=0, le=1e12)]
    defaults: Names


class Uncertainty(Table):
    """`[uncertainty]`: relative errors of forecasts (0 to 1), and how often and how long (hours) plants fail."""

    load_error: Annotated[float, Field(ge=0, le=1)]
    wind_error: Annotated[float, Field(ge=0, le=1)]
    solar_error: Annotated[float, Field(ge=0, le=1)]
    persistence: Annotated[float, Field(ge=0, lt=1)]
    forced_outage_rate: Share
    repair_hours: Annotated[float, Field(ge=1, le=8760)]


class Region(Placed):
    """`[region]`: the folder of its files, the zones that take part, their lines, and their exchange with what is outside."""

    path: str
    """as it was given: a folder, from that of the config, or the name of a region that comes with the package"""
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]
    """of the folder's files; filled in where it is empty"""
    zones: Names
    network: Literal["equivalent", "legs"]
    residual_share: Share | Literal["monthly"]
    charge_factor: Factor
    loss_factor: Share
    exchange: Literal["monthly", "fixed", "none"]
    minimum_output: Literal["seasonal", "technology"]


class Time(Table):
    """`[time]`: which typical days the hours are."""

    calendar: Literal["day", "months", "seasons", "year"]
    month: Annotated[int, Field(ge=1, le=12)]
    day: Literal["weekday", "mean"]


class Profiles(Table):
    """`[profiles]`: a CSV of one's own with the hours of a year; empty for the typical days."""

    path: str


class BySector(Table):
    """A count a sector."""

    industry: Count
    commerce: Count
    residential: Count


class Users(Table):
    """`[users]`: how many a sector has, its share of load, who is captive, and how sizes differ."""

    count: BySector
    load_share: ShareBySector
    captive: Annotated[tuple[Sector, ...], Field(strict=False)]
    choice: dict[Sector, Annotated[float, Field(gt=0, lt=1)]] | None = None
    """share of a sector's load that may leave the default supplier, where it is a part; None: whole sectors are captive or not"""
    size_spread: Annotated[float, Field(ge=0, le=3)]


class Costs(Table):
    """`[costs]`: factors of what plants' fuel costs, and what a tonne of CO2 costs them."""

    fuel_factor: dict[str, Factor]
    heat_rate_spread: Annotated[float, Field(ge=0, lt=1)]
    carbon_per_t: Annotated[float, Field(ge=0, le=100_000)] | None = None  # emission costs nothing


class Strategy(Table):
    """A strategy by name, with what differs from its default parameters."""

    name: str
    parameters: dict[str, float]


class OwnStrategy(Strategy):
    """Of one plant or storage."""

    plant: str


class StorageStrategy(Strategy):
    """Of storage."""

    parameters: dict[str, float] = Field(default_factory=dict)


class Strategies(Table):
    """`[strategies]`: who decides how for plants, for each sector of users, for single plants and for storage."""

    owners: Whole
    plants: Strategy
    industry: Strategy
    commerce: Strategy
    residential: Strategy
    own: Annotated[tuple[OwnStrategy, ...], Field(strict=False)]
    storage: StorageStrategy | None = None
    """None: storage stays out of the market"""


class Plant(Table):
    """A plant besides those of the fleet."""

    id: Annotated[str, Field(min_length=1)]
    province: str
    technology: str
    capacity_mw: Annotated[float, Field(gt=0, le=1_000_000)]
    cost_per_mwh: Annotated[float, Field(ge=-10_000, le=1_000_000)] | None = None


class CorridorLine(Table):
    """A line besides those of the corridors; one direction."""

    source: Annotated[str, Field(alias="from")]
    target: Annotated[str, Field(alias="to")]
    capacity_mw: Capacity
    charge_per_mwh: Annotated[float, Field(ge=-10_000, le=100_000)]
    loss: Annotated[float, Field(ge=0, lt=1)]


class Outage(Table):
    """`[[outages]]`: hours in which a plant has only a share (0 to 1) of its capacity."""

    plant: str
    from_hour: Whole
    to_hour: Whole
    available_share: Share


class Opening(Table):
    """A province's market ahead of the hours."""

    province: str
    opened: Share
    annual: Share
    monthly: Share
    central: Literal["none", "uniform", "pay-as-bid", "matched-pairs", "price-differences"]
    rebate: Share | None = None
    central_share: Share
    central_months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(strict=False)]
    listing: Share
    within_month: Share = 0.0

    def part(self, stage: Stage) -> float:
        """The share of opened demand that users want of the stage, 0 to 1."""
        return float(getattr(self, "central_share" if stage == "central" else stage))

    def trades(self, stage: Stage, month: int) -> bool:
        """Whether the province has the stage in the month (0 to 11)."""
        return self.central != "none" and month + 1 in self.central_months if stage == "central" else self.part(stage) > 0


class Horizons(Table):
    """One share (0 to 1) a horizon of trade ahead of the hours."""

    annual: Share
    monthly: Share
    within_month: Share


class MediumTerm(Table):
    """`[medium_term]`: trade in the year ahead of the hours."""

    trade: bool
    technologies: Names
    line_technologies: Names
    rounds: Annotated[int, Field(ge=2, le=100)]
    partners: Annotated[int, Field(ge=1, le=20)]
    keeps: Span
    saves: Span
    central_keeps: Span
    central_saves: Span
    quota: Annotated[float, Field(ge=1, le=100)]
    lines_wanted: Share
    line_opened: Horizons
    provinces: Annotated[tuple[Opening, ...], Field(strict=False)]
    opened: Share | None = None  # of every province that `provinces` does not name, all of it in annual agreements; left out: nothing
    distributors: bool | None = None  # true: default suppliers buy for their captive users, in place of large users


class Sweep(Table):
    """What `shengdian sweep` varies, by full key; every combination of what the three tables give."""

    grid: dict[str, Annotated[tuple[Any, ...], Field(strict=False, min_length=1)]]
    list: Annotated[tuple[dict[str, Any], ...], Field(strict=False)]
    latin_hypercube: dict[str, Any]


class Rulebook(Table):
    """The tables that hold whatever the world is: when and how it is run, and the rules of the market."""

    name: Annotated[str, Field(min_length=1)]
    question: Annotated[str, Field(min_length=1)]
    description: str
    run: Run
    market: Market
    contracts: Contracts
    water: Water
    settlement: Settlement
    collateral: Collateral
    charges: Charges | None = None
    own_designs: dict[str, OwnDesign] | None = None
    own_mechanisms: dict[str, OwnMechanism] | None = None
    """both by name; None where none is used"""

    def resolved(self) -> dict[str, Any]:
        """Plain tables, lists, texts and numbers, complete, with the keys of the file; loads again as it is."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class MadeScenario(Table):
    """What a scenario made in Python leaves in its config."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """of the run's scenario.json"""


class MadeConfig(Rulebook):
    """The config of a scenario made in Python: its world stands in the run's scenario.json."""

    scenario: MadeScenario


class Config(Rulebook):
    """A resolved config: base.toml with an experiment's overrides."""

    uncertainty: Uncertainty
    region: Region
    time: Time
    profiles: Profiles
    users: Users
    retailers: Retailers | None = None
    costs: Costs
    strategies: Strategies
    plants: Annotated[tuple[Plant, ...], Field(strict=False)]
    lines: Annotated[tuple[CorridorLine, ...], Field(strict=False)]
    outages: Annotated[tuple[Outage, ...], Field(strict=False)]
    medium_term: MediumTerm
    sweep: Sweep
    code_folder: str | None = None  # where code of a user's own is; None where none is used
    structure: Structure | None = None
