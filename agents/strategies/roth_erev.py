"""Offers at a markup that is drawn more often the more it earned: reinforcement learning after Roth and Erev.

A plant holds a propensity q for each of its markups, at first `initial`, and draws one with probability q / sum of q. After an hour with
reward R by markup k,

    q(j) <- (1 - forgetting) q(j) + E(j),    E(k) = (1 - experimentation) R,    E(j) = experimentation R / (N - 1) for the others

(three-parameter rule; Roth and Erev, Games and Economic Behavior 8, 1995; Erev and Roth, American Economic Review 88, 1998). With
`modified` = 1, E(j) = experimentation q(j) / (N - 1) for the others, so that an hour without reward still teaches something (Nicolaisen,
Petrov, Tesfatsion, IEEE Transactions on Evolutionary Computation 5, 2001). R is the profit as a share of the highest markup on all that was
offered, and a loss counts as 0, because propensities may not be negative. With `regional_actions` a choice is a markup at home and one for
the second of two stages. The defaults are those with which docs/evidence/validation.md holds a duopoly to its equilibria: the modified rule
with a memory of some fifty hours; Weidlich and Veit (2008) have 0.2 and 0.1 for the two shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from shengdian.agents.learning import MARKUPS, REGIONAL, actions, drawn, number, numbers, offer, part, reward, taken
from shengdian.agents.strategy import Kind, Me, Parameter
from shengdian.sim.base.hour_result import HourResult
from shengdian.sim.base.types import Offer
from shengdian.sim.market.view import View


def updated(
    propensities: list[float], chosen: int, reward: float, forgetting: float, experimentation: float, modified: bool
) -> list[float]:
    """Propensities after an hour in which `chosen` earned `reward`, 0 or more."""
    others = max(1, len(propensities) - 1)
    gains = [experimentation * (propensity if modified else reward) / others for propensity in propensities]
    gains[chosen] = (1 - experimentation) * reward
    return [(1 - forgetting) * propensity + gain for propensity, gain in zip(propensities, gains, strict=True)]


class Strategy:
    """Learns by the rule of Roth and Erev (1995) with what propensity to offer at which markup in each part of the day."""

    kind: ClassVar[Kind] = "plant"
    owners: ClassVar[bool] = True
    known: ClassVar[Mapping[str, Parameter]] = {
        **MARKUPS,
        **REGIONAL,
        "experimentation": Parameter(0.02, 0, 1),
        "forgetting": Parameter(0.02, 0, 1),
        "initial": Parameter(1, 1e-9, 1e9),
        "modified": Parameter(1, 0, 1, whole=True),
    }

    def propose(self, me: Me, view: View, rng: np.random.Generator, room_kwh: int) -> Offer | None:
        """Offers at cost and a markup that is drawn in proportion to its propensity; plants of one owner have one markup."""
        if (action := taken(me)) is not None:
            return offer(me, view, room_kwh, action)
        here = part(me, view.hour)
        propensities = numbers(me, f"propensity/{here}", actions(me), me.parameters["initial"])
        return offer(me, view, room_kwh, drawn(propensities, rng))

    def learn(self, me: Me, result: HourResult) -> None:
        """Updates the propensities by the reward of the hour, a loss as 0; nothing where nothing was offered."""
        earned = reward(me, result)
        if earned is None:
            return
        key = f"propensity/{part(me, result.hour)}"
        shares = me.parameters["forgetting"], me.parameters["experimentation"], me.parameters["modified"] == 1
        me.state[key] = updated(numbers(me, key, 0, 0), int(number(me, "action", 0)), max(0.0, earned), *shares)
