"""What everyone may know before ordering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # agents import this file to read a config, and need no market for it
    from shengdian.sim.market.pending_orders import PendingOrders


@dataclass(frozen=True, slots=True)
class View:
    """What everyone may know when the gate of an hour opens."""

    hour: int
    """hours since the start of the run"""
    zones: tuple[str, ...]
    floor: int
    """fen/MWh"""
    cap: int
    """fen/MWh"""
    load_forecast: tuple[int, ...]
    """kWh by zone"""
    last_prices: tuple[int | None, ...]
    """fen/MWh by zone, of the previous hour's last stage; None where there was none"""
    pending: PendingOrders | None = None
    """what the others have sent; only for strategies that look before they decide"""
