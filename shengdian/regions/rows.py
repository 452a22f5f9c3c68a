"""The files of a region, one class each: a row, with a field a column. docs/guide/regions.md says the same."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Efficiency = Annotated[float, Field(gt=0, le=1)]
Power = Annotated[float, Field(ge=0, le=1_000_000)]
Size = Annotated[float, Field(ge=0.001, le=1_000_000)]
"""MW; the market counts whole kWh"""
Energy = Annotated[float, Field(gt=0, le=1_000_000_000)]
Price = Annotated[float, Field(ge=-100_000, le=100_000)]
Cost = Annotated[float, Field(ge=-10_000, le=1_000_000)]
Positive = Annotated[float, Field(ge=0, le=1_000_000)]
Month = Annotated[int, Field(ge=1, le=12)]
Degrees = Annotated[float, Field(ge=-360, le=360)]
Colour = Annotated[str, Field(pattern="^#[0-9A-Fa-f]{6}$")]
Id = Annotated[str, Field(min_length=1)]
Loads = tuple[Power, ...]
Shares = tuple[Share, ...]

HOURS = tuple(f"h{hour:02d}" for hour in range(24))
"""columns of a typical day"""


class Row(BaseModel):
    """A row of one of the files."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)
    at: Annotated[int, Field(exclude=True)] = 0
    """line of the file, from 1; not a column"""
    KEY: ClassVar[tuple[str, ...]] = ()
    """columns of which two rows may not have the same"""


class Zone(Row):
    """A zone, or a hub where energy passes through and nobody trades."""

    KEY = ("zone",)
    zone: Id
    name: str = ""
    area: str = ""
    grid: str = ""
    x: Degrees | None = None
    y: Degrees | None = None
    hub: bool = False
    benchmark_per_mwh: Cost | None = None
    colour: Colour | None = None

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or self.zone


class Technology(Row):
    """A kind of plant or storage. The order of the rows is that of figures, from below."""

    KEY = ("technology",)
    technology: Id
    supply: Literal["capacity", "profile", "budget", "storage"]
    fuel: str = ""
    minimum_share: Share = 0.0
    ramp_share_per_hour: Annotated[float, Field(ge=0, le=60)] = 1.0
    variable_cost_per_mwh: Cost = 0.0
    emission_t_per_mwh: Annotated[float, Field(ge=0, le=100)] = 0.0
    forced_outage: Fraction = 0.0
    must_run: bool = False
    renewable: bool | None = None
    start_cost_per_mw: Positive = 0.0
    minimum_up_hours: Annotated[float, Field(ge=0, le=8784)] = 0.0
    fixed_cost_per_mw_h: Positive = 0.0
    error: str = ""
    colour: Colour | None = None
    label: str = ""

    @property
    def name(self) -> str:
        """Its id."""
        return self.technology

    @property
    def is_renewable(self) -> bool:
        """Whether it is wind, sun or water: as its row says, else where its energy comes by a profile or a budget and burns nothing."""
        return self.supply in ("profile", "budget") and not self.fuel if self.renewable is None else self.renewable


class Plant(Row):
    """A plant; what it has of a technology's columns goes before the technology's."""

    KEY = ("plant",)
    plant: Id
    zone: str
    technology: str
    capacity_mw: Size
    units: Annotated[int, Field(ge=1, le=100_000)] = 1
    cost_per_mwh: Cost | None = None
    owner: str = ""
    contract_price_per_mwh: Cost | None = None
    minimum_share: Share | None = None
    ramp_share_per_hour: Annotated[float, Field(ge=0, le=60)] | None = None
    emission_t_per_mwh: Annotated[float, Field(ge=0, le=100)] | None = None
    forced_outage: Fraction | None = None


class LoadDay(Row):
    """The load of a zone on the typical day of a month, MW."""

    KEY = ("zone", "month", "day")
    zone: str
    month: Month
    day: Literal["mean", "weekday"] = "mean"
    hours: Loads


class OfTechnology(Row):
    """What is said of a technology in a zone."""

    KEY: ClassVar[tuple[str, ...]] = ("zone", "technology")
    zone: str
    technology: str


class AvailabilityDay(OfTechnology):
    """Output over capacity on the typical day of a month."""

    KEY = ("zone", "technology", "month")
    month: Month
    hours: Shares


