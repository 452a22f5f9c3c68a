"""A scenario that can be reckoned by hand: 80 MW are needed in S, the line lets 50 MW of the north's free wind through."""

from __future__ import annotations

from typing import Any

import shengdian


def two_zones(hours: int = 2, **overrides: Any) -> shengdian.Scenario:
    return shengdian.Scenario(
        "two-zones",
        zones=["N", "S"],
        plants=[shengdian.Plant("wind", "N", 100, 0), shengdian.Plant("diesel", "S", 100, 300)],
        users=[shengdian.User("town", "S", demand_mw=80)],
        lines=[shengdian.Line("N", "S", capacity_mw=50)],
        hours=hours,
        **{"design": "coupled", "chain": "mirror", **overrides},
    )
