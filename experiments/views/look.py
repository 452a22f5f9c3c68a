"""What all pages share: which model, province and hour are looked at, and how a figure gets onto the page."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
import solara
from matplotlib.figure import Figure
from mesa.visualization.utils import update_counter

from experiments.live import LiveModel, World

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
        zones = self.model.worlds[0].scenario.zones
        return self.zone.value if self.zone.value in zones else zones[0]


@solara.component
def Picture(draw: Callable[[], Figure], when: Sequence[Any], about: str) -> None:
    """A figure as wide as there is room for it; drawn again when anything in `when` changes. `about` says what it shows."""

    def made() -> str:
        with DRAWING:
            out = io.BytesIO()
            draw().savefig(out, format="png", dpi=120)
        return base64.b64encode(out.getvalue()).decode()

    data = solara.use_memo(made, list(when))
    solara.v.Html(tag="img", attributes={"src": f"data:image/png;base64,{data}", "alt": about}, class_="picture")


@solara.component
def SideBySide(look: Look, draw: Callable[[World], Figure], when: Sequence[Any], about: str) -> None:
    """A picture a design, beside each other where there is room, else below each other."""
    with solara.v.Html(tag="div", class_="pictures"):
        for world in look.model.worlds:
            seen = world.seen
            words = f"{about}, {world.design.replace('_', '-')}, {seen.hours} hours"
            Picture(lambda world=world: draw(world), [id(world), seen.hours, *when], words).key(f"{about} {world.design}")


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
    """The table as HTML: words to the left, figures to the right with their thousands apart, a dash for what is not there."""
    words = [not pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]

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
def ZoneChoice(look: Look) -> None:
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
