"""What the second of two stages decides, told anew from the rule and from nothing of the solver: what is for sale and what is sought."""

from __future__ import annotations

from shengdian.audit.order_book import Row
from shengdian.sim.base.types import SurplusDeficit


def replaceable(row: Row, reading: SurplusDeficit | None) -> bool:
    """Whether what the row sold at home may be replaced by energy from elsewhere."""
    return row.sells and (reading == "economic" or (reading == "renewable" and not row.renewable))


def for_sale(row: Row, sold: int, reading: SurplusDeficit | None) -> int:
    """kWh that the row offers after it sold `sold` kWh at home."""
    if not row.sells or (reading == "renewable" and not row.renewable):
        return 0
    return row.quantity - sold


def sought(row: Row, filled: int, reading: SurplusDeficit | None) -> int:
    """kWh that the row bids for after it bought, or as a plant sold, `filled` kWh at home."""
    if row.sells:
        return filled if replaceable(row, reading) else 0
    return row.quantity - filled
