"""Small markets whose best actions can be worked out by hand."""

from __future__ import annotations

from typing import Any

import shengdian

HOURS = 4


def island(**changes: Any) -> shengdian.Scenario:
    """A town of 80 MW; hydro could serve it at 100 CNY/MWh, diesel at 300: hydro is undercut from a markup of 200 on."""
    given: dict[str, Any] = {
        "zones": ["A"],
        "plants": [shengdian.Plant("hydro", "A", 100, 100), shengdian.Plant("diesel", "A", 100, 300)],
        "users": [shengdian.User("town", "A", demand_mw=[80] * HOURS)],
        "storages": [shengdian.Storage("lake", "A", charge_mw=20, discharge_mw=20, energy_mwh=40, benchmark_per_mwh=300)],
        "hours": HOURS,
    }
    return shengdian.Scenario("island", **{**given, **changes})


PAY_AS_BID = {"design": "coupled", "market.mechanism": "pay-as-bid"}
"""each gets what it asks, so that what a plant asks is what it earns"""
