"""What a market structure is: a point in ten keys, some of which have others that go with them; and the charges that it may have."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shengdian.experiments.table import Table

Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0, le=10_000)]


class ShareBySector(Table):
    """One share a sector, 0 to 1."""

    industry: Share
    commerce: Share
    residential: Share


class Choice(ShareBySector):
    """By sector, the share of load that may leave the default supplier, 0 to 1."""


class Agreed(Table):
    """What is agreed before the hour."""

    kind: Literal["none", "planned", "bilateral", "auction"]
    share: Share
    """of net load, unless kind is `none`"""
    form: Literal["physical", "financial"]
    tariff: Literal["benchmark", "cost_plus"]


class Network(Table):
    """Who pays for wires, and how."""

    rule: Literal["none", "stamp", "point", "distance"]
    rate: Rate
    """per MWh, of a stamp or a point"""
    on_load: Share
    """of the rate; the rest is on generation"""


class Structure(Table):
    """`[structure]`: a preset by name, and the keys in which the market differs from it."""

    preset: str
    dispatch: Literal["pool", "self", "equal", "utility"] = Field(
        description="who decides what runs: orders of the hour (pool), contracts (self), equal shares of what plants have (equal), "
        "or a company at least cost (utility)"
    )
    offers: Literal["free", "audited"] = Field(description="whether an offer may be above the plant's audited cost")
    audit_margin: Annotated[float, Field(ge=0, le=10)] = Field(description="goes with offers: share of audited cost on top of it")
    price: Literal["zonal", "one", "pay-as-bid", "matched-pairs", "tariff"] = Field(
        description="what the hour pays: one price a zone (zonal), one price for all with redispatch (one), the own price (pay-as-bid), "
        "a price a pair (matched-pairs), or nothing (tariff)"
    )
    buyers: Literal["utility", "single", "distributors", "open"] = Field(
        description="who buys from plants: the company itself, one account a zone for all load (single), one a zone for all who may not "
        "choose (distributors), or large users beside default suppliers (open)"
    )
    markup: Rate = Field(description="goes with buyers: what a buyer adds per MWh where it resells at a set price")
    choice: Choice = Field(description="share of each sector's load that may leave the default supplier")
    retailers: Annotated[int, Field(ge=0, le=100)] = Field(description="goes with choice: retailers a zone; 0: who may choose buys itself")
    contracts: Agreed = Field(
        description="what is agreed before the hour (kind), how much of net load (share), whether it is delivered (form), at which price "
        "(tariff)"
    )
    trade: Literal["none", "planned", "surplus", "contracts_first", "two_stage", "corridor_matching", "implicit"] = Field(
        description="between zones: none, by plan (planned), surplus for deficit, by agreements alone (contracts_first), "
        "after zones cleared alone (two_stage, corridor_matching), or in one auction (implicit)"
    )
    network: Network = Field(
        description="who pays for wires: nobody (none), a rate per MWh (stamp), a rate of one's own point that plants ask on top "
        "of cost (point), or lines' charges in "
        "the clearing (distance)"
    )
    capacity: Rate = Field(description="per available MW and hour, paid by load to plants; 0: none")
    balancing: Literal["none", "one", "two"] = Field(
        description="what deviations pay: nothing is settled (none), one price (one), or worse prices for who deviates (two)"
    )


class Point(Table):
    """What users and plants of a zone pay for wires, money per MWh."""

    load_per_mwh: Rate
    generation_per_mwh: Rate


class Charges(Table):
    """`[charges]`: what is paid for wires and for capacity, a bill a day, money per MWh."""

    load_per_mwh: Rate = 0.0
    generation_per_mwh: Rate = 0.0
    capacity_per_mw_h: Rate = 0.0
    asked: bool = False
    """whether plants ask what they pay on top of cost"""
    points: dict[str, Point] | None = None
    """by zone; None: all zones pay the same"""


class Retailers(Table):
    """`[retailers]`: of users who may choose, in every zone."""

    per_zone: Annotated[int, Field(ge=0, le=100)] = 0
    """0: who may choose buys itself"""
    margins: Annotated[tuple[Annotated[float, Field(ge=0, le=10)], ...], Field(strict=False, min_length=1)] = (0.05, 0.02)
    """of the first retailer of a zone, the second and so on, over and over; shares of forecast cost"""
    inertia: Share = 0.8
    """how likely a user stays with its retailer for the day though another asks less"""


TEN = tuple(name for name, field in Structure.model_fields.items() if field.description and "goes with" not in field.description)
"""the keys that make a structure, in order"""
