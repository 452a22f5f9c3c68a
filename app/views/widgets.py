"""What all pages share: which model, province and hour are looked at, and how a figure gets onto the page."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
import solara
from matplotlib.figure import Figure
from mesa.visualization.utils import update_counter

from shengdian.app.live import LiveModel, World
from shengdian.experiments.results.figures.frame import image, level

DRAWING = threading.Lock()
"""matplotlib is not made for several threads"""


@dataclass(frozen=True)
class Look:
    """What is looked at. Province and hour stay when the page changes."""

    model: LiveModel
    zone: Any
    """reactive: code of a province, empty for the first"""
    hour: Any
    """reactive: an hour, None for the latest"""

    @property
    def hours(self) -> int:
        """How many may be looked at."""
        update_counter.get()
        return self.model.done

    @property
    def shown_hour(self) -> int:
        """The chosen hour, the latest where none is chosen or the chosen one is not there yet."""
        chosen: int | None = self.hour.value
        return min(self.hours - 1, self.hours - 1 if chosen is None else chosen)

    @property
    def shown_zone(self) -> str:
        """Code of the chosen province, the first where none is chosen or the design has not the chosen one."""
        zones = self.model.worlds[0].scenario.zones
        return self.zone.value if self.zone.value in zones else zones[0]


@solara.component
def Picture(svg: str, about: str, tall: bool) -> None:
    """A figure, an SVG in base64, as wide as there is room for it; a tall one scrolls with the page. `about` says what it shows."""
    kind = "picture tall" if tall else "picture"
    solara.v.Html(tag="img", attributes={"src": f"data:image/svg+xml;base64,{svg}", "alt": about}, class_=kind)


@solara.component
def SideBySide(look: Look, draw: Callable[[World], Figure], when: Sequence[Any], about: str, tall: bool = False) -> None:
    """A picture a design on the same axes, beside each other where there is room, else below each other.

    They are drawn again when there are more hours or anything in `when` changes.
    """
    worlds, hours = look.model.worlds, look.hours

    def made() -> list[str]:
        with DRAWING:
            figures = [draw(world) for world in worlds]
            level(figures)
            return [_encoded(figure) for figure in figures]

    pictures = solara.use_memo(made, [hours, *map(id, worlds), *when])
    with solara.v.Html(tag="div", class_="pictures"):
        for world, picture in zip(worlds, pictures, strict=True):
            words = f"{about}, {world.design.replace('_', '-')}, {hours} hours"
            Picture(picture, words, tall).key(f"{about} {world.design}")


def _encoded(figure: Figure) -> str:
    return base64.b64encode(image(figure, "svg")).decode()


@solara.component
def Heading(words: str) -> None:
    """Without Markdown, whose component fetches a formula renderer."""
    solara.v.Html(tag="h4", children=[words])


@solara.component
def Table(frame: pd.DataFrame) -> None:
    """A table that scrolls where the window is narrow."""
    with solara.v.Html(tag="div", class_="table"):
        solara.HTML(unsafe_innerHTML=plain(frame))


def plain(frame: pd.DataFrame) -> str:
    """The table as HTML: words to the left, figures to the right with their thousands apart, a dash for what is not there.

    Figures that are written already begin with a digit or a sign in every row.
    """
    words = [
        not (pd.api.types.is_numeric_dtype(frame[name]) or frame[name].astype(str).str.match(r"[-+\d][\d,.]*$").all()) for name in frame
    ]

    def row(tag: str, values: Iterable[Any]) -> str:
        cells = zip(values, words, strict=True)
        return "".join(f"<{tag}{' class=words' if word else ''}>{escape(_written(value))}</{tag}>" for value, word in cells)

    body = "".join(f"<tr>{row('td', values)}</tr>" for values in frame.itertuples(index=False))
    return f'<table class="plain"><thead><tr>{row("th", frame.columns)}</tr></thead><tbody>{body}</tbody></table>'


def _written(value: Any) -> str:
    if isinstance(value, float):
        return "-" if value != value else f"{value:,.2f}".rstrip("0").rstrip(".")
    return "-" if value is None else str(value) if isinstance(value, str) else f"{value:,}"


@solara.component
def Choices(look: Look, hour: bool = True) -> None:
    """Province and hour in one row where there is room."""
    with solara.v.Html(tag="div", class_="choices"):
        ZoneChoice(look)
        if hour:
            HourChoice(look)


@solara.component
def ZoneChoice(look: Look) -> None:
    """A menu of the provinces."""
    solara.Select("province", values=list(look.model.worlds[0].scenario.zones), value=look.shown_zone, on_value=look.zone.set)


@solara.component
def HourChoice(look: Look) -> None:
    """A slider over the finished hours; at its end it follows the latest."""
    last = look.hours - 1
    if last > 0:
        solara.SliderInt(
            f"hour {look.shown_hour}" + (" (latest)" if look.hour.value is None else ""),
            value=look.shown_hour,
            min=0,
            max=last,
            on_value=lambda hour: look.hour.set(None if hour >= last else hour),
        )
