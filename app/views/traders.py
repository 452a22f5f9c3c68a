"""Where the energy of every plant and user comes from or goes to: contracts, the province's auction, the region."""

from __future__ import annotations

import pandas as pd
import solara

from shengdian.app.live import World
from shengdian.app.views.widgets import Choices, Heading, Look, SideBySide, Table
from shengdian.experiments.results import plots


@solara.component
def Traders(look: Look) -> None:
    """Of all hours so far, one province at a time."""
    Choices(look, hour=False)
    zone = look.shown_zone
    SideBySide(look, lambda world: plots.trader_energy(world.seen, zone), [zone], f"energy of traders of {zone}", tall=True)
    for world in look.model.worlds:
        Heading(f"{world.design.replace('_', '-')}, {look.hours} hours, MWh: sold is positive, bought is negative")
        Table(energy(world, zone))


def energy(world: World, zone: str) -> pd.DataFrame:
    """The figure's numbers, and all of each kind last."""
    rows = plots.energy_by_trader(world.seen, zone)
    rows["net"] = rows["contract"] + rows["auction"] + rows["region"]
    sums = rows.groupby("kind", sort=False).sum()
    return pd.concat([rows.reset_index(), sums.reset_index().assign(trader=lambda table: "all of kind " + table["kind"])]).round(1)
