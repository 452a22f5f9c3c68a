"""What learning plants share: a choice among equal steps of markup, parts of the day, and what an hour earned."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from shengdian.agents.ladder import ladder
from shengdian.agents.strategies.marginal_cost import steps
from shengdian.agents.strategy import Me, Parameter
from shengdian.sim.base.columns import Rows
from shengdian.sim.base.hour_result import DifferencePayment, HourResult, OrderResult
from shengdian.sim.base.types import Offer
from shengdian.sim.base.units import HOURS_A_DAY, fen
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec

MARKUPS: Mapping[str, Parameter] = {
    "actions": Parameter(11, 1, 101, whole=True),
    "highest_per_mwh": Parameter(200, 0, 100_000),
    "lowest_per_mwh": Parameter(0, -100_000, 100_000),
    "parts": Parameter(1, 1, HOURS_A_DAY, whole=True),
    "unit_spread": Parameter(0.01, 0, 1),
}
"""`actions` markups in equal steps from `lowest_per_mwh` (below cost where negative) to `highest_per_mwh`, learned apart in each of `parts`
equal parts of the day; `unit_spread` is that of `marginal_cost`"""
REGIONAL: Mapping[str, Parameter] = {"regional_actions": Parameter(0, 0, 101, whole=True)}
"""markups of the second of two stages, in the same steps from lowest to highest, learned together with those at home; 1: it asks its cost
there; 0: it asks the same in both stages"""


def part(me: Me, hour: int) -> int:
    """The part of the day that `hour` falls in, 0 for the first."""
    return hour % me.day * int(me.parameters["parts"]) // me.day


def actions(me: Me) -> int:
    """How many choices there are: every markup at home with every one in the region."""
    return int(me.parameters["actions"]) * max(1, _regional_actions(me))


def _regional_actions(me: Me) -> int:
    """0 too for a strategy that has no such parameter."""
    return int(me.parameters.get("regional_actions", 0))


def markup(me: Me, action: int) -> float:
    """fen/MWh of an action at home; 0 where there is only one markup."""
    return _step(me, action // max(1, _regional_actions(me)), int(me.parameters["actions"]))


def regional(me: Me, action: int) -> int:
    """fen/MWh that an action asks more in the region than at home."""
    steps = _regional_actions(me)
    return round(_step(me, action % steps, steps) - markup(me, action)) if steps else 0


def _step(me: Me, place: int, steps: int) -> float:
    """fen/MWh of the markup at a place from the lowest; 0 where there is only one."""
    low, high = fen(me.parameters["lowest_per_mwh"]), fen(me.parameters["highest_per_mwh"])
    return low + (high - low) * place / (steps - 1) if steps > 1 else 0.0


def scale(me: Me) -> int:
    """fen/MWh by which profits are counted: the largest markup, up or down."""
    return max(fen(me.parameters["highest_per_mwh"]), -fen(me.parameters["lowest_per_mwh"])) or 1


def taken(me: Me) -> int | None:
    """The action that another plant of the owner has offered with in this hour; None where there is none."""
    return int(number(me, "action", 0)) if me.owned and number(me, "offered", 0) else None


def offer(me: Me, view: View, room_kwh: int, action: int) -> Offer | None:
    """The plant's room at its costs and the markup of `action`; remembers both for `reward`, the room on top of what its owner offered."""
    assert isinstance(me.spec, PlantSpec)
    me.state["action"], me.state["offered"] = float(action), float(room_kwh) + (number(me, "offered", 0) if me.owned else 0)
    added = markup(me, action)
    segments = ladder(view, [(cost + added, energy) for cost, energy in steps(me.spec, room_kwh, me.parameters["unit_spread"])])
    return Offer(me.spec.id, segments, regional(me, action)) if segments else None


def number(me: Me, key: str, default: float) -> float:
    """What is remembered under `key`."""
    remembered = me.state.get(key, default)
    assert not isinstance(remembered, list)
    return remembered


def numbers(me: Me, key: str, length: int, initial: float) -> list[float]:
    """The list that is remembered under `key`; `length` times `initial`, kept from now on, where there is none."""
    remembered = me.state.setdefault(key, [initial] * length)
    assert isinstance(remembered, list)
    return remembered


def profit(me: Me, result: HourResult) -> int:
    """1e-5 CNY that the order of the plant, or those of its owner's plants, earned above cost, over all stages; energy bought back saves
    its cost.

    Energy under a financial contract earns the agreed price whatever its plant bids: what the hour's price is above cost is taken off for
    it. So a plant counts the same energy, what is not under contract, whether contracts are physical or financial.
    """
    assert isinstance(me.spec, PlantSpec)
    total, costs = 0, {plant.id: plant.cost for plant in me.owned or (me.spec,)}
    for stage in result.stages:
        rows = Rows.of(OrderResult, stage.orders)
        filled, paid, side = (rows.plain(name) for name in ("filled", "paid_price", "side"))
        for at, trader in enumerate(rows.plain("trader")):
            if trader in costs and filled[at]:
                total += (paid[at] - costs[trader]) * filled[at] * (1 if side[at] == "sell" else -1)
    return total - sum((reference - costs[plant]) * energy for plant, (energy, reference) in hedged(result, costs).items())


def hedged(result: HourResult, plants: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """kWh that each of the plants has sold by financial contracts in the hour, and fen/MWh that these are settled against; those without
    either left out."""
    if not result.differences:
        return {}
    paid = Rows.of(DifferencePayment, result.differences)
    rows = zip(*(paid.plain(name) for name in ("trader", "side", "quantity", "reference")), strict=True)
    return {
        trader: (quantity, reference)
        for trader, side, quantity, reference in rows
        if trader in plants and side == "sell" and reference is not None
    }


def reward(me: Me, result: HourResult) -> float | None:
    """What the hour earned above cost as a share of the largest markup on all that was offered; None where nothing was offered.

    Plants of every size thus learn from numbers of one scale. Forgets the offer, so that it counts once.
    """
    offered = number(me, "offered", 0)
    me.state["offered"] = 0.0
    return profit(me, result) / (offered * scale(me)) if offered else None


def drawn(weights: list[float], rng: np.random.Generator) -> int:
    """An index of `weights`, drawn in proportion to its weight; any index alike where all weights are 0."""
    ends = np.cumsum(weights)
    if ends[-1] <= 0:
        return int(rng.integers(len(weights)))
    return min(int(np.searchsorted(ends, rng.random() * ends[-1], side="right")), len(weights) - 1)
