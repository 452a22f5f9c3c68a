"""Supply and demand of a province's hour: who offered, who bid, where it cleared, who was accepted."""

from __future__ import annotations

import pandas as pd
import solara

from shengdian.app.live import World
from shengdian.app.views.widgets import Choices, Heading, Look, SideBySide, Table
from shengdian.experiments.results import plots

COLUMNS = ("stage", "trader", "side", "price_per_mwh", "quantity_mwh", "filled_mwh", "paid_price_per_mwh", "status")


@solara.component
def Supply(look: Look) -> None:
    """One province's hour: its supply and demand curves, and the orders behind them."""
    Choices(look)
    zone, hour = look.shown_zone, look.shown_hour
    SideBySide(look, lambda world: plots.supply_stack([world.seen], zone, hour), [zone, hour], f"supply and demand of {zone}, hour {hour}")
    for world in look.model.worlds:
        Heading(f"Orders, {world.design.replace('_', '-')}")
        Table(orders(world, zone, hour))


def orders(world: World, zone: str, hour: int) -> pd.DataFrame:
    """Every segment of the hour, accepted ones first."""
    table = world.seen.tables["orders"]
    here = table[(table["hour"] == hour) & (table["zone"] == zone)]
    return here.sort_values(["stage", "filled_mwh"], ascending=[True, False], kind="stable")[list(COLUMNS)]
