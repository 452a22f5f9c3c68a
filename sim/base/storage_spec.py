"""A storage of a scenario: what it holds, and what it may buy and sell in the next hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shengdian.sim.base.units import PPM


@dataclass(frozen=True, slots=True)
class StorageSpec:
    """Pumped hydro or a battery: it buys energy in one hour and sells in another what losses leave of it.

    What is left in it is counted exactly, as the energy that it can still give in 1e-12 kWh: a purchase adds what both efficiencies leave
    of it, a sale takes out what is sold. Rounding is only in what tables show.
    """

    id: str
    zone: str
    tech: str
    charge: int
    """kWh an hour that it may buy"""
    discharge: int
    """kWh an hour that it may sell"""
    energy: int
    """kWh that it holds at most"""
    efficiency_charge: int
    """ppm of what is bought that it then holds"""
    efficiency_discharge: int
    """ppm of what leaves it that is sold"""
    stored: int
    """kWh that it holds at hour 0"""
    benchmark: int
    """fen/MWh, what energy is worth before there was a price"""
    strategy: str = "spread"
    parameters: Mapping[str, float] = field(default_factory=dict)
    """of the strategy"""

    @property
    def at_first(self) -> int:
        """1e-12 kWh that it can give at hour 0."""
        return self.stored * self.efficiency_discharge * PPM

    def after(self, left: int, bought: int, sold: int) -> int:
        """1e-12 kWh that it can give after an hour, from those before it and the kWh that it bought and sold."""
        return left + bought * self.efficiency_charge * self.efficiency_discharge - sold * PPM**2

    def can_buy(self, left: int) -> int:
        """kWh of the next hour: within its power, and no more than fills it."""
        free = self.energy * self.efficiency_discharge * PPM - left
        return max(0, min(self.charge, free // (self.efficiency_charge * self.efficiency_discharge)))

    def can_sell(self, left: int) -> int:
        """kWh of the next hour: within its power, and no more than is left."""
        return max(0, min(self.discharge, left // PPM**2))

    def held(self, left: int) -> int:
        """kWh in it, rounded down."""
        return left // (self.efficiency_discharge * PPM)
