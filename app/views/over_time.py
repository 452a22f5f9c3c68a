"""Prices by province, and what was generated, hour by hour."""

from __future__ import annotations

import solara

from shengdian.app.views.widgets import Look, SideBySide
from shengdian.experiments.results import plots


@solara.component
def Prices(look: Look) -> None:
    SideBySide(look, lambda world: plots.prices([world.seen]), [], "prices by province")


@solara.component
def Generation(look: Look) -> None:
    SideBySide(look, lambda world: plots.generation_mix([world.seen]), [], "generation mix")
