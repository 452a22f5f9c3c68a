"""A line that carries nothing and yet disciplines two monopolies: Borenstein, Bushnell and Stoft (2000).

Two equal nodes, each with demand P = a - b Q and one plant without cost, and a line of capacity K between them. If the line never limits,
both sell on one market, P = a - (b / 2)(q1 + q2): in the Cournot equilibrium each sells 2 a / (3 b) at a / 3, earns 2 a^2 / (9 b), and
nothing flows. A plant can leave that and sell little enough for imports to fill the line; it is then alone on the demand that the line
leaves, P = a - b (q + K), sells (a - b K) / (2 b) and earns (a - b K)^2 / (4 b). So the equilibrium stands as long as

    (a - b K)^2 / (4 b) <= 2 a^2 / (9 b),    that is    K >= (1 - 2 sqrt(2) / 3) a / b = 0.0572 a / b.

Here both plants offer quantities to the coupled auction (UniformAuction over the two directions of the line). One sells its Cournot
quantity; the other tries every hundredth of a / b from a third up to that quantity. The smallest K for which none earns more, found by
bisection, is the threshold.
"""

from __future__ import annotations

from evidence.validation.linear_demand import WIDTH, LinearDemand
from shengdian.sim.base.types import Line

HIGHEST = 100_000
"""fen/MWh, a"""
STEPS = 600
"""of a node's bids, which are a / b together"""
COURNOT = 2 * STEPS // 3
"""steps that each sells in the unlimited equilibrium"""
TRIED = range(STEPS // 3, COURNOT, STEPS // 100)
"""steps: every hundredth of a / b from a third to the Cournot quantity"""
TURNS = 8
"""of a bisection between 0 and an eighth of a / b: to a two-thousandth"""


def _market(chain: str, capacity: float) -> LinearDemand:
    """The two nodes; `capacity` in steps."""
    size = round(capacity * WIDTH)
    return LinearDemand(chain, HIGHEST, STEPS, {"one": 0, "other": 1}, 2, (Line(0, 1, size, 0, 0), Line(1, 0, size, 0, 0)))


def replies(chain: str, capacity: float) -> tuple[float, float]:
    """What a plant earns in the unlimited equilibrium, and with the best of TRIED, as shares of a^2 / b; `capacity` in steps."""
    market = _market(chain, capacity)
    earned = [market.revenue(market.hour({"one": sold, "other": COURNOT}), "one") for sold in (COURNOT, *TRIED)]
    return earned[0], max(earned[1:])


def threshold(chain: str) -> float:
    """The smallest line over which the unlimited equilibrium stands, as a share of a / b."""
    low, high = 0.0, STEPS / 8
    for _ in range(TURNS):
        middle = (low + high) / 2
        stays, leaves = replies(chain, middle)
        low, high = (middle, high) if leaves > stays else (low, middle)
    return high / STEPS


def quick(chain: str) -> dict[str, float]:
    """The equilibrium itself, over a line that is larger than the threshold."""
    market = _market(chain, STEPS / 10)
    stage = market.hour({"one": COURNOT, "other": COURNOT})
    (price, *_) = (price for price in stage.prices.values() if price is not None)
    return {
        "line-price": price / HIGHEST,
        "line-flow": sum(flow.sent for flow in stage.flows) / (STEPS * WIDTH),
        "line-profit": market.revenue(stage, "one"),
    }


def measure(chain: str) -> dict[str, float]:
    """What each target asks for, by its id."""
    return {
        **quick(chain),
        "line-leaving": replies(chain, STEPS / 50)[1],
        "line-threshold": threshold(chain),
    }
