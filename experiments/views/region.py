"""The six provinces on a map: where prices part, where power flows, which lines are full."""

from __future__ import annotations

import solara
from matplotlib.figure import Figure

from experiments.live import World
from experiments.plots import final_prices, price_map
from experiments.views.look import HourChoice, Look, SideBySide


@solara.component
def Region(look: Look) -> None:
    """One hour on the map; colours and widths mean the same in all hours and in both designs."""
    HourChoice(look)
    hour, worlds = look.shown_hour, look.model.worlds
    every = [final_prices(world.seen) for world in worlds]
    limits = min(float(each.min().min()) for each in every), max(float(each.max().max()) for each in every)
    most = max(float(world.seen.tables["flows"]["sent_mwh"].max()) if world.capacity(hour) else 0.0 for world in worlds)

    def drawn(world: World) -> Figure:
        return price_map(world.seen, hour, world.capacity(hour), limits, most)

    SideBySide(look, drawn, [hour, limits, most], f"map of hour {hour}")
    solara.Text("Prices in CNY/MWh, energy sent in GWh. Lines that carry all they may are orange and say full.")
