"""The world a run happens in: provinces, lines, plants, users and rules, every figure already an integer with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from shengdian.sim.base.html_table import table
from shengdian.sim.base.roles import RoleName
from shengdian.sim.base.schema import CURRENCY
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.base.timetable import HOUR, Timetable
from shengdian.sim.base.types import (
    Bids,
    ChargeRules,
    CollateralRules,
    ContractForm,
    DeviationRules,
    Line,
    Ordering,
    Retail,
    RetailerSpec,
    Salts,
    Supply,
    SurplusDeficit,
)
from shengdian.sim.base.units import GRAMS_PER_TONNE, HOURS_A_DAY, KWH_PER_MWH, mwh

EXCHANGE = "exchange"
"""the technology of what comes from outside a province"""


def supplier_id(zone: str) -> str:
    """The default supplier of a province."""
    return f"{zone}_supplier"


def exchange_id(zone: str, part: str = "") -> str:
    """The fixed exchange of a province; `part` names one besides it."""
    return "_".join(filter(None, (zone, EXCHANGE, part)))


def carbon_cost(price: int, emission: int) -> int:
    """fen/MWh, rounded down, from fen/t CO2 and g CO2 per kWh."""
    return price * emission * KWH_PER_MWH // GRAMS_PER_TONNE


@dataclass(frozen=True, slots=True)
class PlantSpec:
    """A power plant, or an aggregate of equal ones."""

    id: str
    zone: str
    tech: str
    capacity: int
    """kWh an hour"""
    minimum: int
    """kWh an hour, while it runs"""
    ramp: int
    """kWh an hour from one hour to the next"""
    cost: int
    """fen/MWh, fuel and variable, and what emission costs"""
    emission: int
    """g CO2 per kWh"""
    contract_price: int
    """fen/MWh, what contract energy earns"""
    available: tuple[int, ...]
    """kWh by hour of the run"""
    forecast: tuple[int, ...]
    """kWh by hour of the run, what was expected of `available` at the start of the day"""
    energy_budget: tuple[int, ...] | None = None
    """kWh by day that flow into its reservoir; None where no water bounds it"""
    contractible: tuple[int, ...] = ()
    """kWh by day, the contract quantity of the day"""
    strategy: str = "marginal_cost"
    parameters: Mapping[str, float] = field(default_factory=dict)
    """of the strategy"""
    actual: tuple[int, ...] = ()
    """kWh by hour of the run, what `available` turns out to be on the meter; empty where it holds"""
    owner: str = ""
    """who decides for it and others; empty: it decides for itself"""
    supply: Supply = "capacity"
    must_run: bool = False
    """whether it is first under contract and does not go below what it has"""
    renewable: bool = False
    """whether it gives wind, sun or water, which `contracts.priority` and `surplus_deficit` may tell from other plants"""
    role: RoleName = "plant"
    """`exchange` where it stands for what other provinces send"""
    volume: int = 0
    """kWh that its reservoir keeps at most from one day to the next; 0: what a day does not sell of its inflow is lost"""
    stored: int = 0
    """kWh in it at hour 0"""
    fixed_cost: int = 0
    """fen an hour and MWh of capacity, whatever it gives"""
    water_value: int = 0
    """fen/MWh above its cost that water is worth in it while it is empty"""

    def opportunity_cost(self, held: int) -> int:
        """fen/MWh that a kWh out of a reservoir which holds `held` kWh is worth: cost + water value x (1 - held / volume), rounded down.

        At least a tick above its cost, so that water which can be kept never goes before water, wind and sun which cannot. A reservoir
        that keeps nothing asks its cost.
        """
        if not self.volume:
            return self.cost
        return self.cost + max(1, self.water_value * (self.volume - min(max(held, 0), self.volume)) // self.volume)

    def worth(self, before: int, after: int) -> int:
        """1e-5 CNY that a change of what is stored is worth, kWh to kWh: each kWh at the water value of its level, rounded down."""
        if not self.volume:
            return 0
        return self.water_value * (after - before) * (2 * self.volume - before - after) // (2 * self.volume)

    @property
    def thermal(self) -> bool:
        """Whether it burns fuel in units that go up and down."""
        return self.supply == "capacity" and not self.must_run and self.role == "plant"


@dataclass(frozen=True, slots=True)
class UserSpec:
    """A consumer, or an aggregate of equal ones."""

    id: str
    zone: str
    sector: str
    """`industry`, `commerce` or `residential`"""
    captive: bool
    """True: it does not trade; the province's default supplier buys for it, or the retailer that it chose"""
    demand: tuple[int, ...]
    """kWh by hour of the run"""
    strategy: str = "inflexible"
    parameters: Mapping[str, float] = field(default_factory=dict)
    """of the strategy"""
    actual: tuple[int, ...] = ()
    """kWh by hour of the run, what `demand` turns out to be on the meter; empty where it holds"""
    chooses: bool = False
    """whether it is captive to no default supplier, but the customer of a retailer"""


