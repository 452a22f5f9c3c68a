"""The technologies of a region: what the market, the year before it and figures need to know of a plant's kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from shengdian.experiments.world import region_tables
from shengdian.sim.base.types import Supply

NOT_APPLICABLE = "none"
"""cell of a technology to which the column does not apply"""


@dataclass(frozen=True, slots=True)
class Technology:
    """A row of `technologies.csv`; what does not apply is empty."""

    name: str
    supply: Supply | Literal["storage"]
    """storage shifts energy and makes none, and stays out of the market"""
    must_run: bool
    """whether it is first under contract and does not go below what it has"""
    fuel: str
    hourly: str
    """`<hourly>_24x12.csv` has its output over capacity by hour of a typical day; `<code>_<hourly>` is its column in a user's own year"""
    monthly: str
    """`<monthly>_monthly.csv` has its mean output over capacity by month"""
    error: str
    """key of [uncertainty] with the standard deviation of its forecast error"""
    tariff: str
    """column of `tariffs.csv` with what its contract energy earns"""
    minimum_share: float
    """of the capacity of units that run"""
    ramp_share: float
    """of capacity from one hour to the next"""
    variable_cost: float
    """CNY/MWh"""
    forced_outage: float
    """share of the time"""
    emission: float
    """t CO2/MWh"""
    stack: int
    """place in figures, from below"""
    colour: str
    """in figures, #RRGGBB"""
    label: str
    """in figures"""

    @property
    def renewable(self) -> bool:
        """Whether it gives wind, sun or water: it burns nothing and stores nothing."""
        return not self.fuel and self.supply != "storage"


@cache
def technologies() -> Mapping[str, Technology]:
    """All of them by name, in the order of the table."""
    return {row["technology"]: _technology(row) for row in region_tables.table("technologies")}


def in_market() -> tuple[str, ...]:
    """Names of those whose plants take part."""
    return tuple(name for name, each in technologies().items() if each.supply != "storage")


def _technology(row: Mapping[str, str]) -> Technology:
    told = {key: "" if value == NOT_APPLICABLE else value for key, value in row.items()}
    return Technology(
        name=row["technology"],
        supply=next(known for known in (*get_args(Supply), "storage") if known == row["supply"]),
        must_run=row["must_run"] == "1",
        fuel=told["fuel"],
        hourly=told["hourly"],
        monthly=told["monthly"],
        error=told["error"],
        tariff=row["tariff"],
        minimum_share=float(row["minimum_share"]),
        ramp_share=float(row["ramp_share_per_hour"]),
        variable_cost=float(row["variable_cost_cny_mwh"]),
        forced_outage=float(row["forced_outage"]),
        emission=float(row["emission_t_mwh"]),
        stack=int(row["stack"]),
        colour=row["colour"],
        label=row["label"],
    )