class MonthlyShare(OfTechnology):
    """A share of capacity by month."""

    KEY = ("zone", "technology", "month")
    month: Month
    share: Share


class FuelCost(OfTechnology):
    """What the fuel of a MWh costs."""

    cost_per_mwh: Cost


class Tariff(OfTechnology):
    """What a MWh under contract earns."""

    price_per_mwh: Cost


class Line(Row):
    """A line; `charge_per_mwh` is for every MWh sent. `capacity_back_mw` = 0 runs one way. It is there from one month to another."""

    KEY = ("line",)
    line: Id
    source_zone: Annotated[str, Field(alias="from")]
    target_zone: Annotated[str, Field(alias="to")]
    capacity_mw: Power
    capacity_back_mw: Power = 0.0
    loss: Fraction = 0.0
    charge_per_mwh: Price = 0.0
    from_month: Month = 1
    to_month: Month = 12
    reactance_ohm: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    source: str = ""

    def there(self, month: int) -> bool:
        """Whether it is there in a month (1 to 12); with `from_month` after `to_month`, over the turn of the year."""
        if self.from_month <= self.to_month:
            return self.from_month <= month <= self.to_month
        return month >= self.from_month or month <= self.to_month


class PlannedFlow(Row):
    """Energy that is planned on a line, MW sent in every hour of a month."""

    KEY = ("line", "direction", "month")
    line: str
    direction: Literal["forward", "back"] = "forward"
    month: Month
    mw: Power


class Residual(Row):
    """The share of a line's capacity that planned energy leaves free in a month; without a line, of every line that has no row."""

    KEY = ("line", "month")
    line: str = ""
    month: Month
    share: Share


class Exchange(Row):
    """What a zone gets from outside the region in every hour of a month, MW; negative where it sends."""

    KEY = ("zone", "month")
    zone: str
    month: Month
    net_import_mw: Annotated[float, Field(ge=-1_000_000, le=1_000_000)]
    price_per_mwh: Cost | None = None


class Reservoir(OfTechnology):
    """What the reservoirs of a zone hold, in hours of full output."""

    hours_of_output: Annotated[float, Field(ge=0, le=100_000)]


class Storage(Row):
    """A store. Charging adds charge x efficiency_charge to it, discharging takes discharge / efficiency_discharge out of it."""

    KEY = ("storage",)
    storage: Id
    zone: str
    technology: str
    charge_mw: Size
    discharge_mw: Size
    energy_mwh: Energy
    efficiency_charge: Efficiency = 1.0
    efficiency_discharge: Efficiency = 1.0
    initial_share: Share = 0.5


class User(Row):
    """A user, with its share of the zone's load."""

    KEY = ("user",)
    user: Id
    zone: str
    sector: Literal["industry", "commerce", "residential"]
    share: Share


class Source(Row):
    """Where figures come from."""

    file: str
    column: str
    unit: str = ""
    source: str
    tag: str = ""
    licence: str = ""


TABLES: dict[str, type[Row]] = {
    "zones.csv": Zone,
    "technologies.csv": Technology,
    "plants.csv": Plant,
    "load.csv": LoadDay,
    "availability.csv": AvailabilityDay,
    "availability_monthly.csv": MonthlyShare,
    "minimum_monthly.csv": MonthlyShare,
    "fuel_costs.csv": FuelCost,
    "tariffs.csv": Tariff,
    "lines.csv": Line,
    "legs.csv": Line,
    "planned_flows.csv": PlannedFlow,
    "residual_monthly.csv": Residual,
    "exchange.csv": Exchange,
    "reservoirs.csv": Reservoir,
    "storage.csv": Storage,
    "users.csv": User,
    "SOURCES.csv": Source,
}
"""by file"""
HOURLY = ("load_hourly.csv", "availability_hourly.csv")
"""files with a row an hour"""
NEEDED = ("zones.csv", "technologies.csv", "plants.csv")
LABEL = "region.toml"
FILES = (LABEL, *TABLES, *HOURLY)


def columns(row: type[Row]) -> dict[str, bool]:
    """The columns of a file, and whether each is needed."""
    found: dict[str, bool] = {}
    for name, field in row.model_fields.items():
        if name == "hours":
            found |= dict.fromkeys(HOURS, True)
        elif name != "at":
            found[field.alias or name] = field.is_required()
    return found
