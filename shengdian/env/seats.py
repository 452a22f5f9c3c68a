"""The agents of an environment: for whom they act in the market, what they see and what they earn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from shengdian.agents.learning import profit
from shengdian.agents.planned_exchange import PlannedSource
from shengdian.agents.plant import PowerPlant
from shengdian.agents.storage import Storage
from shengdian.agents.strategy import Kind, Me, Parameter, Room
from shengdian.agents.trader import Strategist
from shengdian.agents.user import User
from shengdian.env.orders import Actions, order
from shengdian.sim.base.columns import Rows
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.hour_result import HourResult, OrderResult
from shengdian.sim.base.types import Order
from shengdian.sim.base.units import PPM, currency, mwh, per_mwh
from shengdian.sim.market.view import View
from shengdian.sim.model import Model

KINDS = ("plants", "owners", "users", "storages")
"""words for all agents of a kind"""
OBSERVED = ("hour", "load_mwh", "price_per_mwh", "available_mwh", "sold_mwh")
"""what an observation holds, in this order; docs/guide/learning.md says more"""


class External:
    """A strategy that orders by the action that its agent was handed before the hour; the environment holds it, nothing else does."""

    kind: ClassVar[Kind] = "either"
    known: ClassVar[Mapping[str, Parameter]] = {}

    def __init__(self, actions: Actions) -> None:
        self.actions = actions
        self.action: Sequence[float] = ()

    def propose(self, me: Me, view: View, rng: np.random.Generator, room: int | Room) -> Order | None:
        """The order that the action says."""
        return order(self.actions, self.action, me, view, room)


@dataclass(frozen=True, slots=True)
class Seat:
    """One agent of an environment: a plant, a user, a storage, or the owner of several plants."""

    name: str
    kind: Kind
    traders: tuple[Strategist, ...]
    strategy: External

    @property
    def members(self) -> tuple[str, ...]:
        """Ids of those for whom it acts."""
        return tuple(trader.id for trader in self.traders)

    def observed(self, model: Model, sold: dict[str, int]) -> NDArray[np.float64]:
        """What it knows before the next hour, in the order of OBSERVED; after the last hour, load and availability are the last one's."""
        scenario, zone = model.scenario, self.traders[0].zone
        hour = min(model.hour, scenario.hours - 1)
        load = sum(user.demand[hour] for user in scenario.users if user.zone == zone)
        last = model.last_result
        price = None if last is None else last.stages[-1].prices[zone]
        clock = 24 * (model.hour % scenario.day) / scenario.day
        return np.array(
            [
                clock,
                mwh(load),
                per_mwh(scenario.floor if price is None else price),
                mwh(sum(_available(trader, hour) for trader in self.traders)),
                mwh(sum(sold.get(trader.id, 0) for trader in self.traders)),
            ]
        )

    def earned(self, model: Model, result: HourResult) -> float:
        """CNY of the hour: a plant's or an owner's profit, a storage's money, a user's surplus below the price cap."""
        first = self.traders[0]
        if isinstance(first, PowerPlant):
            return currency(profit(first.me, result))
        if isinstance(first, Storage):
            return currency(next(row.money for row in result.storage if row.storage == first.id))
        total = 0
        for stage in result.stages:
            rows = Rows.of(OrderResult, stage.orders)
            for trader, filled, paid in zip(*(rows.plain(name) for name in ("trader", "filled", "paid_price")), strict=True):
                if trader == first.id and filled:
                    total += (model.scenario.cap - paid) * filled
        return currency(total)


def _available(trader: Strategist, hour: int) -> int:
    """kWh that a plant can give in the hour, a user needs in it, or a storage can still give."""
    if isinstance(trader, Storage):
        return trader.left // PPM**2
    assert isinstance(trader, PowerPlant | User)
    return trader.spec.available[hour] if isinstance(trader, PowerPlant) else trader.spec.demand[hour]


def net_sold(result: HourResult) -> dict[str, int]:
    """kWh by trader that it sold in all stages of the hour less what it bought; those without either left out."""
    sold: dict[str, int] = {}
    for stage in result.stages:
        rows = Rows.of(OrderResult, stage.orders)
        for trader, side, filled in zip(*(rows.plain(name) for name in ("trader", "side", "filled")), strict=True):
            if filled:
                sold[trader] = sold.get(trader, 0) + (filled if side == "sell" else -filled)
    return sold


def seated(model: Model, asked: str | Sequence[str], actions: Actions) -> tuple[Seat, ...]:
    """Takes the chosen agents' decisions into the environment's hands. Raises InputError for those that cannot be chosen."""
    deciders = [agent for agent in model.traders if isinstance(agent, Strategist) and not isinstance(agent, PlannedSource)]
    able = [agent for agent in deciders if not (isinstance(agent, User) and agent.spec.captive)]
    owned: dict[str, list[Strategist]] = {}
    alone: dict[str, dict[str, list[Strategist]]] = {"plants": {}, "owners": owned, "users": {}, "storages": {}}
    for agent in able:
        owner = agent.spec.owner if isinstance(agent, PowerPlant) else ""
        if owner:
            owned.setdefault(owner, []).append(agent)
        else:
            alone[_word(agent)].setdefault(agent.id, []).append(agent)
    every = {name: members for found in alone.values() for name, members in found.items()}
    names = list(alone[asked]) if isinstance(asked, str) and asked in KINDS else [asked] if isinstance(asked, str) else list(asked)
    if not names:
        raise InputError(f"agents: {f'the market has no {asked}' if asked else 'none is named'} that could decide")
    if len(set(names)) < len(names):
        raise InputError("agents: a name stands twice")
    return tuple(_seat(name, every, owned, model, actions) for name in names)


def _seat(name: str, every: dict[str, list[Strategist]], owned: dict[str, list[Strategist]], model: Model, actions: Actions) -> Seat:
    if name not in every:
        owner = next((owner for owner, members in owned.items() if any(member.id == name for member in members)), None)
        if owner:
            raise InputError(f"agents: {name} is decided for by its owner; choose {owner!r}")
        if name in model.by_id:
            raise InputError(f"agents: {name} has no decision to make; choose a plant, an owner, a storage or a user that is not captive")
        raise InputError(f"agents: there is no {name!r}; there are {', '.join([*every][:8])}{' and more' if len(every) > 8 else ''}")
    members = every[name]
    if any(member.looks for member in members):
        raise InputError(f"agents: {name} has a strategy that looks at waiting orders; give it another in the config")
    if actions == "markup" and isinstance(members[0], Storage):
        raise InputError(f"agents: {name} is a storage, which has no cost to mark up; actions should be 'quantity' or 'ladder'")
    external = External(actions)
    for member in members:
        member.strategy = external
    kind: Kind = "storage" if isinstance(members[0], Storage) else "user" if isinstance(members[0], User) else "plant"
    return Seat(name, kind, tuple(members), external)


def _word(agent: Strategist) -> str:
    return "storages" if isinstance(agent, Storage) else "users" if isinstance(agent, User) else "plants"
