"""What a strategy is: it decides the order of a plant, a user or a storage, hour by hour.

All that an agent remembers is in its `Me.state`, as plain numbers, so that it can be saved, plotted and resumed; the strategy itself
keeps nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol, runtime_checkable

import numpy as np

from shengdian.agents.crowd import Crowd
from shengdian.agents.ladder import Ladders
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.orders import Integers
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.base.types import Order
from shengdian.sim.base.units import HOURS_A_DAY
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec, UserSpec

Kind = Literal["plant", "user", "storage", "either"]
"""whose decision it is; `either`, a plant's or a user's: the strategy looks at `Me.spec`"""
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

    spec: PlantSpec | UserSpec | StorageSpec
    """a plant's with what a kWh costs it today: out of a reservoir, also the water value"""
    parameters: Mapping[str, float]
    """of the strategy: its defaults with the config's values"""
    state: State = field(default_factory=dict)
    """what the strategy remembers from hour to hour, and all of it; plants of one owner have one"""
    owned: tuple[PlantSpec, ...] = ()
    """all plants of the owner, in the order in which they are asked; empty for a plant that decides for itself"""
    net_load: tuple[int, ...] = ()
    """of a storage: kWh by hour of the run that its zone is expected to need beyond wind, sun, running water and planned exchange"""
    audited: int | None = None
    """of a plant: fen/MWh that it may ask at most, where offers are audited; `View.cap` is no higher for it"""
    day: int = HOURS_A_DAY
    """hours of a day: 24, or more where the market's are shorter"""


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
class Room:
    """What a storage can do in an hour, whatever becomes of its orders that are not cleared yet."""

    buy: int
    """kWh"""
    sell: int
    """kWh"""
    left: int
    """1e-12 kWh that it can give by what is cleared"""


class StorageStrategy(Protocol):
    """Decides the order of one storage in one hour, on one side; else as `Strategy`."""

    kind: ClassVar[Kind]
    known: ClassVar[Mapping[str, Parameter]]
    """every parameter with its default and limits"""

    def propose(self, me: Me, view: View, rng: np.random.Generator, room: Room) -> Order | None:
        """A bid of at most `room.buy` or an offer of at most `room.sell`, 1 to 5 segments within the price limits; None for no order."""


@runtime_checkable
class Many(Protocol):
    """A strategy that remembers nothing and draws nothing can decide for all its agents at once; the orders are those of `propose`."""

    def propose_many(self, crowd: Crowd, view: View, room_kwh: Integers) -> Ladders:
        """Orders for at most `room_kwh`, shape (agent,); none where that is 0."""


@runtime_checkable
class Learner(Protocol):
    """A strategy that takes in what an hour came to."""

    def learn(self, me: Me, result: HourResult) -> None:
        """Called once at the end of every hour."""
