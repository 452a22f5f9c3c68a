"""What has been traded so far, and so what everyone has left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from shengdian.ahead.world import MONTHS, Buyer, Seller, World
from shengdian.experiments.schema import Stage
from shengdian.sim.base.units import PPM, ppm

Mechanism = Literal["bilateral", "central", "listing", "planned"]
STAGES: tuple[Stage, ...] = ("annual", "monthly", "central", "listing", "within_month")
"""in the order of trading"""
MECHANISM: Final[Mapping[Stage | Literal["planned"], Mechanism]] = {
    "annual": "bilateral",
    "monthly": "bilateral",
    "central": "central",
    "listing": "listing",
    "within_month": "bilateral",
    "planned": "planned",
}


@dataclass(frozen=True, slots=True)
class Deal:
    """Energy of one month between two parties: as the chain has it or, where planned, as it is allotted."""

    id: str
    stage: Stage | Literal["planned"]
    seller: str
    """id"""
    buyer: str
    """id"""
    seller_zone: str
    buyer_zone: str
    price: int
    """fen/MWh sent"""
    month: int
    """0 to 11"""
    quantity: int
    """kWh sent"""
    line: int | None = None
    """index of the line it is sent over; None inside a province"""

    @property
    def mechanism(self) -> Mechanism:
        """As in the table of agreements."""
        return MECHANISM[self.stage]


@dataclass
class State:
    """The year while it is traded."""

    world: World
    deals: list[Deal] = field(default_factory=list)
    """in the order of trading"""
    sold: dict[tuple[str, int], int] = field(default_factory=dict)
    """kWh by seller and month"""
    bought: dict[tuple[str, int], int] = field(default_factory=dict)
    """kWh by buyer and month"""

    def add(self, deal: Deal) -> None:
        """Takes note of a deal."""
        self.deals.append(deal)
        for side, who in ((self.sold, deal.seller), (self.bought, deal.buyer)):
            side[who, deal.month] = side.get((who, deal.month), 0) + deal.quantity

    def can_sell(self, seller: Seller, month: int) -> int:
        """kWh of the month that the plant has left."""
        return seller.capability[month] - self.sold.get((seller.id, month), 0)

    def wants(self, buyer: Buyer, stage: Stage, month: int) -> int:
        """kWh: the user's part of its opened demand for this stage, and what earlier stages owe it."""
        opening = self.world.openings[buyer.zone]
        share = sum(ppm(opening.part(each)) for each in STAGES[: STAGES.index(stage) + 1])
        return max(0, buyer.opened[month] * min(PPM, share) // PPM - self.bought.get((buyer.id, month), 0))

    def opened(self, zone: str) -> int:
        """kWh of the year that large users of the province may buy in the market."""
        return sum(buyer.opened[month] for buyer in self.world.buying(zone) for month in MONTHS)

    def quotas(self, zone: str, stage: Stage, month: int, quota: int) -> dict[str, int]:
        """kWh that each plant may offer: together `quota` (ppm) times what users want, shared by capacity; no more than it has left."""
        selling = self.world.selling(zone)
        wanted = sum(self.wants(buyer, stage, month) for buyer in self.world.buying(zone))
        whole = sum(seller.capacity for seller in selling)
        return {seller.id: min(self.can_sell(seller, month), wanted * quota // PPM * seller.capacity // whole) for seller in selling}
