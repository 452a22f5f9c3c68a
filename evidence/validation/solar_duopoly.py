"""Two gas plants with rising cost beside a solar plant: PyPSA's example of imperfect competition.

Demand is P = 30 - 4 d; the solar plant gives s = 2.4, 1.5 or 0.3 at no cost; a gas plant's marginal cost is 1 + q. Where both take the
price as given, 30 - 4 s - 8 q = 1 + q, so that q = (29 - 4 s) / 9 and the price is 1 + q. In the Cournot equilibrium each counts on what
its own quantity does to the price, 30 - 4 s - 8 q - 4 q = 1 + q, so that q = (29 - 4 s) / 13 and the price is 1 + 5 q.

All offer to UniformAuction, where bids are a staircase of 1,500 steps. As price takers the gas plants offer their cost, step by step. In
the Cournot game a plant offers a quantity, and the two reply in turn to each other's last one: profit is a quadratic of the own quantity,
so that three quantities which the auction clears give the best one; replies are followed until they rest. At the end a plant tries every
tenth of its quantity up to twice of it, of which none should earn more.
"""

from __future__ import annotations

import numpy as np

from evidence.validation.linear_demand import WIDTH, LinearDemand
from shengdian.sim.base.hour_result import StageResult
from shengdian.sim.base.orders import MOST_SEGMENTS
from shengdian.sim.base.types import Offer, Order, Segment

SOLAR = (2.4, 1.5, 0.3)
STEPS = 1500
UNIT = STEPS * 4 // 30
"""steps of a unit of d"""
FEN = 1000
"""fen/MWh in one unit of price"""
HIGHEST = 30 * FEN
ROUNDS = 8
FIRMS = ("gas 1", "gas 2")
COST_STEPS = 450
"""of a price taker's offer, up to q = 4.5"""


def _price(stage: StageResult) -> float:
    price = stage.prices["A"]
    assert price is not None
    return price / FEN


def competitive(chain: str, solar: float) -> float:
    """The price where gas plants offer their cost."""
    size = UNIT * WIDTH * 9 // (2 * COST_STEPS)
    ladder = [Segment(round((1 + (step + 0.5) * size / (UNIT * WIDTH)) * FEN), size) for step in range(COST_STEPS)]
    names = {f"{firm} {first}": ladder[first : first + MOST_SEGMENTS] for firm in FIRMS for first in range(0, COST_STEPS, MOST_SEGMENTS)}
    market = LinearDemand(chain, HIGHEST, STEPS, {"solar": 0} | dict.fromkeys(names, 0))
    offers: list[Order] = [Offer(name, tuple(segments)) for name, segments in names.items()]
    return _price(market.hour({"solar": round(solar * UNIT)}, offers))


class Cournot:
    """The game of quantities beside `solar`."""

    def __init__(self, chain: str, solar: float) -> None:
        self.market = LinearDemand(chain, HIGHEST, STEPS, dict.fromkeys(("solar", *FIRMS), 0))
        self.solar = round(solar * UNIT)

    def clear(self, own: int, other: int) -> tuple[float, float]:
        """The price and the first firm's profit; quantities in steps."""
        stage = self.market.hour({"solar": self.solar, FIRMS[0]: own, FIRMS[1]: other})
        quantity = own / UNIT
        return _price(stage), self.market.revenue(stage, FIRMS[0]) * 30 * STEPS / UNIT - quantity - quantity**2 / 2

    def best_reply(self, other: int) -> int:
        """The quantity that earns most beside `other`, in steps."""
        tried = (UNIT // 2, UNIT, 2 * UNIT)
        square, slope, _ = np.polyfit(tried, [self.clear(own, other)[1] for own in tried], 2)
        return round(float(-slope / (2 * square)))

    def rest(self) -> int:
        """The quantity of each where replies rest, in steps."""
        own = UNIT
        for _ in range(ROUNDS):
            own = self.best_reply(own)
        return own


def one(chain: str, solar: float) -> dict[str, float]:
    """All rows of one solar output, by the ids of the targets."""
    game, name = Cournot(chain, solar), f"solar-{solar}"
    rest = game.rest()
    price, profit = game.clear(rest, rest)
    others = [game.clear(rest * tenth // 10, rest)[1] for tenth in range(21) if tenth != 10]
    return {
        f"{name}-competitive": competitive(chain, solar),
        f"{name}-cournot": price,
        f"{name}-quantity": rest / UNIT,
        f"{name}-gain": 100 * (max(others) / profit - 1),
    }


def quick(chain: str) -> dict[str, float]:
    """The price of price takers beside the largest solar output."""
    return {"solar-2.4-competitive": competitive(chain, 2.4)}


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    got: dict[str, float] = {}
    for solar in SOLAR:
        got |= one(chain, solar)
    return got