@dataclass(frozen=True, slots=True)
class ExchangeSpec:
    """A province's fixed exchange: with the rest of the country and, by agreements over lines, with other provinces."""

    id: str
    zone: str
    imported: int
    """kWh an hour, flat; negative where the province exports"""
    price: int
    """fen/MWh"""
    sent: tuple[int, ...] = ()
    """kWh by hour of the run that are exported besides; empty where nothing changes from hour to hour"""

    @property
    def exports(self) -> bool:
        """Whether it takes energy from the province in some hour."""
        return self.imported < 0 or any(self.sent)

    def net_import(self, hour: int) -> int:
        """kWh of the hour; negative where the province exports."""
        return self.imported - (self.sent[hour] if self.sent else 0)

    def exported(self, hour: int) -> int:
        """kWh of the hour."""
        return max(0, -self.imported) + (self.sent[hour] if self.sent else 0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """All that a run is made from: the region hour by hour, the rules of its market, and the seed. Energy is kWh, prices fen/MWh."""

    name: str
    seed: int
    design: str
    """name of a file in sim/designs"""
    surplus_deficit: SurplusDeficit
    """what a province offers to the region in the two-stage design"""
    chain: str
    """`eth-tester`, `mirror`, ... or an http:// URL"""
    hours: int
    """how many are simulated: periods of the market, of which a clock hour has `parts`"""
    start: int
    """seconds since 1970 at hour 0"""
    zones: tuple[str, ...]
    """codes of the provinces; a zone's index is its number on the chain"""
    lines: tuple[Line, ...]
    """real lines; the provincial design uses none of them"""
    floor: int
    """fen/MWh"""
    cap: int
    """fen/MWh"""
    k: int
    """ppm"""
    contract_share: int
    """ppm of net load"""
    reading: Literal["province", "per-plant", "literal"]
    """of the paper's allocation"""
    plants: tuple[PlantSpec, ...]
    users: tuple[UserSpec, ...]
    exchanges: tuple[ExchangeSpec, ...]
    config: Mapping[str, Any]
    """the resolved config this was built from, for the manifest"""
    deviation: DeviationRules | None = None
    """None: meters are not settled"""
    collateral: CollateralRules | None = None
    """None: orders need no cover, and accounts are never closed"""
    retail: Retail = "none"
    """who pays what default suppliers pay for captive users"""
    audit_margin: int | None = None  # ppm on top of audited cost that a plant may ask; None: offers are free
    mechanism: str = "uniform"
    """how the auction prices what it accepts: a name in sim/mechanisms.py, or of a user's own"""
    bids: Bids = "open"
    bond_rate: int = 0
    """fen/MWh that committed energy costs whose sealed order is not revealed or not valid"""
    salts: Salts = "seed"
    ordering: Ordering = "seeded"
    """of the transactions in a block"""
    hubs: tuple[str, ...] = ()
    """nodes of the lines where nobody trades; their indices follow those of the zones"""
    reserved: tuple[tuple[int, ...], ...] = ()
    """kWh by line and hour that agreements between provinces have taken and the region may not use; empty where there are none"""
    own_design: Mapping[str, Any] = field(default_factory=dict)
    """a user's own design by field of Design, without its name; empty where the package has the design"""
    own_mechanism: Mapping[str, Any] = field(default_factory=dict)
    """a user's own mechanism, with its contract, as `recorded_mechanism` reads it; empty where the package has the mechanism"""
    code_folder: str = ""
    """where code of a user's own is; empty where there is none"""
    contract_form: ContractForm = "physical"
    terms: tuple[bytes, ...] = ()
    """32 bytes each: hashes of config, figures, contracts and code of a user's own; empty where nothing is recorded"""
    storages: tuple[StorageSpec, ...] = ()
    """that take part in the market"""
    carbon_price: int = 0
    """fen/t CO2, which plants' costs have in them"""
    retailers: tuple[RetailerSpec, ...] = ()
    """zone by zone; the first of a zone serves those who may choose until they do"""
    charges: ChargeRules | None = None
    """for wires and capacity; None: there are none"""
    currency: str = CURRENCY
    """the label of money; a fen is a hundredth of it"""
    one_company: bool = False
    """whether one company has plants and users of all zones that lines join; else each zone's supplier has its own"""
    parts: int = 1
    """hours of the market in a clock hour: 1, 2 or 4"""
    hour_seconds: int = HOUR
    """of the chain, that an hour of the market lasts"""
    begins: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """when hour 0 begins in the market, on the clock of the region"""

    def time(self, hour: int) -> str:
        """When an hour begins in the market: ISO 8601 to the minute, with the offset of the region's clock."""
        return (self.begins + timedelta(hours=hour) / self.parts).isoformat(timespec="minutes")

    @property
    def timetable(self) -> Timetable:
        """When its blocks are made."""
        return Timetable(self.start, self.hour_seconds, self.parts)

    @property
    def day(self) -> int:
        """Hours of a day."""
        return HOURS_A_DAY * self.parts

    def before_hour_0(self, contract: int, hours: int) -> int:
        """kWh in the hour before hour 0 of a plant whose first day has so many hours and this `contract`: the mean of a whole day, also
        where the run is shorter; of the hours that there are where these are shorter than the clock's, as ramps do not reach far there."""
        return contract // (self.day if self.parts == 1 else hours)

    def net_import(self, zone: str, hour: int) -> int:
        """kWh of the hour that the zone's exchanges bring, less what they take."""
        return sum(exchange.net_import(hour) for exchange in self.exchanges if exchange.zone == zone)

    @property
    def billed_users(self) -> dict[str, list[UserSpec]]:
        """The captive users that are billed, by zone of who bills them; zones without any left out."""
        captive = [user for user in self.users if user.captive and not user.chooses and self.retail != "none"]
        of = {zone: self.zones[0] if self.one_company and self.lines else zone for zone in self.zones}
        return {zone: users for zone in self.zones if (users := [user for user in captive if of[user.zone] == zone])}

    @property
    def billed(self) -> bool:
        """Whether anybody is billed: a captive user by its supplier, a customer by its retailer, or anybody by the grid."""
        return self.charges is not None or bool(self.retailers) or (self.retail != "none" and any(user.captive for user in self.users))

    def bills_after(self, hour: int) -> bool:
        """Whether a bill is made at the end of the hour: it ends a day, or the run, or accounts are closed after it."""
        ends = [self.day, self.hours] + ([self.collateral.hours] if self.collateral else [])
        return self.billed and not all((hour + 1) % each for each in ends)

    def load(self, zone: str, hour: int) -> int:
        """kWh that the zone's users need in the hour."""
        return sum(user.demand[hour] for user in self.users if user.zone == zone)

    def _repr_html_(self) -> str:
        """The provinces in short, as notebooks show them."""
        rows = []
        for zone in self.zones:
            plants, users = [plant for plant in self.plants if plant.zone == zone], [user for user in self.users if user.zone == zone]
            figures = mwh(sum(plant.capacity for plant in plants)), mwh(sum(self.load(zone, hour) for hour in range(self.hours)))
            rows.append((zone, str(len(plants)), f"{figures[0]:,.0f}", str(len(users)), f"{figures[1]:,.0f}"))
        market = f"{self.design}, {self.mechanism}, seed {self.seed}, {self.hours} hours, {len(self.lines)} lines, {self.chain}"
        return table(("province", "plants", "capacity (MW)", "users", "load of the run (MWh)"), rows, f"{self.name}: {market}")
