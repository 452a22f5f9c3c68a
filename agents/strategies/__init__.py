"""How plants and users decide: one file a strategy, found by its name.

A strategy file holds one class `Strategy`. All that an agent remembers is in its `Me.state`, as plain numbers, so that it can be saved,
plotted and resumed; the object itself keeps nothing.
"""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.hour import HourResult
from sim.orders import MOST_SEGMENTS, Integers
from sim.scenario import PlantSpec, UserSpec
from sim.types import Order, Segment
from sim.view import View

if TYPE_CHECKING:
    from agents.crowd import Crowd

Kind = Literal["plant", "user", "either"]
"""whose decision it is; `either`: the strategy looks at `Me.spec`"""
State = dict[str, float | list[float]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that a config may set."""

    default: float
    least: float
    most: float
    whole: bool = False
    """whether it counts something"""


@dataclass(frozen=True, slots=True)
class Me:
    """What an agent knows of itself when it decides."""

    spec: PlantSpec | UserSpec
    parameters: Mapping[str, float]
    """of the strategy: its defaults with the config's values"""
    state: State = field(default_factory=dict)
    """what the strategy remembers from hour to hour, and all of it; plants of one owner have one"""
    owned: tuple[PlantSpec, ...] = ()
    """all plants of the owner, in the order in which they are asked; empty for a plant that decides for itself"""


class Strategy(Protocol):
    """Decides the order of one agent in one hour. A `learn(me, result)` with the hour's HourResult is called where there is one.

    `owners` = True says that it can decide for all plants of an owner: it heeds `Me.owned`, and learns once for all of them.
    """

    kind: ClassVar[Kind]
    known: ClassVar[Mapping[str, Parameter]]
    """every parameter with its default and limits"""

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Order | None:
        """An order for at most `room_kwh`, 1 to 5 segments within the price limits; None for no order."""


@dataclass(frozen=True, slots=True)
class Ladders:
    """The segments of many orders; no order where `count` is 0."""

    count: Integers
    """shape (agent,)"""
    price: Integers
    """fen/MWh; shape (agent, 5), 0 from `count` on"""
    quantity: Integers
    """kWh; shape (agent, 5), 0 from `count` on"""


@runtime_checkable
class Many(Protocol):
    """A strategy that remembers nothing and draws nothing can decide for all its agents at once; the orders are those of `propose`."""

    def propose_many(self, crowd: Crowd, view: View, room_kwh: Integers) -> Ladders:
        """Orders for at most `room_kwh`, shape (agent,); none where that is 0."""


@runtime_checkable
class Learner(Protocol):
    def learn(self, me: Me, result: HourResult) -> None:
        """Called once at the end of every hour."""


def names(kind: Kind | None = None) -> list[str]:
    """Every strategy there is a file of, or those that serve plants or users, in alphabetical order."""
    found = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return found if kind is None else [name for name in found if strategy(name).kind in (kind, "either")]


@cache
def strategy(name: str) -> type[Strategy]:
    """The strategy in the file `<name>.py`, or in a module of your own whose name has a dot; InputError where there is none."""
    if "." in name:
        return _foreign(name)
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1, cutoff=0.5)
        raise InputError(f"unknown strategy {name!r}; allowed: {', '.join(names())}" + (f"; did you mean {near[0]!r}?" if near else ""))
    found: type[Strategy] = import_module(f"{__name__}.{name}").Strategy
    return found


def _foreign(name: str) -> type[Strategy]:
    """The class `Strategy` of an importable module outside this package."""
    try:
        found: type[Strategy] = import_module(name).Strategy
    except ModuleNotFoundError as cause:
        raise InputError(f"strategy {name!r}: Python finds no module {cause.name!r}; is its folder on PYTHONPATH?") from cause
    except AttributeError as cause:
        raise InputError(f"strategy {name!r}: the module has no class Strategy") from cause
    return found


def for_owners() -> list[str]:
    """Every strategy that can decide for all plants of an owner."""
    return [name for name in names("plant") if getattr(strategy(name), "owners", False)]


def parameters(name: str, given: Mapping[str, float]) -> Mapping[str, float]:
    """All parameters of a strategy: those given and the defaults of the others; InputError for an unknown one or one outside its limits."""
    known = strategy(name).known
    for parameter, value in given.items():
        if parameter not in known:
            near = difflib.get_close_matches(parameter, list(known), n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"unknown key {parameter}; parameters of {name}: {', '.join(known) or 'none'}{hint}")
        if not known[parameter].least <= value <= known[parameter].most:
            raise InputError(f"{parameter} is {value}; it should be from {known[parameter].least} to {known[parameter].most}")
        if known[parameter].whole and value != int(value):
            raise InputError(f"{parameter} is {value}; it should be a whole number")
    return {parameter: given.get(parameter, description.default) for parameter, description in known.items()}


def ladder(view: View, steps: Sequence[tuple[float, int]]) -> tuple[Segment, ...]:
    """Segments of (price in fen/MWh, kWh): prices to the tick and within the limits, equal neighbours joined, empty steps left out.

    Raises ValueError for more than five.
    """
    segments: list[Segment] = []
    for price, quantity in steps:
        tick = min(max(round(price), view.floor), view.cap)
        if quantity < 1:
            continue
        if segments and segments[-1].price == tick:
            segments[-1] = Segment(tick, segments[-1].quantity + quantity)
        else:
            segments.append(Segment(tick, quantity))
    if len(segments) > MOST_SEGMENTS:
        raise ValueError(f"{len(segments)} segments; at most {MOST_SEGMENTS} are allowed")
    return tuple(segments)


def ladders(view: View, prices: NDArray[np.float64], quantities: Integers) -> Ladders:
    """What `ladder` gives for every row of `prices` (fen/MWh) and `quantities` (kWh), both of shape (agent, step); raises as it does."""
    agents, steps = quantities.shape
    ticks = np.clip(np.rint(prices), view.floor, view.cap).astype(np.int64)
    count = np.zeros(agents, np.int64)
    price, quantity = np.zeros((2, agents, max(steps, MOST_SEGMENTS)), np.int64)
    for step in range(steps):
        tick, energy = ticks[:, step], quantities[:, step]
        row = np.flatnonzero(energy >= 1)
        joins = (count[row] > 0) & (price[row, count[row] - 1] == tick[row])
        old, new = row[joins], row[~joins]
        quantity[old, count[old] - 1] += energy[old]
        price[new, count[new]] = tick[new]
        quantity[new, count[new]] = energy[new]
        count[new] += 1
    if agents and count.max() > MOST_SEGMENTS:
        raise ValueError(f"{count.max()} segments; at most {MOST_SEGMENTS} are allowed")
    return Ladders(count, price[:, :MOST_SEGMENTS], quantity[:, :MOST_SEGMENTS])


def equal_parts(total: Integers, parts: int) -> Integers:
    """`total` split as `largest_remainder` splits it by equal weights; shape (row, part)."""
    return total[:, None] // parts + (np.arange(parts) < total[:, None] % parts)
