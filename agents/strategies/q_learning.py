"""Offers at the markup that it believes to be worth most, and tries others now and then: Q-learning.

A plant holds a value Q, at first `initial`, for each of its markups in each state it can be in: the part of the day, and the level of its
province's last price (`price_levels` equal steps from floor to cap). After an hour with reward R by markup a in state s, as soon as it
knows the next state s',

    Q(s, a) <- Q(s, a) + learning_rate (R + discount max Q(s', .) - Q(s, a))

(Watkins and Dayan, Machine Learning 8, 1992). It takes the first markup of greatest Q, but with probability exploration x exp(-decay x
hours ordered so far) any of them. R is the profit as a share of the highest markup on all that was offered. Without price levels nothing
that a plant does changes its next state, so `discount` is 0 unless set. The other defaults are those of docs/evidence/validation.md, as
in `roth_erev`. With `regional_actions` a choice is a markup at home and one in
the second of two stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import ClassVar

import numpy as np

from shengdian.agents.learning import MARKUPS, REGIONAL, actions, number, numbers, offer, part, reward, taken
from shengdian.agents.strategy import Kind, Me, Parameter
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.types import Offer
from shengdian.sim.market.view import View


def updated(value: float, reward: float, best_next: float, learning_rate: float, discount: float) -> float:
    """Q of the state and markup that earned `reward` and led to a state worth `best_next`."""
    return value + learning_rate * (reward + discount * best_next - value)


def level(me: Me, view: View) -> int:
    """The level of the province's last price, from 0 for the lowest, which also stands for no price, to `price_levels` - 1."""
    price = view.last_prices[view.zones.index(me.spec.zone)]
    return 0 if price is None else (price - view.floor) * int(me.parameters["price_levels"]) // (view.cap - view.floor + 1)


class Strategy:
    """Learns by Q-learning (Watkins and Dayan, 1992) at which markup to offer in each part of the day and price level."""

    kind: ClassVar[Kind] = "plant"
    owners: ClassVar[bool] = True
    known: ClassVar[Mapping[str, Parameter]] = {
        **MARKUPS,
        **REGIONAL,
        "decay": Parameter(0.005, 0, 1),
        "discount": Parameter(0, 0, 0.9999),
        "exploration": Parameter(1, 0, 1),
        "initial": Parameter(0, -1e9, 1e9),
        "learning_rate": Parameter(0.1, 0, 1),
        "price_levels": Parameter(1, 1, 100, whole=True),
    }

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Offer | None:
        """Offers at cost and the first markup of greatest Q, or, when it explores, at any; plants of one owner have one markup."""
        if (other := taken(me)) is not None:
            return offer(me, view, room_kwh, other)
        values = self._values(me, key := f"value/{part(me, view.hour)}/{level(me, view)}")
        self._update(me, max(values))
        hours = number(me, "hours", 0)
        explores = rng.random() < me.parameters["exploration"] * exp(-me.parameters["decay"] * hours)
        action = int(rng.integers(actions(me))) if explores else values.index(max(values))
        me.state["hours"] = hours + 1
        me.state["place"] = [float(word) for word in key.split("/")[1:]]
        return offer(me, view, room_kwh, action)

    def learn(self, me: Me, result: HourResult) -> None:
        """Keeps the reward of the hour until the next state is known; none where nothing was offered."""
        if (earned := reward(me, result)) is not None:
            me.state["reward"] = earned

    @staticmethod
    def _values(me: Me, key: str) -> list[float]:
        return numbers(me, key, actions(me), me.parameters["initial"])

    def _update(self, me: Me, best_next: float) -> None:
        """Takes in the reward that waits for its next state, if there is one."""
        if "reward" not in me.state:
            return
        values = self._values(me, "value/" + "/".join(str(int(word)) for word in numbers(me, "place", 0, 0)))
        action, earned = int(number(me, "action", 0)), number(me, "reward", 0)
        values[action] = updated(values[action], earned, best_next, me.parameters["learning_rate"], me.parameters["discount"])
        del me.state["reward"]
