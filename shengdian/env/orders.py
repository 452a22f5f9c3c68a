"""From the numbers of an action to an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from shengdian.agents.ladder import ladder
from shengdian.agents.strategy import Me, Room
from shengdian.sim.base.orders import MOST_SEGMENTS
from shengdian.sim.base.storage_spec import StorageSpec
from shengdian.sim.base.types import Bid, Offer, Order
from shengdian.sim.base.units import fen
from shengdian.sim.market.view import View
from shengdian.sim.scenario import PlantSpec

Actions = Literal["markup", "quantity", "ladder"]
"""what an action says

- `markup`: 1 number, CNY/MWh. A plant offers all of its room at its cost and so much more; a user bids for all of it at the price cap less
  so much.
- `quantity`: 1 number, a share of the room. A plant offers it at cost, a user bids for it at the cap. A storage sells a share above 0 at
  the floor, and buys one below 0 at the cap.
- `ladder`: 5 prices (CNY/MWh), then 5 shares of the room, which are scaled down where they sum to more than 1. Of a storage, the side is
  that of the sum of the shares, and shares of the other side count as 0.
"""
SIZES: dict[Actions, int] = {"markup": 1, "quantity": 1, "ladder": 2 * MOST_SEGMENTS}
"""numbers of an action"""


def bounds(actions: Actions, storage: bool, limits: tuple[float, float], markups: tuple[float, float]) -> tuple[list[float], list[float]]:
    """The least and the greatest numbers of an action; `limits` are floor and cap, CNY/MWh."""
    least = -1.0 if storage else 0.0
    if actions == "markup":
        return [markups[0]], [markups[1]]
    if actions == "quantity":
        return [least], [1.0]
    return [limits[0]] * MOST_SEGMENTS + [least] * MOST_SEGMENTS, [limits[1]] * MOST_SEGMENTS + [1.0] * MOST_SEGMENTS


def order(actions: Actions, action: Sequence[float], me: Me, view: View, room: int | Room) -> Order | None:
    """The order of a plant, user or storage whose action it is; None for no energy. Prices outside floor and cap become these."""
    spec = me.spec
    if isinstance(room, Room):
        assert isinstance(spec, StorageSpec)
        sells = sum(action[-MOST_SEGMENTS:] if actions == "ladder" else action) > 0
        most = room.sell if sells else room.buy
        at_once = view.floor if sells else view.cap
        sign = 1 if sells else -1
    else:
        sells, most, sign = isinstance(spec, PlantSpec), room, 1
        at_once = spec.cost if isinstance(spec, PlantSpec) else view.cap
    if actions == "markup":
        steps = [(at_once + (1 if sells else -1) * fen(action[0]), most)]
    elif actions == "quantity":
        steps = [(at_once, int(max(0.0, sign * action[0]) * most))]
    else:
        prices = [fen(price) for price in action[:MOST_SEGMENTS]]
        shares = [max(0.0, sign * share) for share in action[MOST_SEGMENTS:]]
        whole = max(1.0, sum(shares))
        steps = sorted(zip(prices, (int(share / whole * most) for share in shares), strict=True), reverse=not sells)
    segments = ladder(view, steps)
    if not segments:
        return None
    return Offer(spec.id, segments) if sells else Bid(spec.id, segments)
