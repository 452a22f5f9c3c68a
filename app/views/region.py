"""The six provinces on a map: where prices part, where power flows, which lines are full."""

from __future__ import annotations

import solara

from shengdian.app.running_totals import totals
from shengdian.app.views.widgets import Heading, HourChoice, Look, SideBySide, Table
from shengdian.experiments.results.plots import final_prices, price_map


@solara.component
def Region(look: Look) -> None:
    """One hour on the map; colours and widths mean the same in all hours and in both designs."""
    HourChoice(look)
    hour, worlds = look.shown_hour, look.model.worlds
    every = [final_prices(world.seen) for world in worlds]
    limits = min(float(each.min().min()) for each in every), max(float(each.max().max()) for each in every)
    most = max(float(world.seen.tables["flows"]["sent_mwh"].max()) if world.capacity(hour) else 0.0 for world in worlds)
    SideBySide(
        look, lambda world: price_map(world.seen, hour, world.capacity(hour), limits, most), [hour, limits, most], f"map of hour {hour}"
    )
    solara.Text(f"Prices in {worlds[0].scenario.currency}/MWh, energy sent in GWh. Lines that carry all they may are orange and say full.")
    Heading(f"So far, {look.hours} hours")
    Table(totals(look.model.worlds))
