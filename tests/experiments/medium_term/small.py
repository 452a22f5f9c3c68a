"""A year small enough to reckon by hand: one province, one plant of 100 MW that costs 200.00, one user, benchmark tariff 400.00 CNY/MWh.

The plant asks half of what lies between, 300.00; the user wants to save a tenth, so it pays 360.00. It may buy 1,000 MWh a month.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shengdian.ahead.state import State
from shengdian.ahead.world import Buyer, Seller, World
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.schema import MediumTerm, Opening
from shengdian.regions.region import Region
from shengdian.sim.base.types import Line

CAPABILITY = tuple(100_000 * 24 * days for days in Region.load().days)
PLANT = Seller("plant", "SX", 20_000, 40_000, 100_000, CAPABILITY, local=True, outward=True, must_run=False, renewable=False)
USER = Buyer("user", "SX", 40_000, (1_000_000,) * 12)
ALL_YEAR = tuple(range(1, 13))


def opening(**parts: Any) -> Opening:
    """All for annual agreements, but for `parts`."""
    values = {"annual": 1.0, "monthly": 0.0, "central": "uniform", "central_share": 0.0, "central_months": ALL_YEAR, "listing": 0.0}
    return Opening(province="SX", opened=1.0, **{**values, **parts})


def terms(**changes: Any) -> MediumTerm:
    """As in the module's sentence."""
    values: dict[str, Any] = {"keeps": (0.5, 0.5), "saves": (0.1, 0.1), "central_keeps": (0.5, 0.5), "central_saves": (0.1, 0.1)}
    return load_config("table1").medium_term.model_copy(update={**values, "partners": 1, "quota": 2.0, **changes})


def world(market: Opening, lines: tuple[Line, ...] = (), zones: tuple[str, ...] = ("SX",)) -> World:
    """The province, and others of `zones` where nobody trades."""
    return World(
        zones=zones,
        openings={"SX": market},
        plants=(PLANT,),
        buyers={"user": USER},
        lines=lines,
        legs=tuple((at,) for at in range(len(lines))),
        network=lines,
        load=dict.fromkeys(zones, (10000000,) * 12),
        imported=dict.fromkeys(zones, (0,) * 12),
        benchmark=dict.fromkeys(zones, 40_000),
        floor=0,
        cap=150_000,
        k=500_000,
        region=Region.load(),
    )


def state(market: Opening, **changes: Any) -> State:
    """Before anybody has traded."""
    return State(replace(world(market), **changes))
